import type { Approval, RunView, StepState } from '../api.ts'
import type { JournalEvent, RecordedError, StepStatus } from '../events.ts'
import { blockedSteps, rootOfBlock } from './blocked-steps.ts'
import { orderOf, type Phase } from './plan-order.ts'
import type { AttemptEnd, RunTimeline, StepTimeline } from './run-timeline.ts'

/** One try at a step. Times are Unix milliseconds. */
export interface AttemptStory {
  attempt: number
  from: number
  to: number | null
  end: AttemptEnd | null
  error: RecordedError | null
}

/** By what a step waits: for the steps that it names, for all of lower stages, as an item for its step, or for nobody. */
export type WaitsBy = 'names' | 'order' | 'item' | 'nobody'

/** Everything that a run's journal tells about why a step is as it is. */
export interface StepStory {
  step: string
  type: string
  status: StepStatus
  phase: Phase
  line: StepTimeline
  waitsBy: WaitsBy
  /** What it waits for, in the plan's order. */
  waitsFor: string[]
  /** Of those, what has not ended so that this one may go on. */
  open: { step: string; status: StepStatus }[]
  /** The step before it that blocks it. */
  blockedBy: string | null
  /** The step whose end blocks it, through others perhaps. */
  blockedFirstBy: string | null
  /** Why it was skipped or cancelled. */
  reason: string | null
  /** Who had it skipped; null: an option of the run or its `when`. */
  skippedBy: string | null
  /** What cannot begin because of it. */
  blocks: string[]
  attempts: AttemptStory[]
  /** Its last error. */
  error: RecordedError | null
  /** Delay before its next attempt ends. */
  retryAt: number | null
  group: { name: string; limit: number; holders: { runId: string; step: string }[] } | null
  approval: Approval | null
  childRun: string | null
  importedFrom: string | null
  /** The key of the cache entry that its result came from. */
  cacheKey: string | null
  /** Who had it run again. */
  reset: { by: string; reason: string; at: number } | null
}

/** O(steps + events). Undefined when the run has no such step. */
export function storyOfStep(view: Pick<RunView, 'plan' | 'steps'>, timeline: RunTimeline, events: Iterable<JournalEvent>, name: string): StepStory | undefined {
  const line = timeline.steps.find((step) => step.name === name)
  const definition = line && view.plan.steps[line.index]
  if (line === undefined || definition === undefined) return undefined
  const states = new Map(view.steps.map((state) => [state.name, state]))
  const state = states.get(name)
  const { waitsBy, waitsFor } = whomItWaitsFor(view, line)
  const story: StepStory = {
    step: name,
    type: definition.type,
    status: line.status,
    phase: definition.phase ?? 'main',
    line,
    waitsBy,
    waitsFor,
    open: line.status === 'waiting' ? waitsFor.flatMap((other) => stillOpen(view, states.get(other))) : [],
    blockedBy: state?.blockedBy ?? null,
    blockedFirstBy: rootOfBlock(view.steps, name),
    reason: state?.reason ?? null,
    skippedBy: null,
    blocks: blockedSteps(view.steps).get(name) ?? [],
    attempts: [],
    error: state?.error ?? null,
    retryAt: null,
    group: null,
    approval: state?.approval ?? null,
    childRun: state?.childRun ?? null,
    importedFrom: state?.importedFrom ?? null,
    cacheKey: null,
    reset: null,
  }
  for (const event of events) tellOn(story, event)
  return story
}

function tellOn(story: StepStory, event: JournalEvent): void {
  if ('step' in event && event.step !== story.step) return
  if ('steps' in event && !event.steps.includes(story.step)) return
  switch (event.type) {
    case 'step.started':
      story.attempts.push({ attempt: event.attempt, from: event.ts, to: null, end: null, error: null })
      story.retryAt = null
      return
    case 'step.completed':
      story.cacheKey = event.cached ?? null
      return endAttempt(story, event, 'completed')
    case 'step.failed':
      story.retryAt = event.retryInMs === undefined ? null : event.ts + event.retryInMs
      return endAttempt(story, event, 'failed', event.error)
    case 'step.cancelled':
      return endAttempt(story, event, 'cancelled')
    case 'step.interrupted':
      return endAttempt(story, event, 'interrupted')
    case 'step.waiting':
      story.group = { name: event.group, limit: event.limit, holders: event.holders }
      return
    case 'step.linked':
      story.childRun = event.runId
      return
    case 'steps.skipped':
      story.skippedBy = event.by ?? null
      return
    case 'steps.reset':
      story.reset = { by: event.by, reason: event.reason, at: event.ts }
      return
    default:
      return
  }
}

function endAttempt(story: StepStory, event: { attempt: number; ts: number }, end: AttemptEnd, error: RecordedError | null = null): void {
  const last = story.attempts.at(-1)
  if (last?.attempt === event.attempt && last.end === null) Object.assign(last, { to: event.ts, end, error })
}

function whomItWaitsFor({ plan }: Pick<RunView, 'plan'>, line: StepTimeline): Pick<StepStory, 'waitsBy' | 'waitsFor'> {
  if (line.itemOf !== null) return { waitsBy: 'item', waitsFor: [line.itemOf] }
  const { needs, phase } = orderOf(plan)
  const step = plan.steps[line.index]!
  const own = needs[line.index]
  const waitsFor = own
    ? own.map((index) => plan.steps[index]!.name)
    : plan.steps.filter((other, index) => phase[index] === phase[line.index] && other.stage < step.stage).map(({ name }) => name)
  return { waitsBy: waitsFor.length === 0 ? 'nobody' : own ? 'names' : 'order', waitsFor }
}

function stillOpen({ plan }: Pick<RunView, 'plan'>, state: StepState | undefined): StepStory['open'] {
  if (state === undefined || state.status === 'completed' || state.status === 'skipped') return []
  const tolerated = state.status === 'failed' && plan.steps[orderOf(plan).index.get(state.name) ?? -1]?.continueOnError === true
  return tolerated ? [] : [{ step: state.name, status: state.status }]
}
