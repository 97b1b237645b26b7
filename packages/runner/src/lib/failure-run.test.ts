import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Attempt, StepExecutor } from './executor.ts'
import { RunnerError } from './errors.ts'
import { untilEnded, type Script } from './testing/scripted-executor.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const fails: Script = () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('failure', () => {
  it('fails the run, blocks what waits, and names the step', async () => {
    const run = await world.runner({ a: fails })
    const result = await (await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))).result
    expect(result).toMatchObject({ status: 'failed', failedStep: 'a', error: { code: 'STEP_FAILED', message: 'no luck' } })
    expect(result.steps[1]).toMatchObject({ status: 'blocked', blockedBy: 'a' })
    expect((await world.store.list())[0]).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED' } })
  })

  it('names the step that failed first, wherever the plan lists it', async () => {
    const run = await world.runner({
      a: async (attempt) => {
        await untilEnded(attempt)
        throw new Error('late')
      },
      b: fails,
    })
    const handle = await run.start(scriptedPlan({ name: 'a', stage: 0, timeoutMs: 50 }, { name: 'b', stage: 0 }))
    await world.clock.advance(50)
    const result = await handle.result
    expect(result.steps.map((step) => step.status)).toEqual(['failed', 'failed'])
    expect(result).toMatchObject({ failedStep: 'b', error: { message: 'no luck' } })
  })

  it('keeps nothing of a failed attempt', async () => {
    const run = await world.runner({
      a: ({ context, number }) => {
        context.set('a.partial_v1', number)
        if (number === 1) throw new Error('half-way')
      },
    })
    const retry = { max: 2, delayMs: 1000, backoff: 'fixed' as const, factor: 1, maxDelayMs: 1000, jitter: 0 }
    const handle = await run.start(scriptedPlan({ name: 'a', retry }))
    await world.clock.advance(999)
    expect(run.begun).toEqual(['a#1'])
    await world.clock.advance(1)
    const result = await handle.result
    expect(result.context.history('a.partial_v1')).toHaveLength(1)
    expect(result.context.get('a.partial_v1')).toBe(2)
    expect(await world.store.attempts({ runId: handle.runId })).toMatchObject([
      { attempt: 2, status: 'completed' },
      { attempt: 1, status: 'failed', errorCode: 'STEP_FAILED' },
    ])
  })

  it('ends an attempt that takes too long', async () => {
    const run = await world.runner({ a: untilEnded })
    const handle = await run.start(scriptedPlan({ name: 'a', timeoutMs: 2000 }))
    await world.clock.advance(2000)
    expect(await handle.result).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMEOUT' } })
  })

  it('ends a run that takes too long', async () => {
    const run = await world.runner({ a: untilEnded })
    const handle = await run.start({ ...scriptedPlan({ name: 'a' }, { name: 'b' }), timeoutMs: 2000 })
    await world.clock.advance(2000)
    const result = await handle.result
    expect(result).toMatchObject({ status: 'failed', error: { code: 'RUN_TIMEOUT' } })
    expect(result.steps.map((step) => step.status)).toEqual(['cancelled', 'blocked'])
    expect(result.steps[0]).toMatchObject({ reason: 'Cancelled: The run took longer than its timeout of 2 s.' })
  })

  it('cancels what is in flight under failFast', async () => {
    const run = await world.runner({ a: fails, b: untilEnded })
    const result = await (await run.start(scriptedPlan({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }), { failFast: true })).result
    expect(result.steps.map((step) => step.status)).toEqual(['failed', 'cancelled'])
    expect(result.steps[1]!.reason).toContain('step a failed')
    expect(result.failedStep).toBe('a')
  })

  it('does not begin under failFast what was told to end before its start was durable', async () => {
    const begun: string[] = []
    const failing: StepExecutor = {
      types: ['scripted'],
      execute: ({ step }) => {
        begun.push(step.name)
        return { status: 'error', error: { code: 'STEP_FAILED', message: 'at once' } }
      },
      close: async () => {},
    }
    const run = await world.runner({}, { executors: [failing] })
    const result = await (await run.start(scriptedPlan({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }), { failFast: true })).result
    expect(begun).toEqual(['a'])
    expect(result.steps).toMatchObject([{ status: 'failed' }, { status: 'cancelled', reason: 'Cancelled: step a failed.' }])
  })

  it.each([
    ['a missing key', { a: () => {} }, { success: { ctxHasKeys: ['a.b_v1'] } }, 'STEP_KEY_MISSING'],
    ['an unknown output', { a: () => ({ status: 'ok' as const, outputs: ['a.b_v1'] }) }, {}, 'STEP_OUTPUT_UNKNOWN'],
    ['a folder as an output', { a: ({ workspace }: Attempt) => (mkdirSync(join(workspace, 'out')), { status: 'ok' as const, outputs: ['out'] }) }, {}, 'STEP_OUTPUT_UNKNOWN'],
    ['a declared file that is missing', { a: () => {} }, { outputs: ['out.txt'] }, 'STEP_OUTPUT_UNKNOWN'],
    ['a value that is not JSON', { a: () => ({ status: 'ok' as const, outputs: null, writes: { 'a.b_v1': { value: Number.NaN } } }) }, {}, 'STEP_CONTEXT_REFUSED'],
    ['a bad key', { a: () => ({ status: 'ok' as const, outputs: null, writes: { Bad: { value: 1 } } }) }, {}, 'STEP_CONTEXT_REFUSED'],
  ])('refuses %s', async (_, scripts, step, code) => {
    const run = await world.runner(scripts)
    expect(await (await run.start(scriptedPlan({ name: 'a', ...step }))).result).toMatchObject({ status: 'failed', error: { code } })
  })

  it.each([
    ['a.b_v1', 'Set a.b_v1 before the step ends. It set a.c_v1.'],
    ['b.txt', 'Name a file by its path in the workspace or among the artifacts, and write it before the step ends.'],
  ])('says how the output %s would be one', async (output, fix) => {
    const run = await world.runner({ a: () => ({ status: 'ok' as const, outputs: [output], writes: { 'a.c_v1': { value: 1 } } }) })
    expect(await (await run.start(scriptedPlan({ name: 'a' }))).result).toMatchObject({ error: { code: 'STEP_OUTPUT_UNKNOWN', fix } })
  })

  it('takes a file by any absolute path that leads into the workspace', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'lorc-elsewhere-'))
    try {
      symlinkSync(world.workspace, join(elsewhere, 'link'))
      writeFileSync(join(elsewhere, 'own.txt'), 'x')
      const naming = (name: string): Script => () => (writeFileSync(join(world.workspace, 'out.txt'), 'x'), { status: 'ok', outputs: [name] })
      const run = await world.runner({ a: naming(join(elsewhere, 'link/out.txt')), b: naming(join(elsewhere, 'link/../own.txt')), c: naming(join(elsewhere, 'own.txt')) })
      const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b', continueOnError: true }, { name: 'c', continueOnError: true }))
      const { steps } = await handle.result
      expect(steps).toMatchObject([{ status: 'completed' }, { status: 'failed' }, { status: 'failed' }])
      expect((await world.events(handle.runId)).find(({ type }) => type === 'step.completed')).toMatchObject({ artifacts: [{ path: 'out.txt' }] })
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('takes artifacts from the cache where the folder of runs is a link to another disk', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'lorc-elsewhere-'))
    try {
      symlinkSync(elsewhere, join(world.workspace, 'runs'))
      const run = await world.runner({ a: ({ artifactsDir }) => (mkdirSync(artifactsDir, { recursive: true }), writeFileSync(join(artifactsDir, 'x.txt'), 'x')) })
      const plan = scriptedPlan({ name: 'a', cache: { mode: 'key', key: 'k' } })
      await (await run.start(plan)).result
      const again = await run.start(plan)
      expect((await again.result).steps).toMatchObject([{ status: 'completed', cached: true, artifacts: [{ path: `runs/${again.runId}/artifacts/a/x.txt` }] }])
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('records an executor that throws as a failure of the step', async () => {
    const broken = { types: ['scripted'], execute: () => { throw new Error('boom') }, close: async () => {} }
    const run = await world.runner({}, { executors: [broken] })
    expect(await (await run.start(scriptedPlan({ name: 'a' }))).result).toMatchObject({ error: { code: 'STEP_FAILED', message: 'boom' } })
  })

  it('lets parallel steps conflict on a key, or the last write win', async () => {
    const scripts = { a: ({ context }) => context.set('x.y_v1', 1), b: ({ context }) => context.set('x.y_v1', 2) } satisfies Record<string, Script>
    const plan = scriptedPlan({ name: 'a', stage: 0 }, { name: 'b', stage: 0 })
    expect(await (await (await world.runner(scripts)).start(plan)).result).toMatchObject({ failedStep: 'b', error: { code: 'STEP_CONTEXT_CONFLICT' } })
    const won = await (await (await world.runner(scripts)).start({ ...plan, conflict: 'last_write_wins' })).result
    expect(won.context.get('x.y_v1')).toBe(2)
  })
})

