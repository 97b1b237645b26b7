import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCycles } from './cycles.ts'
import type { GraphStep } from './graph.ts'
import { outputConflicts } from './output-conflicts.ts'

test('names a file that two steps may write at the same time', () => {
  const steps: GraphStep[] = [{ stage: 0 }, { stage: 0 }, { stage: 1 }]
  expect(outputConflicts(steps, [['r'], ['r'], ['r']])).toEqual([{ file: 'r', first: 0, second: 1 }])
  expect(outputConflicts(steps, [['r'], ['s'], ['r', 's']])).toEqual([])
  expect(outputConflicts(steps, [['r', 'r'], [], []])).toEqual([])
})

test('follows dependencies over any number of steps, and past barriers', () => {
  const chain: GraphStep[] = [
    { stage: 0, dependsOn: [] },
    { stage: 1, dependsOn: [0] },
    { stage: 2, dependsOn: [1] },
    { stage: 3, dependsOn: [] },
  ]
  expect(outputConflicts(chain, [['r'], [], ['r'], []])).toEqual([])
  expect(outputConflicts(chain, [['r'], [], [], ['r']])).toHaveLength(1)
  const barrier: GraphStep[] = [{ stage: 0, dependsOn: [] }, { stage: 1 }, { stage: 2, dependsOn: [1] }]
  expect(outputConflicts(barrier, [['r'], [], ['r']])).toEqual([])
})

test('answers many questions at once', () => {
  const steps = Array.from({ length: 200 }, (_, i): GraphStep => ({ stage: i % 100 }))
  const outputs = steps.map((_, i) => [`f${i % 100}`])
  expect(outputConflicts(steps, outputs)).toHaveLength(100)
  expect(
    outputConflicts(
      steps.map((_, stage) => ({ stage })),
      outputs,
    ),
  ).toEqual([])
})

test('agrees with asking about every pair', () => {
  const anyPlan = fc.integer({ min: 2, max: 10 }).chain((size) =>
    fc.array(
      fc.record({
        stage: fc.nat({ max: 3 }),
        dependsOn: fc.option(fc.uniqueArray(fc.nat({ max: size - 1 }), { maxLength: 3 })),
        file: fc.option(fc.constantFrom('r', 's')),
      }),
      { minLength: size, maxLength: size },
    ),
  )
  fc.assert(
    fc.property(anyPlan, (made) => {
      const steps = made.map(({ stage, dependsOn }): GraphStep => (dependsOn ? { stage, dependsOn } : { stage }))
      fc.pre(findCycles(steps).cycles.length === 0)
      const outputs = made.map(({ file }) => (file === null ? [] : [file]))
      const after = steps.map((_, i) => reach(steps, i))
      const found = outputConflicts(steps, outputs)
      const pairs = steps.flatMap((_, i) =>
        steps.flatMap((_, j) =>
          i < j && outputs[i]?.[0] && outputs[i][0] === outputs[j]?.[0] && !after[i]?.has(j) && !after[j]?.has(i)
            ? [[i, j]]
            : [],
        ),
      )
      expect(found.length > 0).toBe(pairs.length > 0)
      for (const { first, second } of found)
        expect(pairs).toContainEqual([Math.min(first, second), Math.max(first, second)])
    }),
    { numRuns: 500 },
  )
})

function reach(steps: readonly GraphStep[], from: number, seen = new Set<number>()): Set<number> {
  const step = steps[from]!
  const waits = step.dependsOn ?? steps.flatMap(({ stage }, i) => (stage < step.stage ? [i] : []))
  for (const to of waits) {
    if (seen.has(to)) continue
    seen.add(to)
    reach(steps, to, seen)
  }
  return seen
}
