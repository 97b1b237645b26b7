import type { Clock } from '../api.ts'
import type { Lease } from '../store.ts'

/** Leases that are remembered at once. */
const MOST = 100_000

/**
 * Since when leases have been seen here with the heartbeat that they have: whoever asks again need not watch anew. A driver
 * that rests between two runs stands still, too, so what was seen of another lease of it says nothing.
 */
export class LeaseWatch {
  readonly #clock: Clock
  readonly #seen = new Map<string, { epoch: number; heartbeat: number; since: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds for which the lease has been seen as it is; 0 for one that was never seen so before. */
  standsStill(runId: string, { epoch, heartbeat }: Lease): number {
    const now = this.#clock.monotonic()
    const seen = this.#seen.get(runId)
    if (seen?.epoch === epoch && seen.heartbeat === heartbeat) return now - seen.since
    if (this.#seen.size >= MOST) this.#seen.clear()
    this.#seen.set(runId, { epoch, heartbeat, since: now })
    return 0
  }
}
