import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunHandle, Runner, RunnerOptions } from './api.ts'
import { driverIdentity } from './leases/driver-identity.ts'
import { RunnerError } from './errors.ts'
import type { JournalEvent } from './events.ts'
import type { Attempt, StepExecutor } from './executor.ts'
import type { JsonValue } from './json.ts'
import type { Plan, PlanStep } from './plan.ts'
import { createRunner } from './create-runner.ts'
import type { RunStore } from './store.ts'
import { sha256Hex } from './journal/sha256.ts'
import { createMemoryStore } from './stores/memory.ts'
import { FakeClock, settled } from './testing/fake-clock.ts'
import { scriptedExecutor, untilEnded, type Script } from './testing/scripted-executor.ts'

let workspace: string
let clock: FakeClock
let store: RunStore

beforeEach(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-runner-')))
  clock = new FakeClock()
  store = createMemoryStore()
})

afterEach(() => rmSync(workspace, { recursive: true, force: true }))

function planOf(...steps: (Partial<PlanStep> & { name: string })[]): Plan {
  return { lorc: 1, name: 'demo', steps: steps.map((step, i) => ({ type: 'scripted', stage: i, ...step })) }
}

async function runner(scripts: Record<string, Script> = {}, options: Partial<RunnerOptions> = {}) {
  let draws = 0
  const executor = scriptedExecutor(scripts)
  const made = await createRunner({
    workspace,
    store,
    clock,
    ids: { random: () => (draws++ % 97) / 97 },
    executors: [executor],
    concurrency: 4,
    ...options,
  })
  return Object.assign(made, { begun: executor.begun })
}

async function eventsOf(run: Runner, runId: string): Promise<JournalEvent[]> {
  const events: JournalEvent[] = []
  for await (const event of run.events(runId)) events.push(event)
  return events
}

async function types(run: Runner, handle: RunHandle): Promise<string[]> {
  return (await eventsOf(run, handle.runId)).map((event) => event.type)
}

