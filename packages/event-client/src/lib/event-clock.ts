/** Where the time comes from; tests have one that they move. */
export interface EventClock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds; never goes back. */
  monotonic(): number
  /** Calls `wake` once after `ms` milliseconds; what it returns calls that off. */
  sleep(ms: number, wake: () => void): () => void
}

const systemClock: EventClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, wake) {
    // setTimeout takes no more than 25 days.
    const timer = setTimeout(wake, Math.min(ms, 2 ** 31 - 1))
    return () => clearTimeout(timer)
  },
}

/** A clock of which a part is given; the rest is the system's. */
export function clockOf(given: Partial<EventClock> = {}): EventClock {
  return {
    now: () => given.now?.() ?? systemClock.now(),
    monotonic: () => given.monotonic?.() ?? systemClock.monotonic(),
    sleep: (ms, wake) => given.sleep?.(ms, wake) ?? systemClock.sleep(ms, wake),
  }
}
