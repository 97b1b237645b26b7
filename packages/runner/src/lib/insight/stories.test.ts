import { Context } from '@lorc/context'
import { describe, expect, it } from 'vitest'
import type { RunView, StepState } from '../api.ts'
import type { JournalEvent } from '../events.ts'
import type { Plan } from '../plan.ts'
import { RunFold } from '../run-state/run-fold.ts'
import { blockedSteps, rootOfBlock } from './blocked-steps.ts'
import { completed, failed, journalOf, planOf, runFailed, started, takenOver } from './journal.fixture.ts'
import { storyOfRun } from './run-story.ts'
import { storyOfStep } from './step-story.ts'
import { timelineOf } from './timeline-fold.ts'

/** A run as a runner's `view` shows it. */
function viewOf(plan: Plan, events: readonly JournalEvent[]): RunView {
  const fold = new RunFold(plan)
  for (const event of events) fold.apply(event)
  const { name, status, createdAt, endedAt, params, recipe, error, failedStep, paused, parent, provenance } = fold
  return { runId: 'run_1', name, status, abandoned: false, events: events.length, createdAt, endedAt, plan, params, recipe, context: new Context(), error, failedStep, paused, cancelling: null, parent, provenance, steps: fold.steps() }
}

function stories(plan: Plan, ...entries: Parameters<typeof journalOf>) {
  const events = journalOf(...entries)
  const view = viewOf(plan, events)
  const timeline = timelineOf(plan, events)
  return { run: storyOfRun(view, timeline), step: (name: string) => storyOfStep(view, timeline, events, name) }
}

const chain = planOf('a', { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: ['b'] }, { name: 'd', continueOnError: true, dependsOn: [] })

describe('the story of a run', () => {
  it('has what failed first, what that blocks in the end, what was tolerated, and what was tried again', () => {
    const { run } = stories(
      chain,
      [0, started('d')],
      [5, failed('d')],
      [5, started('a')],
      [10, failed('a', { retryInMs: 10 })],
      [20, started('a', 2)],
      [30, failed('a', { attempt: 2 })],
      [30, { type: 'steps.blocked', steps: ['b'], by: 'a' }],
      [30, { type: 'steps.blocked', steps: ['c'], by: 'b' }],
      [30, runFailed('a')],
    )
    expect(run.failures.map(({ step, at, attempts, blocks, tolerated }) => [step, at, attempts, blocks, tolerated])).toEqual([
      ['a', 30, 2, ['b', 'c'], false],
      ['d', 5, 1, [], true],
    ])
    expect(run).toMatchObject({ waitedMs: { retry: 10 }, busyMs: 20, peak: 1, running: [], waiting: [], approvals: [], retried: [], cached: [] })
  })

  it('has what runs, what waits and for whom, and what somebody has to decide', () => {
    const plan = planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] }, { name: 'ok', type: 'approval', dependsOn: [] })
    const { run } = stories(
      plan,
      [0, { type: 'approval.requested', step: 'ok', message: 'ship?', by: ['eve'], expiresAt: 99 }],
      [5, started('a')],
      [6, { type: 'step.waiting', step: 'b', group: 'db', limit: 1, holders: [{ runId: 'run_2', step: 'x' }] }],
    )
    expect(run.running).toEqual([{ step: 'a', since: 5 }])
    expect(run.waiting).toEqual([{ step: 'b', kind: 'group', since: 6, by: 'db' }])
    expect(run.approvals).toMatchObject([{ step: 'ok', approval: { message: 'ship?', by: ['eve'], expiresAt: 99 } }])
  })

  it('has what came from the cache and what completed on a later attempt', () => {
    const { run } = stories(
      planOf('a', 'b'),
      [0, started('a')],
      [1, completed('a', { cached: 'k' })],
      [1, started('b')],
      [2, failed('b', { retryInMs: 1 })],
      [3, started('b', 2)],
      [4, completed('b', { attempt: 2 })],
      [4, { type: 'run.completed' }],
    )
    expect([run.cached, run.retried]).toEqual([['a'], [{ step: 'b', attempts: 2 }]])
  })

  it('tells of items instead of their step', () => {
    const { run } = stories(
      planOf({ name: 'each', forEach: { items: 'x' } }, 'z'),
      [0, { type: 'step.expanded', step: 'each', items: [1] }],
      [0, started('each[0]')],
      [5, failed('each[0]')],
      [5, failed('each', { error: { code: 'STEP_ITEMS_FAILED', message: '1 of 1' } })],
      [5, { type: 'steps.blocked', steps: ['z'], by: 'each' }],
      [5, runFailed('each')],
    )
    expect(run.failures).toMatchObject([{ step: 'each[0]', blocks: ['z'] }])
  })

  it('tells of a step with items that failed though none of them did', () => {
    const { run } = stories(
      planOf({ name: 'each', forEach: { items: 'x' } }, 'z'),
      [0, { type: 'step.expanded', step: 'each', items: [1] }],
      [0, started('each[0]')],
      [5, completed('each[0]')],
      [5, failed('each', { error: { code: 'STEP_CONTEXT_REFUSED', message: 'another shape' } })],
      [5, { type: 'steps.blocked', steps: ['z'], by: 'each' }],
      [5, runFailed('each')],
    )
    expect(run.failures).toMatchObject([{ step: 'each', attempts: 0, error: { code: 'STEP_CONTEXT_REFUSED' }, blocks: ['z'] }])
  })
})