const fails: Script = () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('start', () => {
  it('runs a plan to its end and keeps what it wrote', async () => {
    const run = await runner({
      a: ({ context }) => context.set('numbers.list_v1', [1, 2]),
      b: ({ context }) => context.set('numbers.sum_v1', (context.get('numbers.list_v1') as number[]).reduce((x, y) => x + y)),
    })
    const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
    const result = await handle.result
    expect(result).toMatchObject({ status: 'completed', failedStep: null, error: null })
    expect(result.context.get('numbers.sum_v1')).toBe(3)
    expect(result.context.blame('numbers.sum_v1')).toMatchObject({ who: 'b', step: 'b', attempt: 1 })
    expect(handle.runId).toMatch(/^run_2026-01-09T12-34-56Z_[0-9a-z]{6}$/)
    expect(await types(run, handle)).toEqual([
      'run.created', 'driver.started', 'step.started', 'step.completed', 'step.started', 'step.completed', 'run.completed',
    ])
    expect(await run.verify(handle.runId)).toMatchObject({ ok: true, events: 7 })
  })

  it('acts on a completion only once it is durable', async () => {
    const seen: string[] = []
    const inner = store
    store = {
      ...inner,
      commit: (batches) => {
        for (const batch of batches) seen.push(...batch.lines.map((line) => (JSON.parse(line) as JournalEvent).type))
        return inner.commit(batches)
      },
    }
    const run = await runner({ b: () => void expect(seen).toContain('step.completed') })
    expect((await (await run.start(planOf({ name: 'a' }, { name: 'b' }))).result).status).toBe('completed')
  })

  it('gives readers every event, however late they come', async () => {
    const run = await runner()
    const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
    const early = handle.events()
    await handle.result
    const seen: number[] = []
    for await (const event of early) seen.push(event.seq)
    const late: number[] = []
    for await (const event of handle.events()) late.push(event.seq)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(late).toEqual(seen)
  })

  it('draws another id when one is taken', async () => {
    const run = await runner({}, { ids: { random: () => 0.5 } })
    const first = await run.start(planOf({ name: 'a' }))
    await first.result
    let draws = 0
    const other = await runner({}, { ids: { random: () => (draws++ === 0 ? 0.5 : 0.6) } })
    const second = await other.start(planOf({ name: 'a' }))
    expect(draws).toBe(2)
    expect(second.runId).not.toBe(first.runId)
    expect((await second.result).status).toBe('completed')
  })

  it.each([
    ['a type that nobody runs', planOf({ name: 'a', type: 'cobol' }), {}, 'STEP_NO_EXECUTOR'],
    ['an unknown name in only', planOf({ name: 'a' }), { only: ['b'] }, 'RUN_STEP_UNKNOWN'],
    ['an unknown name in skip', planOf({ name: 'a' }), { skip: ['b'] }, 'RUN_STEP_UNKNOWN'],
    ['an unknown name in resumeFrom', planOf({ name: 'a' }), { resumeFrom: ['b'] }, 'RUN_STEP_UNKNOWN'],
    ['nothing to resume from', planOf({ name: 'a' }), { resumeFrom: ['a'] }, 'RUN_NO_SOURCE'],
    ['an unknown source', planOf({ name: 'a' }), { resumeFrom: ['a'], fromRun: 'run_x' }, 'RUN_NO_SOURCE'],
    ['a plan that is none', { lorc: 1 as const, name: 'x', steps: [] }, {}, 'PLAN_INVALID'],
  ])('refuses %s before anything runs', async (_, plan, options, code) => {
    const run = await runner()
    await expect(run.start(plan, options)).rejects.toMatchObject({ code })
    expect(await store.list()).toEqual([])
  })

  it('refuses a workspace that is not there', async () => {
    await expect(createRunner({ workspace: join(workspace, 'no') })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
    await expect(createRunner({ workspace: 'relative' })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
  })
})

it('lets go of a run whose beginning onRun refuses: start rejects with that, and the run can be resumed', async () => {
  const onRun = (): void => {
    throw new Error('no more metrics')
  }
  const refusing = await runner({}, { onRun })
  await expect(refusing.start(planOf({ name: 'a' }))).rejects.toThrow('no more metrics')
  const { runId } = (await store.list())[0]!
  await expect(refusing.resume(runId)).rejects.toThrow('no more metrics')
  expect(refusing.begun).toEqual([])
  expect(await (await (await runner()).resume(runId)).result).toMatchObject({ status: 'completed' })
})

it('leaves the lease of a run alone that has the id that another was to have', async () => {
  let open!: () => void
  const held = new Promise<void>((resolve) => (open = resolve))
  const run = await runner({ a: () => held })
  const handle = await run.start(planOf({ name: 'a' }), { runId: 'run_own' })
  await expect((await runner()).start(planOf({ name: 'b' }), { runId: 'run_own' })).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' })
  await clock.advance(2000)
  expect((await store.lease('run_own'))?.driver).not.toBeNull()
  open()
  expect((await handle.result).status).toBe('completed')
})

describe('failure', () => {
  it('fails the run, blocks what waits, and names the step', async () => {
    const run = await runner({ a: fails })
    const result = await (await run.start(planOf({ name: 'a' }, { name: 'b' }))).result
    expect(result).toMatchObject({ status: 'failed', failedStep: 'a', error: { code: 'STEP_FAILED', message: 'no luck' } })
    expect(result.steps[1]).toMatchObject({ status: 'blocked', blockedBy: 'a' })
    expect((await store.list())[0]).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED' } })
  })

  it('names the step that failed first, wherever the plan lists it', async () => {
    const run = await runner({
      a: async (attempt) => {
        await untilEnded(attempt)
        throw new Error('late')
      },
      b: fails,
    })
    const handle = await run.start(planOf({ name: 'a', stage: 0, timeoutMs: 50 }, { name: 'b', stage: 0 }))
    await clock.advance(50)
    const result = await handle.result
    expect(result.steps.map((step) => step.status)).toEqual(['failed', 'failed'])
    expect(result).toMatchObject({ failedStep: 'b', error: { message: 'no luck' } })
  })

  it('keeps nothing of a failed attempt', async () => {
    const run = await runner({
      a: ({ context, number }) => {
        context.set('a.partial_v1', number)
        if (number === 1) throw new Error('half-way')
      },
    })
    const retry = { max: 2, delayMs: 1000, backoff: 'fixed' as const, factor: 1, maxDelayMs: 1000, jitter: 0 }
    const handle = await run.start(planOf({ name: 'a', retry }))
    await clock.advance(999)
    expect(run.begun).toEqual(['a#1'])
    await clock.advance(1)
    const result = await handle.result
    expect(result.context.history('a.partial_v1')).toHaveLength(1)
    expect(result.context.get('a.partial_v1')).toBe(2)
    expect(await store.attempts({ runId: handle.runId })).toMatchObject([
      { attempt: 2, status: 'completed' },
      { attempt: 1, status: 'failed', errorCode: 'STEP_FAILED' },
    ])
  })

  it('ends an attempt that takes too long', async () => {
    const run = await runner({ a: untilEnded })
    const handle = await run.start(planOf({ name: 'a', timeoutMs: 2000 }))
    await clock.advance(2000)
    expect(await handle.result).toMatchObject({ status: 'failed', error: { code: 'STEP_TIMEOUT' } })
  })

  it('ends a run that takes too long', async () => {
    const run = await runner({ a: untilEnded })
    const handle = await run.start({ ...planOf({ name: 'a' }, { name: 'b' }), timeoutMs: 2000 })
    await clock.advance(2000)
    const result = await handle.result
    expect(result).toMatchObject({ status: 'failed', error: { code: 'RUN_TIMEOUT' } })
    expect(result.steps.map((step) => step.status)).toEqual(['cancelled', 'blocked'])
    expect(result.steps[0]).toMatchObject({ reason: 'Cancelled: The run took longer than its timeout of 2 s.' })
  })

  it('cancels what is in flight under failFast', async () => {
    const run = await runner({ a: fails, b: untilEnded })
    const result = await (await run.start(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }), { failFast: true })).result
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
    const run = await runner({}, { executors: [failing] })
    const result = await (await run.start(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }), { failFast: true })).result
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
    const run = await runner(scripts)
    expect(await (await run.start(planOf({ name: 'a', ...step }))).result).toMatchObject({ status: 'failed', error: { code } })
  })

  it.each([
    ['a.b_v1', 'Set a.b_v1 before the step ends. It set a.c_v1.'],
    ['b.txt', 'Name a file by its path in the workspace or among the artifacts, and write it before the step ends.'],
  ])('says how the output %s would be one', async (output, fix) => {
    const run = await runner({ a: () => ({ status: 'ok' as const, outputs: [output], writes: { 'a.c_v1': { value: 1 } } }) })
    expect(await (await run.start(planOf({ name: 'a' }))).result).toMatchObject({ error: { code: 'STEP_OUTPUT_UNKNOWN', fix } })
  })

  it('takes a file by any absolute path that leads into the workspace', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'lorc-elsewhere-'))
    try {
      symlinkSync(workspace, join(elsewhere, 'link'))
      writeFileSync(join(elsewhere, 'own.txt'), 'x')
      const naming = (name: string): Script => () => (writeFileSync(join(workspace, 'out.txt'), 'x'), { status: 'ok', outputs: [name] })
      const run = await runner({ a: naming(join(elsewhere, 'link/out.txt')), b: naming(join(elsewhere, 'link/../own.txt')), c: naming(join(elsewhere, 'own.txt')) })
      const handle = await run.start(planOf({ name: 'a' }, { name: 'b', continueOnError: true }, { name: 'c', continueOnError: true }))
      const { steps } = await handle.result
      expect(steps).toMatchObject([{ status: 'completed' }, { status: 'failed' }, { status: 'failed' }])
      expect((await eventsOf(run, handle.runId)).find(({ type }) => type === 'step.completed')).toMatchObject({ artifacts: [{ path: 'out.txt' }] })
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('takes artifacts from the cache where the folder of runs is a link to another disk', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'lorc-elsewhere-'))
    try {
      symlinkSync(elsewhere, join(workspace, 'runs'))
      const run = await runner({ a: ({ artifactsDir }) => (mkdirSync(artifactsDir, { recursive: true }), writeFileSync(join(artifactsDir, 'x.txt'), 'x')) })
      const plan = planOf({ name: 'a', cache: { mode: 'key', key: 'k' } })
      await (await run.start(plan)).result
      const again = await run.start(plan)
      expect((await again.result).steps).toMatchObject([{ status: 'completed', cached: true, artifacts: [{ path: `runs/${again.runId}/artifacts/a/x.txt` }] }])
    } finally {
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('records an executor that throws as a failure of the step', async () => {
    const broken = { types: ['scripted'], execute: () => { throw new Error('boom') }, close: async () => {} }
    const run = await runner({}, { executors: [broken] })
    expect(await (await run.start(planOf({ name: 'a' }))).result).toMatchObject({ error: { code: 'STEP_FAILED', message: 'boom' } })
  })

  it('lets parallel steps conflict on a key, or the last write win', async () => {
    const scripts = { a: ({ context }) => context.set('x.y_v1', 1), b: ({ context }) => context.set('x.y_v1', 2) } satisfies Record<string, Script>
    const plan = planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 })
    expect(await (await (await runner(scripts)).start(plan)).result).toMatchObject({ failedStep: 'b', error: { code: 'STEP_CONTEXT_CONFLICT' } })
    const won = await (await (await runner(scripts)).start({ ...plan, conflict: 'last_write_wins' })).result
    expect(won.context.get('x.y_v1')).toBe(2)
  })
})