describe('a store that fails', () => {
  it('stops the run, which stays resumable', async () => {
    const inner = world.store
    const trouble = { on: false }
    world.store = {
      ...inner,
      commit: (batches) => {
        if (trouble.on) throw new RunnerError('STORE_FULL', 'The disk is full.')
        return inner.commit(batches)
      },
    }
    const run = await world.runner({ a: ({ number }) => void (trouble.on = number === 1) })
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    await expect(handle.result).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(run.begun).toEqual(['a#1'])
    trouble.on = false
    await world.orphan(handle.runId)
    expect((await (await run.resume(handle.runId)).result).status).toBe('completed')
  })

  it.each(['the same', 'another'])('leaves the run to %s runner as soon as the store takes something again', async (which) => {
    const inner = world.store
    const trouble = { on: false }
    const full = async (): Promise<void> => {
      if (trouble.on) throw new RunnerError('STORE_FULL', 'The disk is full.')
    }
    world.store = {
      ...inner,
      commit: async (batches) => (await full(), inner.commit(batches)),
      releaseLease: async (...lease) => (await full(), inner.releaseLease(...lease)),
      releaseLeases: async (leases) => (await full(), inner.releaseLeases(leases)),
    }
    const run = await world.runner({ a: ({ number }) => void (trouble.on = number === 1) })
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    await expect(handle.result).rejects.toMatchObject({ code: 'STORE_FULL' })
    await world.clock.advance(2000)
    expect((await run.view(handle.runId)).abandoned).toBe(false)
    trouble.on = false
    if (which === 'another') {
      await world.clock.advance(2000)
      expect((await run.view(handle.runId)).abandoned).toBe(true)
    }
    const next = which === 'another' ? await world.runner() : run
    expect((await (await next.resume(handle.runId)).result).status).toBe('completed')
  })
})
