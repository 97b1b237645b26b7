import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findCycles } from './cycles.ts'
import type { GraphStep } from './graph.ts'

/** Each step with the stage it is listed at, as `a<b,c` (a waits for b and c) or `a`. */
function graph(...stages: string[][]): { names: string[]; steps: GraphStep[] } {
  const all = stages.flatMap((words, stage) => words.map((word) => ({ word, stage })))
  const names = all.map(({ word }) => word.split('<')[0]!)
  const steps = all.map(({ word, stage }) => {
    const after = word.split('<')[1]
    if (after === undefined) return { stage }
    return { stage, dependsOn: after === '' ? [] : after.split(',').map((name) => names.indexOf(name)) }
  })
  return { names, steps }
}

/** `a>b*c>`: a waits for b by name, b for every step before it with c among them, c for a. */
function cycles(...stages: string[][]): string[] {
  const { names, steps } = graph(...stages)
  return findCycles(steps).cycles.map(({ hops }) =>
    hops.map(({ step, all }) => names[step]! + (all ? '*' : '>')).join(''),
  )
}

describe('finds', () => {
  test('nothing where there is nothing', () => {
    expect(cycles(['a'], ['b', 'c<'], ['d<b,c'], ['e'])).toEqual([])
    expect(cycles()).toEqual([])
  })
  test('a step that waits for itself', () => expect(cycles(['a<a'])).toEqual(['a>']))
  test('two that wait for each other', () => expect(cycles(['a<b'], ['b<a'])).toEqual(['a>b>']))
  test('a longer one, from where it is first listed', () =>
    expect(cycles(['c<'], ['a<d'], ['b<a'], ['d<b,c'])).toEqual(['a>d>b>']))
  test('the shortest', () => expect(cycles(['a<b,c'], ['b<d'], ['c<a'], ['d<a'])).toContain('a>c>'))
  test('one through the default order', () => expect(cycles(['a<b'], ['b'])).toEqual(['a>b*']))
  test('one through several stages', () => expect(cycles(['x'], ['a<b'], ['y'], ['b'])).toEqual(['a>b*']))
  test('none where only an earlier step is named', () => expect(cycles(['a'], ['b<a'], ['c<b'], ['d'])).toEqual([]))
  test('two knots', () => expect(cycles(['a<b'], ['b<a'], ['c<d'], ['d<c'])).toEqual(['a>b>', 'c>d>']))
  test('two circles in one knot', () => expect(cycles(['a<b,c'], ['b<a'], ['c<a']).sort()).toEqual(['a>b>', 'a>c>']))
})

/** Every edge, pairs and all. */
function edges(steps: readonly GraphStep[]): number[][] {
  return steps.map(
    (step, i) =>
      step.dependsOn?.slice() ?? steps.flatMap((other, j) => (other.stage < step.stage && i !== j ? [j] : [])),
  )
}

function isAcyclic(waits: readonly number[][]): boolean {
  const done = new Set<number>()
  for (let before = -1; before !== done.size;) {
    before = done.size
    waits.forEach((all, i) => all.every((j) => done.has(j)) && done.add(i))
  }
  return done.size === waits.length
}

const anyGraph = fc
  .integer({ min: 1, max: 12 })
  .chain((size) =>
    fc.array(
      fc.record(
        { stage: fc.nat({ max: 4 }), dependsOn: fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 3 }) },
        { requiredKeys: ['stage'] },
      ),
      { minLength: size, maxLength: size },
    ),
  )

test('agrees with the graph written out, and every cycle is one', () => {
  fc.assert(
    fc.property(anyGraph, (steps) => {
      const found = findCycles(steps).cycles
      const waits = edges(steps)
      expect(found.length === 0).toBe(isAcyclic(waits))
      for (const { hops } of found) {
        hops.forEach(({ step, all }, i) => {
          const next = hops[(i + 1) % hops.length]!.step
          expect(waits[step]).toContain(next)
          expect(all).toBe(steps[step]?.dependsOn === undefined)
        })
      }
    }),
    { numRuns: 500 },
  )
})

test('costs a constant number of edges for each step', () => {
  const line = (size: number) => Array.from({ length: size }, (_, i): GraphStep => ({ stage: size - 1 - i }))
  const wide = (size: number) => Array.from({ length: size }, (_, i): GraphStep => ({ stage: i % 2 }))
  const chain = (size: number) =>
    Array.from({ length: size }, (_, i): GraphStep => ({ stage: i, dependsOn: i === size - 1 ? [] : [i + 1] }))
  for (const make of [line, wide, chain]) {
    const small = findCycles(make(1000)).visits / 1000
    const large = findCycles(make(100_000)).visits / 100_000
    expect(large).toBeLessThan(small * 1.01 + 0.01)
    expect(large).toBeGreaterThan(0)
    expect(large).toBeLessThanOrEqual(3)
  }
  const inOrder = Array.from({ length: 1000 }, (_, i): GraphStep => ({ stage: i >> 1, ...(i % 3 === 0 && i > 0 ? { dependsOn: [0, i - 1] } : {}) }))
  expect(findCycles(inOrder)).toEqual({ cycles: [], visits: 0 })
})
