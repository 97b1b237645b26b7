import { describe, expect, it } from 'vitest'
import { cancelled, completed, failed, Harness, planOf, resumed } from './scheduler.fixture.ts'

const forEach = { items: 'params.list' }
const each = planOf({ name: 'a', forEach }, { name: 'b' })

describe('a for_each step', () => {
  it('runs its items in their order and ends when all have', () => {
    const run = new Harness(each, { concurrency: 2 }, { a: 3 })
    expect(run.on()).toEqual(['?a', '+a[0]', '+a[1]'])
    expect(run.on(completed('a[1]'))).toEqual(['+a[2]'])
    expect(run.on(completed('a[2]'))).toEqual([])
    expect(run.on(completed('a[0]'))).toEqual(['&a', '+b'])
    expect(run.on(completed('b'))).toEqual(['=completed'])
  })

  it('takes no slot itself', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0, forEach }, { name: 'b', stage: 0 }), { concurrency: 1 }, { a: 1 })
    expect(run.on()).toEqual(['?a', '+a[0]'])
    expect(run.on(completed('a[0]'))).toEqual(['&a', '+b'])
  })

  it('keeps to its max_parallel, and lets others have what it leaves', () => {
    const plan = planOf({ name: 'a', stage: 0, forEach: { ...forEach, maxParallel: 1 } }, { name: 'b', stage: 0 })
    const run = new Harness(plan, { concurrency: 3 }, { a: 2 })
    expect(run.on()).toEqual(['?a', '+a[0]', '+b'])
    expect(run.on(failed('a[0]', 10))).toEqual(['+a[1]'])
    expect(run.on({ type: 'retry.due', step: 'a[0]' })).toEqual([])
    expect(run.on(completed('a[1]'))).toEqual(['+a[0]'])
    expect(run.on(completed('a[0]', 2), completed('b'))).toEqual(['&a', '=completed'])
  })

  it('completes at once without items', () => {
    const run = new Harness(each, {}, { a: 0 })
    expect(run.on()).toEqual(['?a', '&a', '+b'])
  })

  it('goes on with the other items when one fails, and fails then', () => {
    const run = new Harness(each, { concurrency: 1 }, { a: 3 })
    expect(run.on()).toEqual(['?a', '+a[0]'])
    expect(run.on(failed('a[0]'))).toEqual(['+a[1]'])
    expect(run.on(completed('a[1]'))).toEqual(['+a[2]'])
    expect(run.on(failed('a[2]'))).toEqual(['!a', 'b<a', '=failed'])
    expect(run.scheduler.failed).toBe(0)
  })

  it('is tolerated as any other step', () => {
    const run = new Harness(planOf({ name: 'a', forEach, continueOnError: true }, { name: 'b' }), { failFast: true }, { a: 2 })
    run.on()
    expect(run.on(failed('a[0]'))).toEqual([])
    expect(run.on(completed('a[1]'))).toEqual(['!a', '+b'])
  })

  it('ends its other items under fail-fast', () => {
    const run = new Harness(each, { concurrency: 2, failFast: true }, { a: 4 })
    run.on()
    expect(run.on(failed('a[0]'))).toEqual(['~a[1]'])
    expect(run.on(cancelled('a[1]'))).toEqual(['!a', 'b<a', '=failed'])
  })

  it('is not completed by items that were cancelled', () => {
    const plan = planOf({ name: 'a', stage: 0, forEach }, { name: 'b', stage: 0 })
    const run = new Harness(plan, { failFast: true }, { a: 2 })
    run.on()
    expect(run.on(failed('b'))).toEqual(['~a[1]', '~a[0]'])
    expect(run.on(cancelled('a[0]'), completed('a[1]'))).toEqual(['-a', '=failed'])
  })

  it('is cancelled when the run stops for another reason, failed when an item of it had failed', () => {
    const plan = planOf({ name: 'a', stage: 0, forEach }, { name: 'b', stage: 0, forEach }, { name: 'c', stage: 0 })
    const run = new Harness(plan, { concurrency: 3 }, { a: 3, b: 1 })
    expect(run.on()).toEqual(['?a', '?b', '+a[0]', '+a[1]', '+a[2]'])
    expect(run.on(failed('a[1]'))).toEqual(['+b[0]'])
    expect(run.on(completed('a[0]'), failed('a[2]', 10))).toEqual(['+c'])
    expect(run.on(failed('c'))).toEqual([])
    expect(run.on(failed('b[0]', 10))).toEqual(['!a', '-b', '=failed'])
    expect(run.scheduler.failed).toBe(2)
  })

  it('is skipped or fails before it has items', () => {
    expect(new Harness(each, {}, { a: 'skip' }).on()).toEqual(['?a', '+b'])
    expect(new Harness(each, {}, { a: 'fail' }).on()).toEqual(['?a', 'b<a', '=failed'])
  })

  it('goes on with what did not complete when it is resumed', () => {
    const run = new Harness(each, { concurrency: 2 }, { a: 3 })
    run.on()
    expect(run.on(failed('a[0]'), completed('a[1]'))).toEqual(['+a[2]'])
    expect(run.on(completed('a[2]'))).toEqual(['!a', 'b<a', '=failed'])
    expect(run.on({ type: 'run.failed', step: 'a', error: { code: '', message: '' } }, resumed)).toEqual(['+a[0]'])
    expect(run.scheduler.failures(2)).toBe(1)
    expect(run.on(completed('a[0]', 2))).toEqual(['&a', '+b'])
  })

  it('counts a skipped item as done', () => {
    const run = new Harness(each, { concurrency: 1 }, { a: 2 })
    run.on()
    run.on(failed('a[0]'))
    expect(run.on(completed('a[1]'))).toEqual(['!a', 'b<a', '=failed'])
    expect(run.on({ type: 'run.failed', step: 'a', error: { code: '', message: '' } })).toEqual([])
    expect(run.on(resumed, { type: 'steps.skipped', steps: ['a[0]'], reason: '', by: 'ana' })).toEqual(['&a', '+b'])
  })

  it('is over with its items when somebody skips it', () => {
    const run = new Harness(each, { concurrency: 1 }, { a: 3 })
    run.on()
    run.on(failed('a[0]', 10), { type: 'step.interrupted', step: 'a[1]', attempt: 1 })
    expect(run.on(resumed, { type: 'steps.skipped', steps: ['a'], reason: '', by: 'ana' })).toEqual(['+b'])
    expect(run.on({ type: 'retry.due', step: 'a[0]' })).toEqual([])
  })

  it('gets new items when it is reset, and keeps the numbers of their attempts', () => {
    const decisions: Record<string, number> = { a: 1 }
    const run = new Harness(planOf({ name: 'a', forEach }), {}, decisions)
    run.on()
    run.on(completed('a[0]'))
    decisions['a'] = 3
    const again = run.on({ type: 'run.completed' }, resumed, { type: 'steps.reset', steps: ['a'], by: '', reason: '' })
    expect(again).toEqual(['?a', '+a[0]', '+a[1]', '+a[2]'])
    expect(run.log.at(-3)).toMatchObject({ step: 'a[0]', attempt: 2 })
    expect(run.log.at(-2)).toMatchObject({ step: 'a[1]', attempt: 1 })
    decisions['a'] = 2
    expect(run.on(resumed, { type: 'steps.reset', steps: ['a'], by: '', reason: '' })).toEqual(['?a', '+a[0]', '+a[1]'])
    expect(run.on(completed('a[0]', 3), completed('a[1]', 2))).toEqual(['&a', '=completed'])
  })

  it('keeps its items when one of them is reset', () => {
    const run = new Harness(each, {}, { a: 3 })
    run.on()
    run.on(completed('a[0]'), completed('a[1]'), completed('a[2]'))
    run.on(completed('b'), { type: 'run.completed' })
    expect(run.on(resumed, { type: 'steps.reset', steps: ['a', 'a[1]', 'b'], by: '', reason: '' })).toEqual(['+a[1]'])
    expect(run.on(completed('a[1]', 2))).toEqual(['&a', '+b'])
  })
})
