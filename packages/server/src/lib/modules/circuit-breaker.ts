/** Failures in a row after which a module is left alone. */
const FAILURES = 5
/** Milliseconds for which it is. */
const OPEN_MS = 30_000

export type BreakerState = 'closed' | 'open' | 'half_open'

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
    return now - this.#openedAt >= OPEN_MS ? 'half_open' : 'open'
  }

  /** Whether a call may be made; whoever gets `true` reports what became of it. */
  admits(now: number): boolean {
    const state = this.state(now)
    if (state === 'closed') return true
    if (state === 'open' || this.#probing) return false
    this.#probing = true
    return true
  }

  /** Milliseconds until one call is let through; 0: now. */
  waitMs(now: number): number {
    return this.#openedAt === undefined ? 0 : Math.max(0, this.#openedAt + OPEN_MS - now)
  }

  /** The module answered, be it that it refuses. */
  succeeded(): void {
    this.#failures = 0
    this.#openedAt = undefined
    this.#probing = false
  }

  failed(now: number): void {
    this.#failures += 1
    if (this.#probing || this.#failures >= FAILURES) this.#openedAt = now
    this.#probing = false
  }

  /** The call came to no end: it says nothing of the module. */
  abandoned(): void {
    this.#probing = false
  }
}
