import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JournalEvent } from './events.ts'
import { createRunner } from './create-runner.ts'
import type { Script } from './testing/scripted-executor.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const fails: Script = () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('start', () => {
  it('runs a plan to its end and keeps what it wrote', async () => {
    const run = await world.runner({
      a: ({ context }) => context.set('numbers.list_v1', [1, 2]),
      b: ({ context }) => context.set('numbers.sum_v1', (context.get('numbers.list_v1') as number[]).reduce((x, y) => x + y)),
    })
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
    const result = await handle.result
    expect(result).toMatchObject({ status: 'completed', failedStep: null, error: null })
    expect(result.context.get('numbers.sum_v1')).toBe(3)
    expect(result.context.blame('numbers.sum_v1')).toMatchObject({ who: 'b', step: 'b', attempt: 1 })
    expect(handle.runId).toMatch(/^run_2026-01-09T12-34-56Z_[0-9a-z]{6}$/)
    expect(await world.types(handle.runId)).toEqual([
      'run.created', 'driver.started', 'step.started', 'step.completed', 'step.started', 'step.completed', 'run.completed',
    ])
    expect(await run.verify(handle.runId)).toMatchObject({ ok: true, events: 7 })
  })

  it('acts on a completion only once it is durable', async () => {
    const seen: string[] = []
    const inner = world.store
    world.store = {
      ...inner,
      commit: (batches) => {
        for (const batch of batches) seen.push(...batch.lines.map((line) => (JSON.parse(line) as JournalEvent).type))
        return inner.commit(batches)
      },
    }
    const run = await world.runner({ b: () => void expect(seen).toContain('step.completed') })
    expect((await (await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))).result).status).toBe('completed')
  })

  it('gives readers every event, however late they come', async () => {
    const run = await world.runner()
    const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
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
    const run = await world.runner({}, { ids: { random: () => 0.5 } })
    const first = await run.start(scriptedPlan({ name: 'a' }))
    await first.result
    let draws = 0
    const other = await world.runner({}, { ids: { random: () => (draws++ === 0 ? 0.5 : 0.6) } })
    const second = await other.start(scriptedPlan({ name: 'a' }))
    expect(draws).toBe(2)
    expect(second.runId).not.toBe(first.runId)
    expect((await second.result).status).toBe('completed')
  })

  it.each([
    ['a type that nobody runs', scriptedPlan({ name: 'a', type: 'cobol' }), {}, 'STEP_NO_EXECUTOR'],
    ['an unknown name in only', scriptedPlan({ name: 'a' }), { only: ['b'] }, 'RUN_STEP_UNKNOWN'],
    ['an unknown name in skip', scriptedPlan({ name: 'a' }), { skip: ['b'] }, 'RUN_STEP_UNKNOWN'],
    ['an unknown name in resumeFrom', scriptedPlan({ name: 'a' }), { resumeFrom: ['b'] }, 'RUN_STEP_UNKNOWN'],
    ['nothing to resume from', scriptedPlan({ name: 'a' }), { resumeFrom: ['a'] }, 'RUN_NO_SOURCE'],
    ['an unknown source', scriptedPlan({ name: 'a' }), { resumeFrom: ['a'], fromRun: 'run_x' }, 'RUN_NO_SOURCE'],
    ['a plan that is none', { lorc: 1 as const, name: 'x', steps: [] }, {}, 'PLAN_INVALID'],
  ])('refuses %s before anything runs', async (_, plan, options, code) => {
    const run = await world.runner()
    await expect(run.start(plan, options)).rejects.toMatchObject({ code })
    expect(await world.store.list()).toEqual([])
  })

  it('refuses a workspace that is not there', async () => {
    await expect(createRunner({ workspace: join(world.workspace, 'no') })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
    await expect(createRunner({ workspace: 'relative' })).rejects.toMatchObject({ code: 'WORKSPACE_INVALID' })
  })
})

it('lets go of a run whose beginning onRun refuses: start rejects with that, and the run can be resumed', async () => {
  const onRun = (): void => {
    throw new Error('no more metrics')
  }
  const refusing = await world.runner({}, { onRun })
  await expect(refusing.start(scriptedPlan({ name: 'a' }))).rejects.toThrow('no more metrics')
  const { runId } = (await world.store.list())[0]!
  await expect(refusing.resume(runId)).rejects.toThrow('no more metrics')
  expect(refusing.begun).toEqual([])
  expect(await (await (await world.runner()).resume(runId)).result).toMatchObject({ status: 'completed' })
})

it('leaves the lease of a run alone that has the id that another was to have', async () => {
  let open!: () => void
  const held = new Promise<void>((resolve) => (open = resolve))
  const run = await world.runner({ a: () => held })
  const handle = await run.start(scriptedPlan({ name: 'a' }), { runId: 'run_own' })
  await expect((await world.runner()).start(scriptedPlan({ name: 'b' }), { runId: 'run_own' })).rejects.toMatchObject({ code: 'RUN_ID_TAKEN' })
  await world.clock.advance(2000)
  expect((await world.store.lease('run_own'))?.driver).not.toBeNull()
  open()
  expect((await handle.result).status).toBe('completed')
})

describe('only, skip and resumeFrom', () => {
  const plan = scriptedPlan({ name: 'a' }, { name: 'b' }, { name: 'c' })

  it('skips what it is told to', async () => {
    const run = await world.runner()
    const result = await (await run.start(plan, { skip: ['b'] })).result
    expect(result.steps.map((step) => step.status)).toEqual(['completed', 'skipped', 'completed'])
    expect(result.steps[1]!.reason).toBe('--skip')
  })

  it('runs only what it is told to', async () => {
    const run = await world.runner()
    await (await run.start(plan, { only: ['b', 'c'], skip: ['c'] })).result
    expect(run.begun).toEqual(['b#1'])
  })

  it('imports what came before from the last run, or the one that is named', async () => {
    const value = { now: 1 }
    const run = await world.runner({ a: ({ context }) => context.set('a.x_v1', value.now), c: ({ context }) => void context.get('a.x_v1') })
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
    const run = await world.runner({ a: ({ context }) => context.set('a.x_v1', 1) })
    await (await run.start(plan)).result
    run.begun.length = 0
    const result = await (await run.start(plan, { resumeFrom: ['b'], only: ['b'] })).result
    expect(run.begun).toEqual(['b#1'])
    expect(result.context.get('a.x_v1')).toBe(1)
    expect(result.steps).toMatchObject([{ status: 'completed', reason: null }, { status: 'completed' }, { status: 'skipped' }])
  })

  it('runs what the source did not complete, too', async () => {
    const value = { fail: true }
    const run = await world.runner({ b: () => (value.fail ? fails(undefined as never) : undefined) })
    await (await run.start(plan)).result
    value.fail = false
    run.begun.length = 0
    expect((await (await run.start(plan, { resumeFrom: ['c'] })).result).status).toBe('completed')
    expect(run.begun).toEqual(['b#1', 'c#1'])
  })
})

it('is not disturbed by a wall clock that jumps back', async () => {
  const run = await world.runner({ a: () => world.clock.jump(-3_600_000) })
  const handle = await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))
  const result = await handle.result
  expect(result.status).toBe('completed')
  expect(result.steps[0]!.metrics!.wallMs).toBe(0)
})
