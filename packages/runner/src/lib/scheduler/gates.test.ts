import { describe, expect, it } from 'vitest'
import { completed, failed, Harness, planOf, resumed } from './scheduler.fixture.ts'

describe('when', () => {
  it('is decided once a step is ready, without a slot', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0, when: 'x' }, { name: 'c', when: 'x' }), { concurrency: 1 })
    expect(run.on()).toEqual(['?b', '+a'])
    expect(run.on(completed('a'))).toEqual(['+b'])
    expect(run.on(completed('b'))).toEqual(['?c', '+c'])
  })

  it('skips, or fails, and what depends on the step goes on or does not', () => {
    const plan = planOf({ name: 'a', when: 'x' }, { name: 'b', dependsOn: ['a'] })
    expect(new Harness(plan, {}, { a: 'skip' }).on()).toEqual(['?a', '+b'])
    expect(new Harness(plan, {}, { a: 'fail' }).on()).toEqual(['?a', 'b<a', '=failed'])
  })

  it('is not asked again for a retry', () => {
    const run = new Harness(planOf({ name: 'a', when: 'x' }))
    run.on()
    expect(run.on(failed('a', 10))).toEqual([])
    expect(run.on({ type: 'retry.due', step: 'a' })).toEqual(['+a'])
  })

  it('is cancelled, undecided, where the run stops', () => {
    const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] }, { name: 'c', dependsOn: ['b'], when: 'x' })
    const run = new Harness(plan)
    run.on()
    expect(run.on(failed('a'), completed('b'))).toEqual(['-c', '=failed'])
  })
})

describe('an approval', () => {
  const plan = planOf({ name: 'a', stage: 0, type: 'approval' }, { name: 'b', stage: 0 }, { name: 'c' })

  it('takes no slot', () => {
    const run = new Harness(plan, { concurrency: 1 })
    expect(run.on()).toEqual(['?a', '+b'])
    expect(run.scheduler.asked()).toEqual([0])
    expect(run.on(completed('b'))).toEqual([])
    expect(run.on({ type: 'approval.decided', step: 'a', approved: true, by: '', reason: '' })).toEqual([])
    expect(run.on(completed('a'))).toEqual(['+c'])
  })

  it('is cancelled with the run', () => {
    const run = new Harness(plan)
    run.on()
    expect(run.on(failed('b'))).toEqual(['c<b', '-a', '=failed'])
  })

  it('is not asked for again by another driver, unless it had ended', () => {
    const run = new Harness(plan)
    run.on()
    run.on(completed('b'))
    expect(run.on(resumed)).toEqual([])
    expect(run.scheduler.asked()).toEqual([0])
    expect(run.on(failed('a'))).toEqual(['c<a', '=failed'])
    expect(run.on(resumed)).toEqual(['?a'])
    expect(run.scheduler.attempts(0)).toBe(2)
  })
})

describe('a concurrency group', () => {
  const concurrencyGroup = { name: 'db', limit: 1 }
  const plan = planOf({ name: 'a', stage: 0, concurrencyGroup }, { name: 'b', stage: 0 }, { name: 'c', stage: 0 })
  const on = (type: 'slot.granted' | 'slot.refused' | 'slot.due') => ({ type, step: 'a' })

  it('is asked when the run has a slot, which it keeps meanwhile', () => {
    const run = new Harness(plan, { concurrency: 1 })
    expect(run.on()).toEqual(['@a'])
    expect(run.on(on('slot.granted'))).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+b'])
  })

  it('lets others go before when it has none, and is asked again later', () => {
    const run = new Harness(plan, { concurrency: 1 })
    run.on()
    expect(run.on(on('slot.refused'))).toEqual(['+b'])
    expect(run.on(on('slot.due'))).toEqual([])
    expect(run.on(completed('b'))).toEqual(['@a'])
    expect(run.on(on('slot.granted'))).toEqual(['+a'])
  })

  it('is asked for each attempt, and for each item', () => {
    const run = new Harness(planOf({ name: 'a', forEach: { items: 'x', maxParallel: 1 }, concurrencyGroup }), {}, { a: 2 })
    expect(run.on()).toEqual(['?a', '@a[0]'])
    expect(run.on({ type: 'slot.refused', step: 'a[0]' })).toEqual(['@a[1]'])
    expect(run.on({ type: 'slot.granted', step: 'a[1]' })).toEqual(['+a[1]'])
    expect(run.on({ type: 'slot.due', step: 'a[0]' })).toEqual([])
    expect(run.on(failed('a[1]', 10))).toEqual(['@a[0]'])
  })

  it('gives way when the run stops or is paused, and takes no grant for what was given up', () => {
    const run = new Harness(plan, { concurrency: 2 })
    expect(run.on()).toEqual(['@a', '+b'])
    expect(run.on({ type: 'run.paused', by: '', reason: '' }, on('slot.granted'))).toEqual([])
    expect(run.on(on('slot.refused'), on('slot.due'), { type: 'run.unpaused', by: '', reason: '' })).toEqual(['@a'])
    expect(run.on(failed('b'))).toEqual(['-a', '-c', '=failed'])
    expect(run.on(on('slot.granted'), on('slot.refused'))).toEqual(['=failed'])
  })
})

describe('pause', () => {
  it('starts nothing, decides nothing, and lets what is in flight end', () => {
    const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: ['a'], when: 'x' }, { name: 'c', dependsOn: ['a'] })
    const run = new Harness(plan)
    run.on()
    expect(run.on({ type: 'run.paused', by: '', reason: '' }, completed('a'))).toEqual([])
    expect(run.on({ type: 'run.unpaused', by: '', reason: '' })).toEqual(['?b', '+b', '+c'])
  })

  it('does not outlive the run', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b' }))
    run.on()
    expect(run.on({ type: 'run.paused', by: '', reason: '' }, failed('a'))).toEqual(['b<a', '=failed'])
    expect(run.on({ type: 'run.failed', step: 'a', error: { code: '', message: '' } }, resumed)).toEqual(['+a'])
  })
})
