import { expect, it } from 'vitest'
import { criticalPath } from './critical-path.ts'
import { completed, failed, journalOf, planOf, runFailed, started, takenOver } from './journal.fixture.ts'
import { parallelism } from './parallelism.ts'
import { timelineOf } from './timeline-fold.ts'

it('goes back from the step that ended last to whom each waited for', () => {
  const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] }, { name: 'c', dependsOn: ['a', 'b'] })
  const timeline = timelineOf(
    plan,
    journalOf(
      [0, started('a')],
      [0, started('b')],
      [40, completed('a')],
      [90, failed('b', { retryInMs: 20 })],
      [110, started('b', 2)],
      [150, completed('b', { attempt: 2 })],
      [150, started('c')],
      [180, completed('c')],
      [180, { type: 'run.completed' }],
    ),
  )
  expect(criticalPath(timeline)).toEqual([
    { step: 'b', from: 0, to: 150, ranMs: 130, waitedMs: 20 },
    { step: 'c', from: 150, to: 180, ranMs: 30, waitedMs: 0 },
  ])
  expect(parallelism(timeline)).toEqual({
    points: [
      { at: 0, running: 2 },
      { at: 40, running: 1 },
      { at: 90, running: 0 },
      { at: 110, running: 1 },
      { at: 180, running: 0 },
    ],
    peak: 2,
    busyMs: 200,
    activeMs: 160,
  })
})

it('goes through the item of a for_each step that ended last', () => {
  const timeline = timelineOf(
    planOf('a', { name: 'each', forEach: { items: 'x' } }, 'z'),
    journalOf(
      [0, started('a')],
      [10, completed('a')],
      [10, { type: 'step.expanded', step: 'each', items: [1, 2] }],
      [10, started('each[0]')],
      [10, started('each[1]')],
      [50, completed('each[1]')],
      [80, completed('each[0]')],
      [80, completed('each')],
      [80, started('z')],
    ),
  )
  expect(criticalPath(timeline).map(({ step, to }) => [step, to])).toEqual([['a', 10], ['each[0]', 80], ['z', 80]])
})

it('begins where the run was resumed, and has nothing to say of a run that did nothing', () => {
  const plan = planOf('a', 'b')
  const events = journalOf(
    [0, started('a')],
    [10, completed('a')],
    [10, started('b')],
    [20, failed('b')],
    [20, runFailed('b')],
    [500, takenOver(2)],
    [500, started('b', 2)],
    [530, completed('b', { attempt: 2 })],
  )
  expect(criticalPath(timelineOf(plan, events))).toEqual([{ step: 'b', from: 500, to: 530, ranMs: 30, waitedMs: 0 }])
  expect(criticalPath(timelineOf(plan, journalOf()))).toEqual([])
  expect(parallelism(timelineOf(plan, journalOf()))).toEqual({ points: [], peak: 0, busyMs: 0, activeMs: 0 })
})