describe('a file that two steps put out', () => {
  const write: Script = ({ step, context }) => {
    context.set(`x.${step.name.replace(/\W/g, '_').replace(/_$/, '')}_v1`, 1)
    writeFileSync(join(workspace, 'out.txt'), step.name)
    return { status: 'ok', outputs: ['out.txt'] }
  }
  const together = planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 })

  it('fails the one that ends later where they ran at the same time, and nothing that it wrote counts', async () => {
    const { status, failedStep, error, context } = await (await (await runner({ a: write, b: write })).start(together)).result
    const first = failedStep === 'a' ? 'b' : 'a'
    expect({ status, error }).toEqual({
      status: 'failed',
      error: {
        code: 'STEP_OUTPUT_CONFLICT',
        message: `out.txt was written by ${first} and by ${failedStep}, which ran at the same time.`,
        fix: 'Let one depend on the other, let each write a file of its own, or choose last_write_wins.',
        details: { path: 'out.txt', step: first },
      },
    })
    expect(context.keys()).toEqual([`x.${first}_v1`])
  })

  it('is a conflict of items, too', async () => {
    const { error } = await (await (await runner({ 'a[0]': write, 'a[1]': write })).start(planOf({ name: 'a', forEach: { items: '[0, 1]' } }))).result
    expect(error).toMatchObject({ code: 'STEP_ITEMS_FAILED', message: expect.stringMatching(/out.txt was written by a\[.\] and by a\[.\]/) as string })
  })

  it('is fine where one waits for the other, or the last write wins', async () => {
    const one = await runner({ a: write, b: write })
    const statusOf = async (plan: Plan): Promise<string> => (await (await one.start(plan)).result).status
    expect(await statusOf(planOf({ name: 'a' }, { name: 'b' }))).toBe('completed')
    expect(await statusOf({ ...together, conflict: 'last_write_wins' })).toBe('completed')
  })
})

describe('_runner.step_metrics_v1', () => {
  it('shows a step what the ones before it cost, and is nobody’s output', async () => {
    const seen: unknown[] = []
    const run = await runner({ b: ({ context }) => void seen.push(context.get('_runner.step_metrics_v1'), context.has('_runner.step_metrics_v1'), context.keys()) })
    const { context } = await (await run.start(planOf({ name: 'a' }, { name: 'b' }))).result
    expect(seen).toEqual([{ a: expect.objectContaining({ status: 'completed', attempts: 1, wall_ms: 0, exit_code: null }) as unknown }, true, []])
    expect(context.keys()).toEqual([])
  })

  it('tells when they ran, and which of them did not, as the cache or another run had them', async () => {
    const seen: JsonValue[] = []
    const run = await runner({ b: ({ context }) => void seen.push(context.get('_runner.step_metrics_v1')!) })
    const plan = planOf({ name: 'a', cache: { mode: 'key', key: 'k' } }, { name: 'b' })
    for (const _ of [1, 2]) await (await run.start(plan)).result
    await (await run.start(plan, { resumeFrom: ['b'] })).result
    const times = { started_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown, ended_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown }
    expect(seen).toMatchObject([
      { a: { cached: false, imported_from: null, wall_ms: 0, ...times } },
      { a: { status: 'completed', cached: true, wall_ms: null, ...times } },
      { a: { status: 'completed', imported_from: expect.stringMatching(/^run_/) as unknown, wall_ms: null } },
    ])
  })
})

