import type { StepStatus } from '../events.ts'

/**
 * Why a step stood still though everything that it waits for had ended: `slot`, every slot of the run was taken;
 * `parallel`, as many items of its `for_each` as may run at once did; `group`, its concurrency group was full; `retry`,
 * the delay before another attempt; `approval`, somebody had to decide; `paused`, a person had paused the run;
 * `undriven`, the run's driver was gone.
 */
export type WaitKind = 'slot' | 'parallel' | 'group' | 'retry' | 'approval' | 'paused' | 'undriven'

export type AttemptEnd = 'completed' | 'failed' | 'cancelled' | 'interrupted'

/** A stretch of a step's time. Times are Unix milliseconds; `to` is null while it goes on. */
export type Span =
  | { kind: 'ran'; from: number; to: number | null; attempt: number; end: AttemptEnd | null; cached: boolean }
  /** The items of a `for_each` step ran. */
  | { kind: 'items'; from: number; to: number | null }
  /** `by`: the step whose end made room, the group that was full, or who paused or decided; null: not known. */
  | { kind: WaitKind; from: number; to: number | null; by: string | null }

/** One step's time, or one item's of a `for_each` step, over all drivers' work on the run. */
export interface StepTimeline {
  name: string
  /** Index in the plan; an item has its `for_each` step's. */
  index: number
  /** Of an item: the name of its `for_each` step. */
  itemOf: string | null
  /** Of a `for_each` step that was expanded: how many items it has. */
  items: number | null
  status: StepStatus
  /** When it could have begun for the last time: what it waits for had ended. Null: that has not come about. */
  readyAt: number | null
  /** Of what it waits for, the step that ended last; null: it waited for none, or the run was resumed after that. */
  after: string | null
  /** The first attempt since `readyAt`. */
  startedAt: number | null
  endedAt: number | null
  attempts: number
  /** In the order of time. */
  spans: Span[]
}

/** A stretch in which nothing could start. */
export interface Halt {
  kind: 'paused' | 'undriven'
  from: number
  to: number | null
  /** Who paused. */
  by: string | null
}

export interface RunTimeline {
  createdAt: number
  /** Null: it has not ended. */
  endedAt: number | null
  /** Of the last event. */
  until: number
  halts: Halt[]
  /** In the plan's order, the items of a `for_each` step after it. */
  steps: StepTimeline[]
}

/** How long a stretch took, in milliseconds; one that goes on counts up to `until`. Never below 0: clocks jump. */
export function lengthOf(span: { from: number; to: number | null }, until: number): number {
  return Math.max(0, (span.to ?? until) - span.from)
}
