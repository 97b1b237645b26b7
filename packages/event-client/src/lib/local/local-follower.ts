import type { EventFilter, EventFollower } from '../event-follower.ts'
import type { JsonValue } from '../json.ts'
import type { LocalPlace } from './local-place.ts'
import { localQuery } from './local-query.ts'

/** Of the local database: in the order in which events came in, which SQLite numbers, whenever they happened. */
export class LocalFollower implements EventFollower {
  readonly #place: LocalPlace
  readonly #filter: EventFilter
  #last: number

  constructor(place: LocalPlace, filter: EventFilter) {
    this.#place = place
    this.#filter = filter
    this.#last = this.#newest()
  }

  async next(): Promise<Record<string, JsonValue>[]> {
    const newest = this.#newest()
    const database = this.#place.existing()
    if (database === undefined || newest === this.#last) return []
    const events = `(SELECT * FROM events WHERE rowid > ${this.#last} AND rowid <= ${newest} ORDER BY rowid)`
    const { where, params } = this.#filter
    const rows = localQuery(database, `SELECT * FROM events WHERE ${where}`, { params, tables: { events } })
    this.#last = newest
    return rows
  }

  #newest(): number {
    const row = this.#place.existing()?.query((db) => db.prepare('SELECT MAX(rowid) AS newest FROM events').get())
    return Number(row?.['newest'] ?? 0)
  }
}
