import type { EventData } from '../events.ts'
import type { Outcome } from './course.ts'
import type { Durations } from './start-order.ts'

/** What the scheduler wants done. Each is answered by an event that is applied before the next command is asked for. */
export type Command =
  | { do: 'start'; step: number; attempt: number }
  /** Decide on `when`, give the items of `for_each`, ask for the approval; else: `step.ready`. */
  | { do: 'prepare'; step: number }
  /** Ask for a slot of the step's group: `slot.asked` at once, `slot.granted` or `slot.refused` later. */
  | { do: 'acquire'; step: number }
  /** No item can go on: complete the step with what they wrote, or fail it for those that failed. */
  | { do: 'gather'; step: number; attempt: number; failed: number[] }
  | { do: 'end'; step: number }
  | { do: 'block'; steps: number[]; by: number }
  | { do: 'cancel'; steps: number[]; reason: string }
  | { do: 'skip'; steps: number[]; reason: string }
  | { do: 'finish'; status: Outcome }

/** The journal's events, and those that only this driver's time and talks bring. */
export type SchedulerEvent =
  | EventData
  | { type: 'retry.due' | 'step.ready' | 'slot.asked' | 'slot.granted' | 'slot.refused' | 'slot.due'; step: string }

export interface SchedulerOptions {
  /** Steps at once. */
  concurrency: number
  /** After a failure, end what is in flight too. */
  failFast?: boolean
  /** What is known of how long steps take: the longest remaining path then comes first. */
  durations?: Durations
}
