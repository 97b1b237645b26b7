import { type EventData, forecast, type Plan } from '@lorc/runner'
import { expect, it } from 'vitest'
import { completed, CREATED, DRIVER, failed, journalOf, planOf, RUN_ID, started } from '../scripted-run.fixture.ts'
import { type Past, RunEstimate } from './run-estimate.ts'
import { RunProgress } from './run-progress.ts'

const none = (): null => null

function estimate(plan: Plan, events: EventData[], took?: Record<string, number>) {
  const progress = new RunProgress(RUN_ID, plan)
  for (const event of journalOf(CREATED, DRIVER, ...events)) progress.apply(event)
  const durations = new Map(Object.entries(took ?? {}).map(([step, medianMs]) => [step, { medianMs, samples: 1 }]))
  const past: Past = { durations, forecast, concurrency: 1, learned: undefined }
  return { progress, estimate: new RunEstimate(progress, took === undefined ? undefined : past) }
}

it('counts steps alike and knows no end without a past', () => {
  const { estimate: it } = estimate(planOf('a', 'b', 'c', 'd'), [started('a'), completed('a'), started('b')])
  expect([it.done(1000, none), it.left(1000, () => 0), it.usual('a')]).toEqual([0.25, undefined, undefined])
  expect(estimate(planOf('a'), [], {}).estimate.left(1000, () => 0)).toBeUndefined()
})

it('weighs steps by what they took, and asks the scheduler when they will be over', () => {
  const plan = planOf('a', 'b', { name: 'rescue', phase: 'on_failure' })
  const { estimate: it } = estimate(plan, [started('a')], { a: 1000, b: 3000 })
  // `a` began at 200.
  expect([it.done(700, none), it.left(700, () => 0), it.usual('b')]).toEqual([0.125, 3500, 3000])
  expect(it.done(99_000, none)).toBe(0.95 / 4)
})

it('takes a step without a past for one like the others, and believes what steps say themselves', () => {
  const { estimate: it } = estimate(planOf('a', 'b'), [started('a')], { b: 2000 })
  expect(it.left(200, () => 0)).toBe(4000)
  expect(it.done(200, () => ({ done: 1, total: 2 }))).toBe(0.25)
  expect(it.done(200, () => ({ done: 1, total: null }))).toBe(0)
})

it('counts the items of a step', () => {
  const expanded: EventData = { type: 'step.expanded', step: 'a', items: [1, 2, 3, 4] }
  const items = [expanded, started('a[0]'), completed('a[0]'), started('a[1]'), failed('a[1]')]
  expect(estimate(planOf('a'), items).estimate.done(0, none)).toBe(0.5)
  expect(estimate(planOf('a'), [{ ...expanded, items: [] }]).estimate.done(0, none)).toBe(1)
})

it('looks again when something has happened, but not more often than that is worth', () => {
  const { progress, estimate: it } = estimate(planOf('a', 'b'), [started('a')], { a: 10_000, b: 10_000 })
  let cpu = 0
  const slow = (): number => (cpu += 40)
  expect(it.left(200, slow)).toBe(20_000)
  expect(it.left(1200, slow)).toBe(19_000)
  progress.apply(journalOf(completed('a'))[0]!)
  expect(it.left(1300, slow)).toBe(18_900)
  expect(it.left(2200, slow)).toBe(10_000)
  expect(it.left(50_000, slow)).toBe(0)
})

it('expects no time of an approval that nobody has ever decided', () => {
  const plan = planOf('a', { name: 'ask', type: 'approval' })
  expect(estimate(plan, [], { a: 4000 }).estimate.left(200, () => 0)).toBe(4000)
})

it('knows no end while the run is paused', () => {
  const paused: EventData = { type: 'run.paused', by: 'ana', reason: 'lunch' }
  expect(estimate(planOf('a'), [paused], { a: 5 }).estimate.left(0, () => 0)).toBeUndefined()
})
