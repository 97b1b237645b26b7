import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Attempt } from './executor.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'
import { settled } from './testing/fake-clock.ts'

let world: RunWorld
beforeEach(() => void (world = new RunWorld()))
afterEach(() => world.remove())

const forEach = { items: '["x", "y", "z"]' }
const nope = () => ({ status: 'error' as const, error: { code: 'STEP_FAILED', message: 'no luck' } })

describe('for_each', () => {
  it('runs a step for each item and gathers what they wrote, in the order of the items', async () => {
    const seen: unknown[] = []
    const each = ({ context, item, step, env, idempotencyKey, index }: Attempt) => {
      seen.push([step.name, step.args, step.forEach, item, env['LORC_ITEM'], idempotencyKey.split('/')[1], index])
      if (item?.index !== 1) context.set('each.value_v1', { of: item!.value })
    }
    const run = await world.runner({ 'a[0]': each, 'a[1]': each, 'a[2]': each, b: ({ context }) => void seen.push(context.get('each.value_v1')) })
    const plan = scriptedPlan({ name: 'a', forEach, args: { name: '${{ item }}', at: '${{ index }}' } }, { name: 'b' })
    const { runId, result } = await run.start(plan)
    const { status, steps, context } = await result
    expect(status).toBe('completed')
    expect(seen[0]).toEqual(['a[0]', { name: 'x', at: 0 }, undefined, { value: 'x', index: 0 }, '"x"', 'a[0]', 0])
    expect((seen[2] as unknown[])[1]).toEqual({ name: 'z', at: 2 })
    expect(seen[3]).toEqual([{ of: 'x' }, null, { of: 'z' }])
    expect(context.blame('each.value_v1')).toMatchObject({ who: 'a', step: 'a', attempt: 1 })
    expect(steps.map(({ name, items, itemOf }) => [name, items, itemOf])).toEqual([
      ['a', 3, null], ['a[0]', null, 'a'], ['a[1]', null, 'a'], ['a[2]', null, 'a'], ['b', null, null],
    ])
    const view = await run.view(runId)
    expect(view.steps).toEqual(steps)
    expect(view.context.toJSON()).toEqual(context.toJSON())
    expect((await world.store.attempts({ runId })).map(({ step }) => step)).toContain('a[2]')
  })

  it('keeps floats that items wrote as such', async () => {
    const run = await world.runner({ 'a[1]': ({ context }) => context.set('each.value_v1', 1, { floats: true }) })
    const { context } = await (await run.start(scriptedPlan({ name: 'a', forEach }))).result
    expect(context.get('each.value_v1')).toEqual([null, 1, null])
    expect(context.floats('each.value_v1')).toEqual({ 1: true })
  })

  it('fails with the items that failed, and a resume runs only those', async () => {
    const first = await world.runner({ 'a[1]': nope, 'a[0]': ({ context }) => context.set('each.value_v1', 0) })
    const { runId, result } = await first.start(scriptedPlan({ name: 'a', forEach }, { name: 'b' }))
    expect(await result).toMatchObject({ status: 'failed', failedStep: 'a', error: { code: 'STEP_ITEMS_FAILED', message: '1 of 3 items failed. a[1]: no luck', fix: 'A resume runs again only the items that did not complete.' } })
    const run = await world.runner({ 'a[1]': ({ context }) => context.set('each.value_v1', 1) })
    const again = await (await run.resume(runId)).result
    expect(again.status).toBe('completed')
    expect(run.begun).toEqual(['a[1]#2', 'b#1'])
    expect(again.context.get('each.value_v1')).toEqual([0, 1, null])
    expect(again.steps[0]).toMatchObject({ name: 'a', status: 'completed', attempts: 2, error: null })
  })

  it('says which of many items failed in a few words, why the first did, and what mends that', async () => {
    const refused = { status: 'error' as const, error: { code: 'STEP_FAILED', message: 'no luck', fix: 'Try another.' } }
    const failing = [0, 1, 2, 5, 7, 9, 11, ...Array.from({ length: 20 }, (_, n) => 13 + n)]
    const run = await world.runner(Object.fromEntries(failing.map((item) => [`a[${item}]`, () => refused])))
    const items = JSON.stringify(Array.from({ length: 40 }, (_, index) => index))
    const { result } = await run.start(scriptedPlan({ name: 'a', forEach: { items } }))
    const { error } = await result
    expect(error).toMatchObject({
      message: '27 of 40 items failed: a[0] to a[2], a[5], a[7], a[9], a[11] and 20 more. a[0]: no luck',
      fix: 'Try another. A resume runs again only the items that did not complete.',
      details: { failed: 27, items: 40, names: failing.slice(0, 20).map((item) => `a[${item}]`) },
    })
  })

  it('puts a fix that is a command at the end, where it can be copied', async () => {
    const run = await world.runner({ 'a[1]': () => ({ status: 'error' as const, error: { code: 'STEP_FAILED', message: 'no luck', fix: 'lorc explain run_x' } }) })
    const { error } = await (await run.start(scriptedPlan({ name: 'a', forEach }))).result
    expect(error?.fix).toBe('A resume runs again only the items that did not complete. For a[1]: lorc explain run_x')
  })

  it('retries an item alone, under its own log, and is interrupted alone', async () => {
    const retry = { max: 2, delayMs: 100, backoff: 'fixed' as const, factor: 1, maxDelayMs: 100, jitter: 0 }
    const first = await world.runner({ 'a[0]': ({ number }) => (number === 1 ? nope() : undefined), 'a[2]': () => new Promise(() => {}) })
    const handle = await first.start(scriptedPlan({ name: 'z' }, { name: 'a', forEach, retry }))
    await world.clock.advance(100)
    expect(first.begun).toEqual(['z#1', 'a[0]#1', 'a[1]#1', 'a[2]#1', 'a[0]#2'])
    expect(handle.logPath('a[0]', 2)).toMatch(/0001-a\[0\]\.2\.log$/)
    expect(await first.logPath(handle.runId, 'a[0]', 2)).toBe(handle.logPath('a[0]', 2))
    await world.orphan(handle.runId)
    const run = await world.runner()
    expect((await (await run.resume(handle.runId)).result).status).toBe('completed')
    expect(run.begun).toEqual(['a[2]#2'])
    expect((await world.events(handle.runId)).filter(({ type }) => type === 'step.interrupted')).toMatchObject([{ step: 'a[2]' }])
  })

  it('shows items that a stopping run leaves behind as cancelled', async () => {
    const run = await world.runner({ b: nope, 'a[0]': () => settled() }, { concurrency: 2 })
    const plan = scriptedPlan({ name: 'a', stage: 0, forEach: { ...forEach, maxParallel: 1 } }, { name: 'b', stage: 0 })
    const { result, runId } = await run.start(plan)
    const { status, steps } = await result
    expect(status).toBe('failed')
    expect(steps.map(({ name, status: is }) => [name, is])).toEqual([
      ['a', 'cancelled'], ['a[0]', 'completed'], ['a[1]', 'cancelled'], ['a[2]', 'cancelled'], ['b', 'failed'],
    ])
    expect((await run.view(runId)).steps).toEqual(steps)
  })

  it.each([
    ['is not a list', 'dyn(42)', 'EXPRESSION_FAILED', /must give a list/],
    ['cannot be evaluated', 'ctx.no.key_v1', 'EXPRESSION_FAILED', /no key/],
  ])('fails without an attempt where items %s', async (_, items, code, message) => {
    const run = await world.runner()
    const result = await (await run.start(scriptedPlan({ name: 'a', forEach: { items } }))).result
    expect(result).toMatchObject({ status: 'failed', error: { code, message: expect.stringMatching(message) as string } })
    expect(result.steps[0]).toMatchObject({ attempts: 0, items: null })
  })

  it('fails when what the items wrote does not fit the key', async () => {
    const run = await world.runner({ first: ({ context }) => context.set('each.value_v1', 'text'), 'a[1]': ({ context }) => context.set('each.value_v1', 'x') })
    const result = await (await run.start(scriptedPlan({ name: 'first' }, { name: 'a', forEach }))).result
    expect(result).toMatchObject({ status: 'failed', failedStep: 'a', error: { code: 'STEP_CONTEXT_REFUSED' } })
    expect(result.context.get('each.value_v1')).toBe('text')
  })

  it.each([{ mode: 'auto' as const }, { mode: 'key' as const, key: 'v1' }])('has a cache for each item, which knows the item by its value: %j', async (cache) => {
    const each = ({ context, item }: Attempt) => context.set('each.value_v1', item!.value)
    const run = await world.runner({ 'a[0]': each, 'a[1]': each })
    const of = (items: string) => scriptedPlan({ name: 'a', forEach: { items }, cache })
    await (await run.start(of('["x", "y"]'))).result
    const { context, steps } = await (await run.start(of('["x", "z"]'))).result
    expect(run.begun).toEqual(['a[0]#1', 'a[1]#1', 'a[1]#1'])
    expect(context.get('each.value_v1')).toEqual(['x', 'z'])
    expect(steps[1]).toMatchObject({ name: 'a[0]', cached: true })
  })

  it('is imported whole into another run', async () => {
    const run = await world.runner({ 'a[0]': ({ context }) => context.set('each.value_v1', 0), b: nope })
    const plan = scriptedPlan({ name: 'a', forEach }, { name: 'b' })
    await (await run.start(plan)).result
    run.begun.length = 0
    const again = await (await run.start(plan, { resumeFrom: ['b'] })).result
    expect(run.begun).toEqual(['b#1'])
    expect(again.context.get('each.value_v1')).toEqual([0, null, null])
  })
})
