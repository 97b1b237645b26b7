/**
 * Where in a commit something happens. `before`: it is not written yet; `inside`: it is, but for its COMMIT; `after`:
 * it is durable, and nobody has been told.
 */
export type Phase = 'before' | 'inside' | 'after'

export interface Spot {
  /** A name of the commit: that of an event in it, as `eventName` gives it, or what else it writes. */
  at: string
  phase: Phase
}

/** What is to be done to a process; see sabotage.ts. */
export interface SabotageOrder {
  /** File that gets a line of JSON (a Trace) for each commit, and for what was done. */
  trace?: string
  /** SIGKILL to itself. */
  kill?: Spot
  /** SIGSTOP to itself. */
  stop?: Spot
  /** The wall clock jumps by so many milliseconds. */
  clock?: Spot & { byMs: number }
  /** Appends to a journal are acknowledged at once, and written when the next one is made. */
  late?: boolean
  /**
   * The store does not ask whose turn it is: not for the epoch, neither for that nor for the journal's length, or not
   * whether others have written since it asked last.
   */
  unfenced?: 'epoch' | 'epoch and length' | 'others'
}

/** Carries a SabotageOrder as JSON. */
export const ORDER_VARIABLE = 'CRASH_ORDER'

export type Trace =
  { commit: string[]; transaction: boolean } | { done: 'kill' | 'stop' | 'clock' | 'unfenced'; names: string[] }

/** Tells an event from every other one of its run, and is the same for the same event of another run. */
export function eventName(event: {
  type: string
  step?: string | null
  steps?: string[]
  attempt?: number
  epoch?: number
}): string {
  const { type, step, steps, attempt, epoch } = event
  return [type, step, steps?.join('+'), attempt, epoch].filter((part) => part != null).join(' ')
}