describe('the story of a step', () => {
  it('has each attempt with its error, whom it waited for, and what it blocks', () => {
    const { step } = stories(
      chain,
      [0, started('a')],
      [5, completed('a')],
      [5, started('b')],
      [9, failed('b', { retryInMs: 1000 })],
    )
    expect(step('b')).toMatchObject({
      status: 'waiting', waitsBy: 'names', waitsFor: ['a'], open: [], retryAt: 1009,
      attempts: [{ attempt: 1, from: 5, to: 9, end: 'failed', error: { code: 'STEP_FAILED' } }],
    })
    expect(step('c')).toMatchObject({ waitsFor: ['b'], open: [{ step: 'b', status: 'waiting' }], attempts: [] })
    expect(step('a')).toMatchObject({ waitsBy: 'nobody', waitsFor: [] })
    expect(step('nope')).toBeUndefined()
  })

  it('has who blocks it, near and far', () => {
    const { step } = stories(
      chain,
      [0, started('a')],
      [5, failed('a')],
      [5, { type: 'steps.blocked', steps: ['b'], by: 'a' }],
      [5, { type: 'steps.blocked', steps: ['c'], by: 'b' }],
    )
    expect(step('c')).toMatchObject({ blockedBy: 'b', blockedFirstBy: 'a', open: [] })
    expect(step('a')).toMatchObject({ blocks: ['b', 'c'], error: { code: 'STEP_FAILED' } })
  })

  it('waits for all before it in the order of the recipe, but not for what is tolerated', () => {
    const plan = planOf({ name: 'a', continueOnError: true }, 'b', 'c')
    const { step } = stories(plan, [0, started('a')], [5, failed('a')], [5, started('b')])
    expect(step('c')).toMatchObject({ waitsBy: 'order', waitsFor: ['a', 'b'], open: [{ step: 'b', status: 'running' }] })
  })

  it('has what people and other runs did to it', () => {
    const plan = planOf('a', { name: 'sub', type: 'recipe' }, { name: 'g', concurrencyGroup: { name: 'db', limit: 1 } }, 'x')
    const { step } = stories(
      plan,
      [0, started('a')],
      [1, completed('a', { cached: 'auto:1' })],
      [1, started('sub')],
      [1, { type: 'step.linked', step: 'sub', attempt: 1, runId: 'run_2' }],
      [2, { type: 'step.cancelled', step: 'sub', attempt: 1, reason: 'why', metrics: null }],
      [2, { type: 'step.waiting', step: 'g', group: 'db', limit: 1, holders: [{ runId: 'run_3', step: 'y' }] }],
      [3, { type: 'run.cancelled', by: 'eve', reason: '' }],
      [9, takenOver(2)],
      [9, { type: 'steps.skipped', steps: ['x'], reason: 'by hand', by: 'eve' }],
      [9, { type: 'steps.reset', steps: ['a'], by: 'ann', reason: 'new data' }],
      [9, started('a', 2)],
      [10, { type: 'step.interrupted', step: 'a', attempt: 2 }],
    )
    expect(step('a')).toMatchObject({ cacheKey: 'auto:1', reset: { by: 'ann', reason: 'new data', at: 9 }, attempts: [{ end: 'completed' }, { end: 'interrupted' }] })
    expect(step('sub')).toMatchObject({ childRun: 'run_2', attempts: [{ end: 'cancelled' }] })
    expect(step('g')).toMatchObject({ group: { name: 'db', limit: 1, holders: [{ runId: 'run_3', step: 'y' }] } })
    expect(step('x')).toMatchObject({ status: 'skipped', skippedBy: 'eve', reason: 'by hand' })
  })

  it('of an item waits for its step to have its list', () => {
    const { step } = stories(planOf({ name: 'each', forEach: { items: 'x' } }), [0, { type: 'step.expanded', step: 'each', items: [1, 2] }], [0, started('each[0]')])
    expect(step('each[1]')).toMatchObject({ waitsBy: 'item', waitsFor: ['each'] })
  })
})

describe('what is blocked', () => {
  const blocked = (by: Record<string, string | null>): StepState[] =>
    Object.entries(by).map(([name, blockedBy]) => ({ name, blockedBy }) as StepState)

  it('is told of the step that blocks it in the end, at the same cost for long chains', () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `s${i}`)
    const steps = blocked(Object.fromEntries(names.map((name, i) => [name, i === 0 ? null : `s${i - 1}`])))
    expect(blockedSteps(steps.toReversed()).get('s0')).toHaveLength(49_999)
    expect(rootOfBlock(steps, 's49999')).toBe('s0')
  })

  it('is nothing where nothing blocks, and ends where a journal goes round in a circle', () => {
    expect(blockedSteps(blocked({ a: null }))).toEqual(new Map())
    expect(rootOfBlock(blocked({ a: null }), 'a')).toBeNull()
    expect([...blockedSteps(blocked({ a: 'b', b: 'a' })).values()].flat().sort()).toEqual(['a', 'b'])
  })
})
