/** Failures in a row after which a module is left alone. */
const FAILURES = 5
/** Milliseconds for which it is. */
const OPEN_MS = 30_000

export type BreakerState = 'closed' | 'open' | 'half_open'

/** A call that may be made; whoever has it settles it. `probe`: the one that decides whether more are let through. */
export interface Admission {
  readonly probe: boolean
}

/** `answered`, be it that it refuses; `failed` in a way that may pass; `abandoned`: it came to no end, which says nothing. */
export type CallOutcome = 'answered' | 'failed' | 'abandoned'

/**
 * Leaves a module alone that failed several times in a row: `closed` lets every call through; `open` none; after a while
 * `half_open` lets one through, whose outcome decides. Time comes in as milliseconds of a clock that never goes back.
 */
export class CircuitBreaker {
  #failures = 0
  #openedAt: number | undefined
  #probing = false

  state(now: number): BreakerState {
    if (this.#openedAt === undefined) return 'closed'
    return this.waitMs(now) === 0 ? 'half_open' : 'open'
  }

  /** Undefined: the call must not be made. */
  admit(now: number): Admission | undefined {
    const state = this.state(now)
    if (state === 'closed') return { probe: false }
    if (state === 'open' || this.#probing) return undefined
    this.#probing = true
    return { probe: true }
  }

  /** Milliseconds until one call is let through; 0: now. */
  waitMs(now: number): number {
    return this.#openedAt === undefined ? 0 : Math.max(0, this.#openedAt + OPEN_MS - now)
  }

  settle({ probe }: Admission, outcome: CallOutcome, now: number): void {
    if (probe) this.#probing = false
    if (outcome === 'abandoned') return
    this.#failures = outcome === 'failed' ? this.#failures + 1 : 0
    if (outcome === 'answered') this.#openedAt = undefined
    else if (probe || (this.#openedAt === undefined && this.#failures >= FAILURES)) this.#openedAt = now
  }
}