describe('outputs', () => {
  it('records files with their hash', async () => {
    const run = await runner({
      a: () => {
        writeFileSync(join(workspace, 'out.txt'), 'hello')
        return { status: 'ok', outputs: ['out.txt'], meta: { rows: 1 } }
      },
    })
    const handle = await run.start(planOf({ name: 'a' }))
    const { steps } = await handle.result
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    expect(steps[0]!.artifacts).toEqual([{ path: 'out.txt', bytes: 5, sha256 }])
    expect((await eventsOf(run, handle.runId)).find((event) => event.type === 'step.completed')).toMatchObject({ meta: { rows: 1 } })
  })
})

describe('the context', () => {
  it('is the same live and from the journal, times and late writes included', async () => {
    const now = clock.now.bind(clock)
    let ticks = 0
    clock.now = () => now() + ticks++
    const run = await runner({
      a: ({ context }) => {
        writeFileSync(join(workspace, 'out.txt'), 'hello')
        setImmediate(() => context.set('a.late_v1', 2))
        context.set('a.early_v1', 1)
        return { status: 'ok', outputs: ['a.early_v1', 'out.txt'] }
      },
    })
    const handle = await run.start(planOf({ name: 'a' }))
    const { context } = await handle.result
    expect(context.get('a.late_v1')).toBe(2)
    expect((await run.view(handle.runId)).context.toJSON()).toEqual(context.toJSON())
  })
})

describe('only, skip and resumeFrom', () => {
  const plan = planOf({ name: 'a' }, { name: 'b' }, { name: 'c' })

  it('skips what it is told to', async () => {
    const run = await runner()
    const result = await (await run.start(plan, { skip: ['b'] })).result
    expect(result.steps.map((step) => step.status)).toEqual(['completed', 'skipped', 'completed'])
    expect(result.steps[1]!.reason).toBe('--skip')
  })

  it('runs only what it is told to', async () => {
    const run = await runner()
    await (await run.start(plan, { only: ['b', 'c'], skip: ['c'] })).result
    expect(run.begun).toEqual(['b#1'])
  })

  it('imports what came before from the last run, or the one that is named', async () => {
    const value = { now: 1 }
    const run = await runner({ a: ({ context }) => context.set('a.x_v1', value.now), c: ({ context }) => void context.get('a.x_v1') })
    const first = await run.start(plan)
    await first.result
    value.now = 2
    const second = await run.start(plan)
    await second.result
    run.begun.length = 0
    const again = await (await run.start(plan, { resumeFrom: ['b'] })).result
    expect(run.begun).toEqual(['b#1', 'c#1'])
    expect(again.context.get('a.x_v1')).toBe(2)
    expect(again.steps[0]).toMatchObject({ status: 'completed', importedFrom: second.runId })
    const named = await (await run.start(plan, { resumeFrom: ['c'], fromRun: first.runId })).result
    expect(named.context.get('a.x_v1')).toBe(1)
  })

  it('imports what only leaves out', async () => {
    const run = await runner({ a: ({ context }) => context.set('a.x_v1', 1) })
    await (await run.start(plan)).result
    run.begun.length = 0
    const result = await (await run.start(plan, { resumeFrom: ['b'], only: ['b'] })).result
    expect(run.begun).toEqual(['b#1'])
    expect(result.context.get('a.x_v1')).toBe(1)
    expect(result.steps).toMatchObject([{ status: 'completed', reason: null }, { status: 'completed' }, { status: 'skipped' }])
  })

  it('runs what the source did not complete, too', async () => {
    const value = { fail: true }
    const run = await runner({ b: () => (value.fail ? fails(undefined as never) : undefined) })
    await (await run.start(plan)).result
    value.fail = false
    run.begun.length = 0
    expect((await (await run.start(plan, { resumeFrom: ['c'] })).result).status).toBe('completed')
    expect(run.begun).toEqual(['b#1', 'c#1'])
  })
})

describe('cancel', () => {
  it('ends what runs, starts nothing more, and records it', async () => {
    const run = await runner({ a: untilEnded })
    const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
    await settled()
    handle.cancel({ by: 'ana', reason: 'wrong data' })
    handle.cancel({ by: 'ana', reason: 'again' })
    const result = await handle.result
    expect(result).toMatchObject({ status: 'cancelled', error: { code: 'RUN_CANCELLED', message: expect.stringContaining('wrong data') as string } })
    expect(result.steps.map((step) => step.status)).toEqual(['cancelled', 'blocked'])
  })

  it('comes too late once the end is recorded, though not yet durable', async () => {
    const inner = store
    const late: { cancel?: () => void } = {}
    store = {
      ...inner,
      commit: (batches) => {
        if (batches.some((batch) => batch.ended)) late.cancel?.()
        return inner.commit(batches)
      },
    }
    const run = await runner()
    const handle = await run.start(planOf({ name: 'a' }))
    late.cancel = () => handle.cancel({ by: 'ana', reason: 'wrong data' })
    expect((await handle.result).status).toBe('completed')
    await settled()
    expect((await types(run, handle)).at(-1)).toBe('run.completed')
  })

  it('follows an AbortSignal, also one that was aborted before', async () => {
    const run = await runner({ a: untilEnded })
    const controller = new AbortController()
    const handle = await run.start(planOf({ name: 'a' }), { signal: controller.signal })
    controller.abort(new Error('enough'))
    expect(await handle.result).toMatchObject({ status: 'cancelled', error: { message: 'The run was cancelled by signal: enough' } })
    const late = await run.start(planOf({ name: 'b' }), { signal: controller.signal })
    expect((await late.result).status).toBe('cancelled')
    expect(run.begun).toEqual(['a#1'])
  })

  it('reaches the driver in another process through the inbox', async () => {
    const run = await runner({ a: untilEnded })
    const handle = await run.start(planOf({ name: 'a' }))
    const elsewhere = await runner()
    expect(await elsewhere.cancel(handle.runId, { by: 'bo', reason: 'stop' })).toBe('requested')
    await clock.advance(1000)
    expect((await handle.result).status).toBe('cancelled')
    expect(await store.inbox(handle.runId)).toEqual([])
    expect(await elsewhere.cancel(handle.runId, { by: 'bo', reason: 'stop' })).toBe('already_ended')
    await expect(elsewhere.cancel('run_x', { by: 'bo', reason: '' })).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  })

  it('takes a run that nobody drives and cancels it', async () => {
    const run = await runner({ a: untilEnded })
    const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
    await loseDriver(handle.runId)
    const other = await runner()
    expect(await other.cancel(handle.runId, { by: 'bo', reason: 'stale' })).toBe('cancelled')
    expect(other.begun).toEqual([])
    expect((await other.view(handle.runId)).status).toBe('cancelled')
  })
})

