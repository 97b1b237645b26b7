import type { JsonValue } from './json.ts'

/** Which events: a condition of the portable subset over the columns of `events`, with values for its question marks. */
export interface EventFilter {
  where: string
  params: readonly JsonValue[]
}

/** Rows of `events` as they come in, each once. */
export interface EventFollower {
  /** Those that have come since the last call; the first call: since it was made. Oldest first. Rejects as a query does. */
  next(): Promise<Record<string, JsonValue>[]>
}

type Ask = (sql: string, params: readonly JsonValue[]) => Promise<Record<string, JsonValue>[]>

/** Events may come in that much later than they happened, or than others that happened at the same time. */
const OVERLAP_MS = 10 * 60_000

/** Of a sink that keeps no order but the time of the events: one that is told of later than that is not seen. */
export class TimeFollower implements EventFollower {
  readonly #ask: Ask
  readonly #filter: EventFilter
  /** Ids, with their times. */
  readonly #seen = new Map<string, number>()
  #newest: number
  #began = false

  constructor(ask: Ask, filter: EventFilter, now: number) {
    this.#ask = ask
    this.#filter = filter
    this.#newest = now
  }

  async next(): Promise<Record<string, JsonValue>[]> {
    const { where, params } = this.#filter
    const from = this.#newest - OVERLAP_MS
    const rows = await this.#ask(`SELECT * FROM events WHERE created_at >= ? AND (${where}) ORDER BY created_at, event_id`, [new Date(from).toISOString(), ...params])
    const fresh = rows.filter((row) => !this.#seen.has(row['event_id'] as string))
    for (const row of fresh) {
      const at = Date.parse(row['created_at'] as string)
      this.#seen.set(row['event_id'] as string, at)
      this.#newest = Math.max(this.#newest, at)
    }
    for (const [id, at] of this.#seen) if (at < this.#newest - OVERLAP_MS) this.#seen.delete(id)
    const began = this.#began
    this.#began = true
    return began ? fresh : []
  }
}
