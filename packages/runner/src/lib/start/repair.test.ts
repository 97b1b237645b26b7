import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Repair } from '../api.ts'
import { RunWorld, scriptedPlan } from '../run-world.fixture.ts'

let world: RunWorld
beforeEach(() => void (world = new RunWorld()))
afterEach(() => world.remove())

const nope = () => ({ status: 'error' as const, error: { code: 'STEP_FAILED', message: 'no luck' } })
const by = { by: 'ana', reason: 'the feed was late' }
const plan = scriptedPlan({ name: 'a' }, { name: 'b' }, { name: 'c', dependsOn: ['a'] }, { name: 'd' })

async function failing(given = plan, options = {}) {
  const run = await world.runner({ b: nope, a: ({ context }) => context.set('a.n_v1', 1) })
  const { runId, result } = await run.start(given, options)
  expect((await result).status).toBe('failed')
  return runId
}

async function repaired(runId: string, repair: Omit<Repair, 'by' | 'reason'>, scripts = {}) {
  const run = await world.runner(scripts)
  const result = await (await run.resume(runId, { repair: { ...by, ...repair } })).result
  expect((await run.view(runId)).steps).toEqual(result.steps)
  expect((await run.view(runId)).context.toJSON()).toEqual(result.context.toJSON())
  return { run, result }
}

describe('a repair', () => {
  it('writes to the context in the name of who does it, before anything runs', async () => {
    const runId = await failing()
    const seen: unknown[] = []
    const { result } = await repaired(runId, { set: { 'a.n_v1': 5 } }, { b: ({ context }: { context: { get(key: string): unknown } }) => void seen.push(context.get('a.n_v1')) })
    expect(seen).toEqual([5])
    expect(result.context.blame('a.n_v1')).toMatchObject({ who: 'ana' })
    expect(await world.events(runId)).toContainEqual(expect.objectContaining({ type: 'context.set', writes: { 'a.n_v1': { value: 5 } }, ...by }))
  })

  it('skips a step, and what depends on it goes on', async () => {
    const runId = await failing()
    const { run, result } = await repaired(runId, { skip: ['b'] })
    expect(run.begun).toEqual(['d#1'])
    expect(result.steps[1]).toMatchObject({ status: 'skipped', reason: by.reason, error: null })
    expect(await world.events(runId)).toContainEqual(expect.objectContaining({ type: 'steps.skipped', steps: ['b'], ...by }))
  })

  it('runs a step again with all that depends on it, also of a run that had completed', async () => {
    const done = await (await world.runner()).start(plan, { skip: ['d'] })
    await done.result
    const { run, result } = await repaired(done.runId, { from: ['a'] })
    expect(run.begun).toEqual(['a#2', 'b#2', 'c#2'])
    expect(result.steps.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'skipped'])
    expect(await world.events(done.runId)).toContainEqual(expect.objectContaining({ type: 'steps.reset', steps: ['a', 'b', 'c'], ...by }))
    expect((await (await world.runner()).verify(done.runId)).ok).toBe(true)
  })

  it('keeps skipped what it skips, though what it depends on runs again', async () => {
    const runId = await failing()
    const { run } = await repaired(runId, { skip: ['b'], from: ['a'] })
    expect(run.begun).toEqual(['a#2', 'c#2', 'd#1'])
  })

  it('runs again what somebody had skipped, where it comes to wait for what runs again', async () => {
    const runId = await failing()
    await repaired(runId, { skip: ['b'] })
    const { run, result } = await repaired(runId, { from: ['a'] })
    expect(run.begun).toEqual(['a#2', 'b#2', 'c#2', 'd#2'])
    expect(result.status).toBe('completed')
  })

  it('counts a failure that is tolerated as done: it runs again with what it depends on, and is not skipped', async () => {
    const tolerant = scriptedPlan({ name: 'a' }, { name: 'b', continueOnError: true })
    const first = await world.runner({ b: nope })
    const { runId, result } = await first.start(tolerant)
    expect((await result).status).toBe('completed')
    const { run } = await repaired(runId, { from: ['a'] }, { b: nope })
    expect(run.begun).toEqual(['a#2', 'b#2'])
    await expect((await world.runner()).resume(runId, { repair: { ...by, skip: ['b'], from: ['b'] } })).rejects.toMatchObject({ code: 'REPAIR_INVALID', message: 'There is nothing to skip: "b" is done.' })
  })

  it('runs a single item again, and what depends on its step', async () => {
    const first = await world.runner({ 'a[1]': ({ context }) => context.set('a.n_v1', 1) })
    const { runId, result } = await first.start(scriptedPlan({ name: 'a', forEach: { items: '[0, 1, 2]' } }, { name: 'b' }))
    await result
    const again = await repaired(runId, { from: ['a[1]'] }, { 'a[1]': ({ context }: { context: { set(key: string, value: unknown): void } }) => context.set('a.n_v1', 7) })
    expect(again.run.begun).toEqual(['a[1]#2', 'b#2'])
    expect(again.result.context.get('a.n_v1')).toEqual([null, 7, null])
    const whole = await repaired(runId, { from: ['a', 'a[1]'] })
    expect(whole.run.begun).toEqual(['a[0]#2', 'a[1]#3', 'a[2]#2', 'b#3'])
  })

  it('skips an item', async () => {
    const first = await world.runner({ 'a[1]': nope })
    const { runId, result } = await first.start(scriptedPlan({ name: 'a', forEach: { items: '[0, 1, 2]' } }))
    await result
    const { result: again } = await repaired(runId, { skip: ['a[1]'] })
    expect(again.steps.map(({ status }) => status)).toEqual(['completed', 'completed', 'skipped', 'completed'])
  })

  it.each([
    ['an unknown step to skip', { skip: ['x'] }, { code: 'RUN_STEP_UNKNOWN', fix: 'Its steps are a, b, c, d.' }],
    ['an unknown item to run', { from: ['a[7]'] }, { code: 'RUN_STEP_UNKNOWN', fix: 'Items are known once their for_each step has begun.' }],
    ['a step to skip that is done', { skip: ['a'] }, { code: 'REPAIR_INVALID' }],
    ['a value that breaks a rule of the context', { set: { 'a.n_v1': { not: 'a number' } } }, { code: 'STEP_CONTEXT_REFUSED' }],
  ])('refuses %s, and leaves the run as it was', async (_, repair: Omit<Repair, 'by' | 'reason'>, refusal) => {
    const runId = await failing()
    const before = await world.types(runId)
    const run = await world.runner()
    await expect(run.resume(runId, { repair: { ...by, ...repair } })).rejects.toMatchObject(refusal)
    expect(await world.types(runId)).toEqual(before)
    expect((await (await run.resume(runId)).result).status).toBe('completed')
  })

  it('refuses to skip or set where everything is done', async () => {
    const { runId, result } = await (await world.runner()).start(plan)
    await result
    const run = await world.runner()
    await expect(run.resume(runId, { repair: { ...by, set: { 'a.n_v1': 1 } } })).rejects.toMatchObject({ code: 'REPAIR_INVALID' })
    expect((await (await run.resume(runId)).result).status).toBe('completed')
    expect(run.begun).toEqual([])
  })
})
