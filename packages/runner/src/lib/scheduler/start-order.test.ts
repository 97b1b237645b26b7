import { describe, expect, it } from 'vitest'
import { graphOf } from '../plan/graph.ts'
import type { Plan } from '../plan.ts'
import { completed, Harness, planOf } from './scheduler.fixture.ts'
import { remainingPaths, startOrder } from './start-order.ts'

const known = (durations: Record<string, number>) => (step: string) => durations[step]

function pathsOf(plan: Plan, durations: Record<string, number>): Record<string, number> {
  const remaining = remainingPaths(plan, graphOf(plan), known(durations))!
  return Object.fromEntries(plan.steps.map(({ name }, i) => [name, remaining[i]!]))
}

describe('the longest remaining path', () => {
  it('follows dependencies and barriers', () => {
    const plan = planOf(
      { name: 'a', stage: 0 },
      { name: 'b', stage: 0 },
      { name: 'c', stage: 1, dependsOn: ['a'] },
      { name: 'd', stage: 1 },
      { name: 'e', stage: 3 },
      { name: 'f', stage: 2, dependsOn: [] },
    )
    expect(pathsOf(plan, { a: 1, b: 2, c: 10, d: 4, e: 100, f: 1000 })).toEqual({ a: 111, b: 106, c: 110, d: 104, e: 100, f: 1100 })
  })

  it('ends with the phase', () => {
    const plan = planOf({ name: 'a', stage: 0 }, { name: 'x', stage: 0, phase: 'always' }, { name: 'y', stage: 1, phase: 'always' })
    expect(pathsOf(plan, { a: 1, x: 2, y: 4 })).toEqual({ a: 1, x: 6, y: 4 })
  })

  it('takes the median for what is not known, and nothing where nothing is', () => {
    const plan = planOf({ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' })
    expect(pathsOf(plan, { a: 1, b: 5, c: 9 })).toEqual({ a: 20, b: 19, c: 14, d: 5 })
    expect(remainingPaths(plan, graphOf(plan), known({}))).toBeUndefined()
  })
})

describe('ready steps start', () => {
  const together = planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0, priority: -1 }, { name: 'c', stage: 0, priority: 2 }, { name: 'd', stage: 0 })

  it('by priority, then as they are listed', () => {
    expect(new Harness(together).on()).toEqual(['+c', '+a', '+d', '+b'])
  })

  it('by priority, then by the longest remaining path', () => {
    expect(new Harness(together, { durations: known({ a: 1, b: 9, c: 1, d: 2 }) }).on()).toEqual(['+c', '+d', '+a', '+b'])
  })

  it('in that order whenever they became ready', () => {
    const plan = planOf({ name: 'a', stage: 0 }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: [] }, { name: 'd', dependsOn: [] })
    const run = new Harness(plan, { concurrency: 1, durations: known({ a: 9, b: 7, c: 5, d: 3 }) })
    expect(run.on()).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+b'])
    expect(run.on(completed('b'))).toEqual(['+c'])
  })

  it('as the plan lists them where nothing says otherwise', () => {
    const plan = planOf({ name: 'a' }, { name: 'b' })
    expect(startOrder(plan, graphOf(plan))).toBeUndefined()
    expect(startOrder(plan, graphOf(plan), known({}))).toBeUndefined()
  })
})
