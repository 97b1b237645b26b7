import { describe, expect, it } from 'vitest'
import type { EventData } from '../events.ts'
import { completed, failed, journalOf, planOf, runFailed, started, takenOver } from './journal.fixture.ts'
import type { RunTimeline, StepTimeline } from './run-timeline.ts'
import { TimelineFold, timelineOf } from './timeline-fold.ts'

function line(timeline: RunTimeline, name: string): StepTimeline {
  return timeline.steps.find((step) => step.name === name)!
}

describe('a timeline', () => {
  it('tells when each step could begin, after whom, and when it ran', () => {
    const plan = planOf('a', { name: 'b', dependsOn: [] }, { name: 'c', dependsOn: ['a', 'b'] }, 'd')
    const timeline = timelineOf(
      plan,
      journalOf(
        [0, started('a')],
        [0, started('b')],
        [40, completed('b')],
        [90, completed('a')],
        [91, started('c')],
        [150, completed('c')],
        [150, started('d')],
        [170, completed('d')],
        [170, { type: 'run.completed' }],
      ),
    )
    expect(timeline).toMatchObject({ createdAt: 0, endedAt: 170, until: 170, halts: [] })
    expect(timeline.steps.map(({ name, readyAt, after, startedAt, endedAt }) => [name, readyAt, after, startedAt, endedAt])).toEqual([
      ['a', 0, null, 0, 90],
      ['b', 0, null, 0, 40],
      ['c', 90, 'a', 91, 150],
      ['d', 150, 'c', 150, 170],
    ])
    expect(line(timeline, 'c').spans).toEqual([{ kind: 'ran', from: 91, to: 150, attempt: 1, end: 'completed', cached: false }])
  })

  it('tells who made room for a step that waited for a slot', () => {
    const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] })
    const timeline = timelineOf(plan, journalOf([0, started('a')], [50, completed('a')], [51, started('b')], [60, completed('b')]))
    expect(line(timeline, 'b').spans[0]).toEqual({ kind: 'slot', from: 0, to: 51, by: 'a' })
  })

  it('tells a retry delay from what came after it', () => {
    const timeline = timelineOf(
      planOf('a', { name: 'b', dependsOn: [] }),
      journalOf(
        [0, started('a')],
        [0, started('b')],
        [10, failed('a', { retryInMs: 100 })],
        [129, completed('b')],
        [130, started('a', 2)],
        [140, completed('a', { attempt: 2 })],
      ),
    )
    expect(line(timeline, 'a')).toMatchObject({ attempts: 2, startedAt: 0, readyAt: 0, endedAt: 140 })
    expect(line(timeline, 'a').spans.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['ran', 0, 10],
      ['retry', 10, 110],
      ['slot', 110, 130],
      ['ran', 130, 140],
    ])
  })

  it('tells the wait for a concurrency group, and what a pause took of it', () => {
    const timeline = timelineOf(
      planOf('a'),
      journalOf(
        [0, { type: 'step.waiting', step: 'a', group: 'db', limit: 1, holders: [] }],
        [20, { type: 'run.paused', by: 'eve', reason: 'lunch' }],
        [50, { type: 'run.unpaused', by: 'eve', reason: 'back' }],
        [80, started('a')],
        [90, completed('a')],
      ),
    )
    expect(timeline.halts).toEqual([{ kind: 'paused', from: 20, to: 50, by: 'eve' }])
    expect(line(timeline, 'a').spans).toMatchObject([
      { kind: 'group', from: 0, to: 20, by: 'db' },
      { kind: 'paused', from: 20, to: 50, by: 'eve' },
      { kind: 'group', from: 50, to: 80, by: 'db' },
      { kind: 'ran', from: 80, to: 90 },
    ])
  })

  it('tells that a pause held a step up that waited for nothing else', () => {
    const timeline = timelineOf(
      planOf('a'),
      journalOf([0, { type: 'run.paused', by: 'eve', reason: '' }], [50, { type: 'run.unpaused', by: 'eve', reason: '' }], [51, started('a')]),
    )
    expect(line(timeline, 'a').spans).toMatchObject([{ kind: 'paused', from: 0, to: 50 }, { kind: 'ran', from: 51, to: null }])
  })

  it('tells how long an approval took and who gave it', () => {
    const timeline = timelineOf(
      planOf('a', { name: 'ok', type: 'approval' }),
      journalOf(
        [0, started('a')],
        [10, completed('a')],
        [10, { type: 'approval.requested', step: 'ok', message: '', by: null, expiresAt: null }],
        [500, { type: 'approval.decided', step: 'ok', approved: true, by: 'eve', reason: '' }],
        [501, completed('ok')],
      ),
    )
    expect(line(timeline, 'ok')).toMatchObject({ readyAt: 10, after: 'a', endedAt: 501, status: 'completed' })
    expect(line(timeline, 'ok').spans).toEqual([{ kind: 'approval', from: 10, to: 500, by: 'eve' }])
  })

  it('has a line for each item, which waits where as many run as may', () => {
    const each = { name: 'each', forEach: { items: 'x', maxParallel: 1 } }
    const timeline = timelineOf(
      planOf(each, 'after'),
      journalOf(
        [5, { type: 'step.expanded', step: 'each', items: [1, 2] }],
        [5, started('each[0]')],
        [25, completed('each[0]')],
        [25, started('each[1]')],
        [45, completed('each[1]')],
        [45, completed('each')],
        [46, started('after')],
      ),
    )
    expect(timeline.steps.map(({ name }) => name)).toEqual(['each', 'each[0]', 'each[1]', 'after'])
    expect(line(timeline, 'each')).toMatchObject({ items: 2, startedAt: 5, spans: [{ kind: 'items', from: 5, to: 45 }] })
    expect(line(timeline, 'each[1]')).toMatchObject({ itemOf: 'each', readyAt: 5, after: null })
    expect(line(timeline, 'each[1]').spans[0]).toEqual({ kind: 'parallel', from: 5, to: 25, by: 'each[0]' })
    expect(line(timeline, 'after')).toMatchObject({ after: 'each', readyAt: 45 })
  })

  it('shows items whose list is not in the journal, and steps that the plan does not have', () => {
    const timeline = timelineOf(planOf({ name: 'each', forEach: { items: 'x' } }), journalOf([0, started('each[1]')], [5, completed('each[1]')], [5, started('other')]))
    expect(timeline.steps.map(({ name, itemOf }) => [name, itemOf])).toEqual([['each', null], ['each[1]', 'each']])
  })

  it('begins anew with a driver that takes over, and says that there was none', () => {
    const timeline = timelineOf(
      planOf('a', 'b', 'c'),
      journalOf(
        [0, started('a')],
        [10, completed('a')],
        [10, started('b')],
        [20, failed('b')],
        [20, { type: 'steps.blocked', steps: ['c'], by: 'b' }],
        [20, runFailed('b')],
        [1000, takenOver(2)],
        [1001, started('b', 2)],
        [1010, completed('b', { attempt: 2 })],
        [1010, started('c')],
      ),
    )
    expect(timeline).toMatchObject({ endedAt: null, halts: [{ kind: 'undriven', from: 20, to: 1000 }] })
    expect(line(timeline, 'b')).toMatchObject({ readyAt: 1000, after: null, startedAt: 1001, attempts: 2, status: 'completed' })
    expect(line(timeline, 'b').spans).toHaveLength(2)
    expect(line(timeline, 'c')).toMatchObject({ readyAt: 1010, after: 'b', status: 'running' })
  })

  it('shows what was in flight when a driver died as interrupted', () => {
    const timeline = timelineOf(
      planOf('a'),
      journalOf([0, started('a')], [50, takenOver(2)], [50, { type: 'step.interrupted', step: 'a', attempt: 1 }], [51, started('a', 2)]),
    )
    expect(line(timeline, 'a').spans.map((span) => span.kind === 'ran' && span.end)).toEqual(['interrupted', null])
  })

  it('opens again what a person had run again', () => {
    const timeline = timelineOf(
      planOf('a', 'b'),
      journalOf(
        [0, started('a')],
        [10, completed('a')],
        [10, started('b')],
        [20, completed('b')],
        [20, { type: 'run.completed' }],
        [100, takenOver(2)],
        [100, { type: 'steps.reset', steps: ['b'], by: 'eve', reason: '' }],
        [105, started('b', 2)],
      ),
    )
    expect(line(timeline, 'a')).toMatchObject({ endedAt: 10, status: 'completed' })
    expect(line(timeline, 'b')).toMatchObject({ readyAt: 100, after: null, startedAt: 105, endedAt: null })
  })

  it('lets the steps of a later phase begin after the main part', () => {
    const plan = planOf('a', { name: 'b', stage: 1 }, { name: 'mail', phase: 'always', stage: 0 }, { name: 'page', phase: 'on_failure', stage: 0, dependsOn: [] })
    const timeline = timelineOf(
      plan,
      journalOf([0, started('a')], [30, failed('a')], [30, { type: 'steps.blocked', steps: ['b'], by: 'a' }], [31, started('mail')], [31, started('page')], [40, completed('mail')]),
    )
    expect(line(timeline, 'mail')).toMatchObject({ after: 'a', readyAt: 30 })
    expect(line(timeline, 'page')).toMatchObject({ after: 'a', readyAt: 30 })
  })

  it('lets the steps of `always` begin after those of `on_failure`, for no slot', () => {
    const plan = planOf('a', { name: 'page', phase: 'on_failure', stage: 0 }, { name: 'tidy', phase: 'always', stage: 0 })
    const events: [number, EventData][] = [[0, started('a')], [30, failed('a')], [30, started('page')]]
    expect(line(timelineOf(plan, journalOf(...events)), 'tidy')).toMatchObject({ readyAt: null, spans: [] })
    expect(line(timelineOf(plan, journalOf(...events, [90, completed('page')], [91, started('tidy')])), 'tidy')).toMatchObject({
      after: 'page', readyAt: 90, spans: [{ kind: 'ran', from: 91 }],
    })
  })

  it.each<[string, [number, EventData][], string, string | null]>([
    ['a slot', [], 'slot', null],
    ['the end of a pause', [[5, { type: 'run.paused', by: 'eve', reason: '' }]], 'paused', 'eve'],
    ['a slot, once a pause is over', [[5, { type: 'run.paused', by: 'eve', reason: '' }], [7, { type: 'run.unpaused', by: 'eve', reason: '' }]], 'slot', null],
    ['a group', [[5, { type: 'step.waiting', step: 'b', group: 'db', limit: 1, holders: [] }]], 'group', 'db'],
  ])('of a run that goes on says that a step waits for %s', (_what, events, kind, by) => {
    const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] }, 'c', { name: 'd', dependsOn: ['a'] })
    const timeline = timelineOf(plan, journalOf([0, started('a')], ...events))
    expect(line(timeline, 'b').spans.at(-1)).toMatchObject({ kind, to: null, by })
    expect(line(timeline, 'c')).toMatchObject({ readyAt: null, spans: [] })
    expect(line(timeline, 'd')).toMatchObject({ readyAt: null, spans: [] })
  })

  it('of a run that goes on tells a pause that is over apart from the wait around it', () => {
    const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] })
    const pause: [number, EventData][] = [[5, { type: 'run.paused', by: 'eve', reason: '' }], [7, { type: 'run.unpaused', by: 'eve', reason: '' }]]
    expect(line(timelineOf(plan, journalOf([0, started('a')], ...pause)), 'b').spans).toEqual([
      { kind: 'paused', from: 5, to: 7, by: 'eve' },
      { kind: 'slot', from: 7, to: null, by: null },
    ])
  })

  it('of a run that goes on says that a step waits for its next attempt, an item for its turn, and who waits for nobody', () => {
    const each = { name: 'each', dependsOn: [], forEach: { items: 'x', maxParallel: 1 } }
    const plan = planOf({ name: 'a', dependsOn: [] }, each, { name: 'mail', phase: 'always', stage: 0 })
    const timeline = timelineOf(
      plan,
      journalOf(
        [0, started('a')],
        [5, { type: 'step.expanded', step: 'each', items: [1, 2] }],
        [5, started('each[0]')],
        [10, failed('a', { retryInMs: 1000 })],
      ),
    )
    expect(line(timeline, 'a').spans.at(-1)).toEqual({ kind: 'retry', from: 10, to: null, by: null })
    expect(line(timeline, 'each[1]').spans).toEqual([{ kind: 'parallel', from: 5, to: null, by: null }])
    expect(line(timeline, 'mail')).toMatchObject({ readyAt: null, spans: [] })
  })

  it('knows who was skipped, cancelled and blocked, and goes on after a failure that is tolerated', () => {
    const plan = planOf({ name: 'a', continueOnError: true }, 'b', 'c', 'd', 'e')
    const timeline = timelineOf(
      plan,
      journalOf(
        [0, { type: 'steps.skipped', steps: ['e'], reason: 'not asked for' }],
        [0, started('a')],
        [10, failed('a')],
        [11, { type: 'steps.skipped', steps: ['b'], reason: 'when: false' }],
        [12, started('c')],
        [13, { type: 'step.cancelled', step: 'c', attempt: 1, reason: 'x', metrics: null }],
        [14, { type: 'steps.cancelled', steps: ['d'], reason: 'x' }],
      ),
    )
    expect(timeline.steps.map(({ status }) => status)).toEqual(['failed', 'skipped', 'cancelled', 'cancelled', 'skipped'])
    expect(line(timeline, 'b')).toMatchObject({ readyAt: 10, after: 'a' })
    expect(line(timeline, 'c')).toMatchObject({ readyAt: 11, after: 'b' })
  })

  it('ends the items of a step with it, which stay so', () => {
    const plan = planOf({ name: 'each', forEach: { items: 'x' } }, 'b')
    const timeline = timelineOf(
      plan,
      journalOf(
        [0, { type: 'step.expanded', step: 'each', items: [1, 2] }],
        [0, started('each[0]')],
        [5, completed('each[0]')],
        [5, started('each[1]')],
        [9, failed('each[1]')],
        [9, failed('each')],
        [9, runFailed('each')],
        [50, takenOver(2)],
        [51, { type: 'steps.skipped', steps: ['each'], reason: 'by hand', by: 'ann' }],
        [80, takenOver(3)],
        [90, started('b')],
        [95, completed('b')],
        [95, { type: 'run.completed' }],
      ),
    )
    expect(timeline.steps.map(({ name, status, endedAt }) => [name, status, endedAt])).toEqual([
      ['each', 'skipped', 51],
      ['each[0]', 'completed', 5],
      ['each[1]', 'cancelled', 51],
      ['b', 'completed', 95],
    ])
  })

  it('can be asked while the run goes on, and tells the same in the end', () => {
    const each = { name: 'each', dependsOn: [], forEach: { items: 'x', maxParallel: 1 } }
    const plan = planOf({ name: 'a', dependsOn: [] }, each, { name: 'b', dependsOn: ['a'], concurrencyGroup: { name: 'g', limit: 1 } }, 'c')
    const events = journalOf(
      [0, started('a')],
      [5, { type: 'step.expanded', step: 'each', items: [1, 2] }],
      [6, started('each[0]')],
      [10, failed('a', { retryInMs: 20 })],
      [20, { type: 'run.paused', by: 'ann', reason: 'x' }],
      [35, { type: 'run.unpaused', by: 'ann', reason: 'x' }],
      [40, started('a', 2)],
      [45, completed('a', { attempt: 2 })],
      [50, completed('each[0]')],
      [60, started('each[1]')],
      [65, { type: 'step.waiting', step: 'b', group: 'g', limit: 1, holders: [] }],
      [70, completed('each[1]')],
      [71, completed('each')],
      [80, takenOver(2)],
      [90, started('b')],
      [95, completed('b')],
      [97, { type: 'steps.skipped', steps: ['c'], reason: 'when: false' }],
      [99, { type: 'run.completed' }],
    )
    const fold = new TimelineFold(plan)
    for (const event of events) {
      fold.apply(event)
      fold.timeline()
      expect(structuredClone(fold.timeline())).toEqual(structuredClone(timelineOf(plan, events.slice(0, event.seq + 1))))
    }
  })

  it('is done with 66,000 events before anybody gives up waiting', () => {
    const names = Array.from({ length: 33_000 }, (_, i) => `s${i}`)
    const plan = planOf(...names)
    const events = journalOf(...names.flatMap((name, i): [number, ReturnType<typeof started>][] => [[i, started(name)], [i + 1, completed(name)]]))
    expect(line(timelineOf(plan, events), 's32999').after).toBe('s32998')
  })
})