/** Makes the holder of a run's lease one whose process is gone, as after a crash. */
async function loseDriver(runId: string): Promise<void> {
  const lease = (await store.lease(runId))!
  const dead = { ...driverIdentity(), startTime: 'long ago' }
  await store.takeLease(runId, lease.epoch, dead)
}

describe('resume', () => {
  it('goes on where a dead driver stopped, and runs again what was in flight', async () => {
    const first = await runner({ b: untilEnded })
    const handle = await first.start(planOf({ name: 'a' }, { name: 'b' }, { name: 'c' }))
    await settled()
    await loseDriver(handle.runId)
    expect((await first.view(handle.runId)).abandoned).toBe(true)
    const second = await runner()
    const resumed = await second.resume(handle.runId)
    expect((await resumed.result).status).toBe('completed')
    expect(second.begun).toEqual(['b#2', 'c#1'])
    expect(await second.verify(handle.runId)).toMatchObject({ ok: true })
    expect(await types(second, resumed)).toContain('step.interrupted')
  })

  it('fences the driver that was thought dead', async () => {
    const first = await runner({ a: untilEnded })
    const handle = await first.start(planOf({ name: 'a' }))
    await settled()
    await loseDriver(handle.runId)
    handle.cancel({ by: 'late', reason: 'late' })
    await expect(handle.result).rejects.toMatchObject({ code: 'RUN_FENCED' })
  })

  it('prints the recorded result of a completed run and runs nothing', async () => {
    const first = await runner({ a: ({ context }) => context.set('a.x_v1', 1) })
    const handle = await first.start(planOf({ name: 'a' }))
    await handle.result
    const second = await runner()
    const resumed = await second.resume(handle.runId)
    expect((await resumed.result).context.get('a.x_v1')).toBe(1)
    expect(second.begun).toEqual([])
    expect(resumed.progress('a')).toBeNull()
    resumed.cancel({ by: 'x', reason: 'y' })
    const seen: string[] = []
    for await (const event of resumed.events()) seen.push(event.type)
    expect(seen.at(-1)).toBe('run.completed')
  })

  it.each([
    ['resume', async (run: Runner, runId: string) => (await (await run.resume(runId)).result).status, 'completed'],
    ['cancel', (run: Runner, runId: string) => run.cancel(runId, { by: 'bo', reason: 'stale' }), 'already_ended'],
  ])('%s leaves a run alone that its driver completed meanwhile', async (_, act, outcome) => {
    const first = await runner()
    const { runId, result } = await first.start(planOf({ name: 'a' }))
    await result
    const inner = store
    let asked = 0
    store = { ...inner, get: async (id) => ({ ...(await inner.get(id))!, ...(asked++ === 0 && { status: 'running' as const }) }) }
    const second = await runner()
    expect(await act(second, runId)).toBe(outcome)
    expect((await eventsOf(second, runId)).filter((event) => event.type === 'driver.started')).toHaveLength(1)
    expect((await store.lease(runId))?.driver).toBeNull()
  })

  it('runs again what failed, and what that blocked', async () => {
    const first = await runner({ b: fails })
    const handle = await first.start(planOf({ name: 'a' }, { name: 'b' }, { name: 'c' }))
    await handle.result
    const second = await runner()
    const result = await (await second.resume(handle.runId)).result
    expect(result.status).toBe('completed')
    expect(second.begun).toEqual(['b#2', 'c#1'])
    expect((await store.get(handle.runId))?.status).toBe('completed')
    expect(await store.attempts({ runId: handle.runId })).toHaveLength(4)
  })

  it('waits for a heartbeat that stands still, and takes the run', async () => {
    const first = await runner({ a: untilEnded })
    const handle = await first.start(planOf({ name: 'a' }))
    const lease = (await store.lease(handle.runId))!
    await store.takeLease(handle.runId, lease.epoch, { ...driverIdentity(), machine: 'elsewhere' })
    const second = await runner()
    const resuming = second.resume(handle.runId)
    await clock.advance(9000)
    expect(second.begun).toEqual([])
    await clock.advance(1500)
    expect((await (await resuming).result).status).toBe('completed')
  })

  it('leaves a run to a driver that lives', async () => {
    const first = await runner({ a: untilEnded })
    const handle = await first.start(planOf({ name: 'a' }))
    await expect(first.resume(handle.runId)).rejects.toMatchObject({ code: 'RUN_HELD', message: `This process drives run ${handle.runId} already.` })
    await expect(first.resume('run_x')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
  })

  it('says which code changed since', async () => {
    writeFileSync(join(workspace, 'step.mjs'), 'export default 1')
    const first = await runner({ a: fails }, { executors: [scriptedExecutor({ a: fails }, ['node'])] })
    const handle = await first.start(planOf({ name: 'a', type: 'node', module: './step.mjs', function: 'default' }))
    await handle.result
    expect(handle.changedCode).toEqual([])
    writeFileSync(join(workspace, 'step.mjs'), 'export default 2')
    const second = await runner({}, { executors: [scriptedExecutor({}, ['node'])] })
    const resumed = await second.resume(handle.runId)
    expect(resumed.changedCode).toEqual(['step.mjs'])
    await resumed.result
  })

  it('says whether the recipe changed since', async () => {
    const resumed = async (write: () => void): Promise<string | null> => {
      writeFileSync(join(workspace, 'r.yaml'), 'steps: []')
      const recipe = { path: 'r.yaml', sha256: sha256Hex('steps: []') }
      const { runId, result, changedRecipe } = await (await runner({ a: fails })).start(planOf({ name: 'a' }), { recipe })
      await result
      expect(changedRecipe).toBeNull()
      write()
      const again = await (await runner()).resume(runId)
      await again.result
      return again.changedRecipe
    }
    expect(await resumed(() => {})).toBeNull()
    expect(await resumed(() => writeFileSync(join(workspace, 'r.yaml'), 'steps: [{}]'))).toBe('r.yaml')
    expect(await resumed(() => rmSync(join(workspace, 'r.yaml')))).toBeNull()
  })

  it('refuses a journal that somebody changed', async () => {
    const first = await runner({ a: fails })
    const handle = await first.start(planOf({ name: 'a' }))
    await handle.result
    const inner = store
    store = {
      ...inner,
      async *read(runId, from) {
        for await (const lines of inner.read(runId, from)) yield lines.map((line) => line.replace('no luck', 'all good'))
      },
    }
    const second = await runner()
    expect(await second.verify(handle.runId)).toMatchObject({ ok: false, badSeq: 3, reason: expect.stringContaining('hash') as string })
    await expect(second.resume(handle.runId)).rejects.toMatchObject({ code: 'RUN_JOURNAL_BROKEN', fix: expect.stringContaining('restore a backup') as string })
    expect((await store.lease(handle.runId))?.driver).toBeNull()
  })
})

it('hands a step the same text of a value, whether the run was resumed before it or not', async () => {
  const seen: string[] = []
  const run = await runner({
    a: ({ context }) => context.set('a.x_v1', { id: 1, at: 2 }),
    b: ({ context }) => {
      seen.push(JSON.stringify(context.get('a.x_v1')))
      throw new Error('no')
    },
  })
  const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
  await handle.result
  await (await (await runner({ b: ({ context }) => void seen.push(JSON.stringify(context.get('a.x_v1'))) })).resume(handle.runId)).result
  expect(seen).toEqual(['{"at":2,"id":1}', '{"at":2,"id":1}'])
})

describe('cache', () => {
  it('puts back what a completed step with the same key left', async () => {
    const run = await runner({ a: ({ context }) => context.set('a.x_v1', 7) })
    const plan = planOf({ name: 'a', cache: { mode: 'key', key: 'k1' } })
    await (await run.start(plan)).result
    const result = await (await run.start(plan)).result
    expect(run.begun).toEqual(['a#1'])
    expect(result.context.get('a.x_v1')).toBe(7)
    expect(result.steps[0]).toMatchObject({ status: 'completed', cached: true })
    await (await run.start(planOf({ name: 'a', cache: { mode: 'key', key: 'k2' } }))).result
    expect(run.begun).toEqual(['a#1', 'a#1'])
  })

  it('keeps no result that is of an input as it was while the step ran', async () => {
    const input = join(workspace, 'in.txt')
    let meanwhile = ''
    const run = await runner({ a: () => writeFileSync(input, meanwhile || 'one') })
    const plan = planOf({ name: 'a', inputs: ['in.txt'], cache: { mode: 'auto' } })
    const startWith = async (text: string): Promise<unknown> => {
      writeFileSync(input, 'one')
      meanwhile = text
      return (await (await run.start(plan)).result).steps[0]!.cached
    }
    expect([await startWith('two'), await startWith('one'), await startWith('one')]).toEqual([false, false, true])
  })

  it('keeps no result of code that was changed after the run began', async () => {
    const module = join(workspace, 'step.mjs')
    let change = ''
    const run = await runner({ edit: () => void (change && writeFileSync(module, change)) })
    const plan = planOf({ name: 'load', type: 'node', module: 'step.mjs', function: 'load' }, { name: 'edit' }, { name: 'use', type: 'node', module: 'step.mjs', function: 'use', cache: { mode: 'auto' } })
    const text = (n: number): string => `export const load = () => {}; export const use = (ctx) => ctx.set('a.use_v1', ${n})`
    writeFileSync(module, text(1))
    const values: unknown[] = []
    for (const next of [text(2), '', '']) {
      change = next
      const result = await (await run.start(plan)).result
      expect(result.error).toBeNull()
      values.push([result.context.get('a.use_v1'), result.steps[2]!.cached])
    }
    expect(values).toEqual([[1, false], [2, false], [2, true]])
  })

  it('gives a run files of its own, whether they come from the cache or from the run that it goes on from', async () => {
    const files: Script = ({ artifactsDir }) => {
      mkdirSync(join(artifactsDir, 'deep'), { recursive: true })
      writeFileSync(join(artifactsDir, 'deep/out.txt'), 'text')
    }
    const run = await runner({ a: files })
    const first = await run.start(planOf({ name: 'a', cache: { mode: 'key', key: 'k1' } }, { name: 'b' }))
    await first.result
    const cached = await run.start(first.plan)
    await cached.result
    const imported = await run.start(first.plan, { resumeFrom: ['b'], fromRun: cached.runId })
    for (const { runId, result } of [cached, imported]) {
      const path = `runs/${runId}/artifacts/a/deep/out.txt`
      expect((await result).steps[0]).toMatchObject({ status: 'completed', artifacts: [{ path, bytes: 4 }] })
      expect(readFileSync(join(workspace, path), 'utf8')).toBe('text')
    }
    expect((await imported.result).steps[0]).toMatchObject({ importedFrom: cached.runId })
    expect(run.begun).toEqual(['a#1', 'b#1', 'b#1', 'b#1'])
    rmSync(join(workspace, 'runs'), { recursive: true })
    expect((await (await run.start(first.plan, { resumeFrom: ['b'] })).result).status).toBe('completed')
  })

  it('misses when a file is gone or changed', async () => {
    const run = await runner({
      a: () => {
        writeFileSync(join(workspace, 'out.txt'), 'hello')
        return { status: 'ok', outputs: ['out.txt'] }
      },
    })
    const plan = planOf({ name: 'a', cache: { mode: 'key', key: 'k' } })
    for (const spoil of [() => {}, () => {}, () => writeFileSync(join(workspace, 'out.txt'), 'HELLO'), () => rmSync(join(workspace, 'out.txt'))]) {
      spoil()
      await (await run.start(plan)).result
    }
    expect(run.begun).toHaveLength(3)
  })

  it('checks with auto what the step read', async () => {
    const source = { value: 1 }
    const run = await runner({
      a: ({ context }) => context.set('a.x_v1', source.value),
      b: ({ context }) => context.set('b.y_v1', (context.get('a.x_v1') as number) * 10),
    })
    const plan = planOf({ name: 'a' }, { name: 'b', cache: { mode: 'auto' } })
    const values = []
    for (const value of [1, 1, 2, 1]) {
      source.value = value
      values.push((await (await run.start(plan)).result).context.get('b.y_v1'))
    }
    expect(values).toEqual([10, 10, 20, 10])
    expect(run.begun.filter((step) => step === 'b#1')).toHaveLength(2)
    await (await run.start(planOf({ name: 'a' }, { name: 'b', cache: { mode: 'auto' }, args: { n: 1 } }))).result
    expect(run.begun.filter((step) => step === 'b#1')).toHaveLength(3)
  })
})

it('misses with auto when the step listed the keys and there are others now', async () => {
  const keys = ['a.x_v1']
  const run = await runner({
    a: ({ context }) => keys.forEach((key) => context.set(key, 1)),
    b: ({ context }) => context.set('b.count_v1', context.keys().length),
  })
  const plan = planOf({ name: 'a' }, { name: 'b', cache: { mode: 'auto' } })
  const counts = []
  for (const more of ['a.x_v1', 'a.y_v1', 'a.y_v1']) {
    if (!keys.includes(more)) keys.push(more)
    counts.push((await (await run.start(plan)).result).context.get('b.count_v1'))
  }
  expect(counts).toEqual([1, 2, 2])
  expect(run.begun.filter((step) => step === 'b#1')).toHaveLength(2)
})

describe('a store that fails', () => {
  it('stops the run, which stays resumable', async () => {
    const inner = store
    const trouble = { on: false }
    store = {
      ...inner,
      commit: (batches) => {
        if (trouble.on) throw new RunnerError('STORE_FULL', 'The disk is full.')
        return inner.commit(batches)
      },
    }
    const run = await runner({ a: ({ number }) => void (trouble.on = number === 1) })
    const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
    await expect(handle.result).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(run.begun).toEqual(['a#1'])
    trouble.on = false
    await loseDriver(handle.runId)
    expect((await (await run.resume(handle.runId)).result).status).toBe('completed')
  })

  it.each(['the same', 'another'])('leaves the run to %s runner as soon as the store takes something again', async (which) => {
    const inner = store
    const trouble = { on: false }
    const full = async (): Promise<void> => {
      if (trouble.on) throw new RunnerError('STORE_FULL', 'The disk is full.')
    }
    store = {
      ...inner,
      commit: async (batches) => (await full(), inner.commit(batches)),
      releaseLease: async (...lease) => (await full(), inner.releaseLease(...lease)),
      releaseLeases: async (leases) => (await full(), inner.releaseLeases(leases)),
    }
    const run = await runner({ a: ({ number }) => void (trouble.on = number === 1) })
    const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
    await expect(handle.result).rejects.toMatchObject({ code: 'STORE_FULL' })
    await clock.advance(2000)
    expect((await run.view(handle.runId)).abandoned).toBe(false)
    trouble.on = false
    if (which === 'another') {
      await clock.advance(2000)
      expect((await run.view(handle.runId)).abandoned).toBe(true)
    }
    const next = which === 'another' ? await runner() : run
    expect((await (await next.resume(handle.runId)).result).status).toBe('completed')
  })
})

describe('close', () => {
  it('leaves runs resumable and refuses what comes later', async () => {
    const run = await runner({ a: untilEnded })
    const handle = await run.start(planOf({ name: 'a' }))
    await settled()
    await Promise.all([run.close(), run.close()])
    await expect(handle.result).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    const other = await runner()
    expect((await (await other.resume(handle.runId)).result).status).toBe('completed')
    await expect(run.start(planOf({ name: 'a' }))).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    await expect(run.begin(handle.runId)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  })
})

it.each<[string, () => Promise<void>]>([
  ['rejects', () => Promise.reject(new Error('no way to end'))],
  ['throws', () => { throw new Error('no way to end') }],
])('lets go of its runs, and closes all else, where the close of an executor %s', async (_, close) => {
  const closed: string[] = []
  const odd = (type: string, end: () => Promise<void>): StepExecutor => ({ types: [type], execute: () => ({ status: 'ok', outputs: null }), close: end })
  const waiting: StepExecutor = { types: ['scripted'], execute: () => new Promise(() => {}), close }
  const run = await runner({}, { executors: [waiting, odd('other', async () => void closed.push('other'))] })
  const { runId } = await run.start(planOf({ name: 'a' }))
  await settled()
  await expect(run.close()).rejects.toThrow('no way to end')
  expect(closed).toEqual(['other'])
  expect(await store.lease(runId)).toMatchObject({ driver: null })
  expect(clock.nextIn).toBeUndefined()
})

it('begins nothing of a run that was on its way when it is closed', async () => {
  const run = await runner()
  const { runId } = await run.accept(planOf({ name: 'a' }))
  const left = await run.accept(planOf({ name: 'a' }))
  await loseDriver(left.runId)
  const ways = [run.begin(runId), run.resume(left.runId), run.start(planOf({ name: 'a' }))]
  const closing = run.close({ settleMs: 5000 })
  expect((await Promise.allSettled(ways)).map((way) => way.status === 'rejected' && (way.reason as RunnerError).code)).toEqual(['RUNNER_CLOSED', 'RUNNER_CLOSED', 'RUNNER_CLOSED'])
  await clock.advance(5000)
  await closing
  expect(run.begun).toEqual([])
  expect(await store.list()).toHaveLength(2)
  const other = await runner()
  for (const one of [runId, left.runId]) expect((await (await other.resume(one)).result).status).toBe('completed')
})

it.each(['resume', 'begin'] as const)('is closed only once it has let go of a run that %s was about to take: the store may be closed next', async (way) => {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const inbox: RunStore['inbox'] = async (runId) => {
    asked.resolve()
    await gate.promise
    return store.inbox(runId)
  }
  let isClosed = false
  const open = (): void => {
    if (isClosed) throw new RunnerError('STORE_CLOSED', 'closed')
  }
  const releaseLease: RunStore['releaseLease'] = async (...lease) => (open(), store.releaseLease(...lease))
  const releaseLeases: RunStore['releaseLeases'] = async (held) => (open(), store.releaseLeases(held))
  const run = await runner({}, { store: { ...store, inbox, releaseLease, releaseLeases } })
  const { runId } = await (way === 'begin' ? run : await runner()).accept(planOf({ name: 'a' }))
  if (way === 'resume') await loseDriver(runId)
  const opening = run[way](runId)
  await asked.promise
  const closing = run.close().then(() => (isClosed = true))
  await settled()
  gate.resolve()
  await expect(opening.then(({ result }) => result)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  await closing
  expect((await store.lease(runId))?.driver).toBeNull()
})

it('is closed only once a lease that it was about to take is back, or was not taken', async () => {
  const asked = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const takeLease: RunStore['takeLease'] = async (...lease) => {
    asked.resolve()
    await gate.promise
    return store.takeLease(...lease)
  }
  const { runId } = await (await runner()).accept(planOf({ name: 'a' }))
  await loseDriver(runId)
  const run = await runner({}, { store: { ...store, takeLease } })
  const taking = run.resume(runId)
  await asked.promise
  let isClosed = false
  const closing = run.close().then(() => (isClosed = true))
  await settled()
  expect(isClosed).toBe(false)
  gate.resolve()
  await expect(taking).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  await closing
  const { epoch, driver } = (await store.lease(runId))!
  expect(driver).toBeNull()
  await store.takeLease(runId, epoch, { ...driverIdentity(), machine: 'elsewhere' })
  const other = await runner()
  const waiting = expect(other.resume(runId)).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
  await settled()
  const done = other.close()
  await clock.advance(1000)
  await Promise.all([waiting, done])
})

describe('a start that meets the end of its runner', () => {
  it('is one where the run became durable: it is there, begins nothing, and whoever comes next goes on with it', async () => {
    const gate = Promise.withResolvers<void>()
    const commit: RunStore['commit'] = async (batches) => {
      await gate.promise
      return store.commit(batches)
    }
    const run = await runner({}, { store: { ...store, commit } })
    const starting = run.start(planOf({ name: 'a' }))
    await settled()
    const closing = run.close()
    await settled()
    gate.resolve()
    const { runId, result } = await starting
    await closing
    await expect(result).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    expect(run.begun).toEqual([])
    expect(await store.lease(runId)).toMatchObject({ epoch: 1, driver: null })
    expect((await (await (await runner()).resume(runId)).result).status).toBe('completed')
  })

  it('is none where nothing was begun, and leaves nothing behind', async () => {
    const asked = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const attempts: RunStore['attempts'] = async (filter) => {
      asked.resolve()
      await gate.promise
      return store.attempts(filter)
    }
    const run = await runner({}, { store: { ...store, attempts }, concurrency: 1 })
    const starting = run.start(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }))
    await asked.promise
    const closing = run.close()
    gate.resolve()
    await expect(starting).rejects.toMatchObject({ code: 'RUNNER_CLOSED' })
    await closing
    expect(await store.list()).toEqual([])
  })
})

it('leaves no timer behind when it is closed', async () => {
  const run = await runner({ a: untilEnded, b: fails })
  const retry = { max: 2, delayMs: 60_000, backoff: 'fixed' as const, factor: 1, maxDelayMs: 60_000, jitter: 0 }
  const plan = planOf({ name: 'a', stage: 0, timeoutMs: 60_000 }, { name: 'b', stage: 0, retry })
  await run.start({ ...plan, timeoutMs: 60_000 })
  await settled()
  expect(clock.nextIn).toBeDefined()
  await run.close()
  expect(clock.nextIn).toBeUndefined()
})

it('is not disturbed by a wall clock that jumps back', async () => {
  const run = await runner({ a: () => clock.jump(-3_600_000) })
  const handle = await run.start(planOf({ name: 'a' }, { name: 'b' }))
  const result = await handle.result
  expect(result.status).toBe('completed')
  expect(result.steps[0]!.metrics!.wallMs).toBe(0)
})
