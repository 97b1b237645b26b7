import { describe, expect, it } from 'vitest'
import { graphOf } from './graph.ts'
import { planOf } from '../scheduler/scheduler.fixture.ts'
import { itemName, parseItemName, StepNames } from './step-names.ts'

describe('an item', () => {
  it.each(['a[]', 'a[01]', 'a[-1]', 'a[1.5]', 'a[x]', '[1]', 'a', 'a[1', 'a[ 1]', 'a[1e3]', 'a[1][2]', 'a[12345678901234567890]'])('is not called %s', (name) => {
    expect(parseItemName(name)).toBeUndefined()
  })

  it('is called by its step and its place', () => {
    expect(parseItemName(itemName('load.all-x', 99_999))).toEqual({ step: 'load.all-x', ordinal: 99_999 })
  })
})

describe('names', () => {
  const plan = planOf({ name: 'a' }, { name: 'b' })
  const names = () => new StepNames(graphOf(plan), plan.steps)

  it('are found both ways, with items and without', () => {
    const steps = names()
    expect(steps.find('b[0]')).toBeUndefined()
    expect(steps.expand(1, 2)).toEqual({ first: 2, moved: undefined })
    expect(steps.expand(0, 1)).toEqual({ first: 4, moved: undefined })
    expect([0, 1, 2, 3, 4].map((i) => steps.nameOf(i))).toEqual(['a', 'b', 'b[0]', 'b[1]', 'a[0]'])
    expect(['a', 'b', 'b[0]', 'b[1]', 'a[0]'].map((name) => steps.find(name))).toEqual([0, 1, 2, 3, 4])
    expect(['b[2]', 'c', 'c[0]'].map((name) => steps.find(name))).toEqual([undefined, undefined, undefined])
    expect([steps.parentOf(1), steps.parentOf(3), steps.ordinal(3), steps.isItem(1), steps.isItem(2), steps.size]).toEqual([1, 1, 1, false, true, 5])
  })

  it('stay with their indices when a step gets its items anew, where there is room', () => {
    const steps = names()
    steps.expand(0, 3)
    steps.forget(0)
    steps.forget(1)
    expect(steps.find('a[0]')).toBeUndefined()
    expect(steps.expand(0, 2)).toEqual({ first: 2, moved: undefined })
    expect(steps.find('a[2]')).toBeUndefined()
    expect(steps.expand(0, 3)).toEqual({ first: 2, moved: undefined })
    expect(steps.expand(0, 4)).toEqual({ first: 5, moved: expect.objectContaining({ first: 2, capacity: 3 }) as unknown })
  })
})
