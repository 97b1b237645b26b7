/** What becomes of a step, as the scheduler keeps it. From COMPLETED on it is settled, up to TOLERATED it satisfies. */
export const WAITING = 0
/** May start as soon as there is a slot. */
export const READY = 1
export const RUNNING = 2
/** Failed, and will be tried again when its delay is over. */
export const DELAYED = 3
/** Will be blocked by a command that is about to be given. */
export const DOOMED = 4
/** What it waits for is done; `when`, `for_each` or an approval comes first. */
export const GATED = 5
/** Keeps a slot of the run while a slot of its group is asked for, and once it is granted. */
export const ACQUIRING = 6
export const GRANTED = 7
/** Its group had no slot; it asks again later. */
export const HELD = 8
/** An approval that waits for a decision. */
export const ASKED = 9
/** A `for_each` step whose items are known. */
export const OPEN = 10
export const COMPLETED = 11
export const SKIPPED = 12
/** Its phase does not apply to how the main part ended. */
export const PASSED = 13
/** Failed, with `continue_on_error`. */
export const TOLERATED = 14
export const FAILED = 15
export const CANCELLED = 16
export const BLOCKED = 17

export function isSettled(status: number): boolean {
  return status >= COMPLETED
}

export function isSatisfied(status: number): boolean {
  return status >= COMPLETED && status <= TOLERATED
}

/** Is neither settled nor running nor waiting for others: a run that stops cancels it. */
export function isOpen(status: number): boolean {
  return status === READY || status === DELAYED || (status >= GATED && status <= OPEN)
}
