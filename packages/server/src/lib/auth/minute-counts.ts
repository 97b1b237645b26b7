import type { Clock } from '@lorc/runner'

/** Names that are counted at once; the one that was counted longest ago goes first. */
const MOST = 5000

interface Count {
  current: number
  endsAt: number
}

type Told = (error: Error | null, result: { current: number; ttl: number }) => void

/**
 * Counts within windows of time, as a store of `@fastify/rate-limit`: whose own goes by the time of day, so that after the
 * clock was set back a window is as much longer, and who was within the limit is refused.
 */
export class MinuteCounts {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #counts = new Map<string, Count>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  incr(key: string, tell: Told, windowMs: number): void {
    const now = this.#clock.monotonic()
    let count = this.#counts.get(key)
    if (!count || count.endsAt <= now) count = { current: 0, endsAt: now + windowMs }
    count.current++
    this.#counts.delete(key)
    this.#counts.set(key, count)
    for (const oldest of this.#counts.keys()) {
      if (this.#counts.size <= MOST) break
      this.#counts.delete(oldest)
    }
    tell(null, { current: count.current, ttl: count.endsAt - now })
  }

  /** Each limit counts for itself. */
  child(): MinuteCounts {
    return new MinuteCounts(this.#clock)
  }
}
