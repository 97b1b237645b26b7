import type { Approval, RunView, StepState } from '../api.ts'
import type { RecordedError } from '../events.ts'
import { blockedSteps } from './blocked-steps.ts'
import { criticalPath, type PathStep } from './critical-path.ts'
import { parallelism, type Parallelism } from './parallelism.ts'
import { lengthOf, type RunTimeline, type WaitKind } from './run-timeline.ts'

/** What there is to tell of a run on one screen. Times are Unix milliseconds, lists are in the order of time. */
export interface RunStory {
  /** Steps that failed for good, those that were tolerated last. */
  failures: { step: string; at: number; attempts: number; error: RecordedError; blocks: string[]; tolerated: boolean }[]
  running: { step: string; since: number }[]
  /** What could run but does not, and why not. */
  waiting: { step: string; kind: WaitKind; since: number; by: string | null }[]
  approvals: { step: string; approval: Approval }[]
  cached: string[]
  /** Steps that needed more than one attempt and completed. */
  retried: { step: string; attempts: number }[]
  path: PathStep[]
  /** Milliseconds that steps waited, all together, by reason. */
  waitedMs: { [kind in WaitKind]?: number }
  busyMs: number
  peak: number
}

/** O(steps + events). `view` and `timeline` are of the same journal; `atOnce` is the timeline's, where it is known. */
export function storyOfRun(view: Pick<RunView, 'plan' | 'steps'>, timeline: RunTimeline, { busyMs, peak }: Pick<Parallelism, 'busyMs' | 'peak'> = parallelism(timeline)): RunStory {
  const blocks = blockedSteps(view.steps)
  const tolerated = new Set(view.plan.steps.flatMap(({ name, continueOnError }) => (continueOnError ? [name] : [])))
  // Where items failed, they tell more than their step. It fails by itself when what they wrote is refused, and has no attempt of its own.
  const isOwn = ({ items, error }: StepState): boolean => items === null || error?.code !== 'STEP_ITEMS_FAILED'
  return {
    failures: view.steps
      .filter((state) => state.status === 'failed' && state.error !== null && isOwn(state))
      .map(({ name, endedAt, attempts, error, itemOf, items }) => ({
        step: name,
        at: endedAt ?? 0,
        attempts: items === null ? attempts : 0,
        error: error!,
        blocks: blocks.get(itemOf ?? name) ?? [],
        tolerated: tolerated.has(itemOf ?? name),
      }))
      .sort((a, b) => Number(a.tolerated) - Number(b.tolerated) || a.at - b.at),
    running: timeline.steps.flatMap(({ name, spans }) => {
      const span = spans.at(-1)
      return span?.kind === 'ran' && span.to === null ? [{ step: name, since: span.from }] : []
    }),
    waiting: timeline.steps.flatMap(({ name, spans }) => {
      const span = spans.at(-1)
      if (span?.to !== null || span.kind === 'ran' || span.kind === 'items' || span.kind === 'approval') return []
      return [{ step: name, kind: span.kind, since: span.from, by: span.by }]
    }),
    approvals: view.steps.flatMap(({ name, status, approval }) =>
      approval !== null && approval.decision === null && (status === 'running' || status === 'waiting') ? [{ step: name, approval }] : [],
    ),
    cached: view.steps.flatMap(({ name, cached }) => (cached ? [name] : [])),
    retried: view.steps.flatMap(({ name, status, attempts, items }) => (status === 'completed' && attempts > 1 && items === null ? [{ step: name, attempts }] : [])),
    path: criticalPath(timeline),
    waitedMs: waits(timeline),
    busyMs,
    peak,
  }
}

function waits(timeline: RunTimeline): RunStory['waitedMs'] {
  const sums: RunStory['waitedMs'] = {}
  for (const { spans } of timeline.steps) {
    for (const span of spans) {
      if (span.kind === 'ran' || span.kind === 'items') continue
      sums[span.kind] = (sums[span.kind] ?? 0) + lengthOf(span, timeline.until)
    }
  }
  return sums
}
