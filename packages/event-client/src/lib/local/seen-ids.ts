import type { SQLInputValue } from 'node:sqlite'
import type { LocalDatabase } from './local-database.ts'

const DAY_MS = 86_400_000
/** How long the id of a delivered event is remembered. */
const KEPT_DAYS = 30

const inserts: string[] = []

/** The statement for so many ids: the same text each time, so that it is prepared once. */
function insertOf(ids: number): string {
  return (inserts[ids] ??= `INSERT OR IGNORE INTO seen (sink, event_id, seq) VALUES ${Array.from({ length: ids }, () => '(?, ?, ?)').join(', ')}`)
}

/** The ids that were put into the outbox for one sink, so that each is delivered once however often it is emitted. */
export class SeenIds {
  readonly #database: LocalDatabase
  readonly #sink: number
  #today: number | undefined

  constructor(database: LocalDatabase, sink: number) {
    this.#database = database
    this.#sink = sink
  }

  /** Adds ids, numbered from `seq` on, and tells of each whether it is new here. Within a transaction. */
  add(eventIds: readonly string[], seq: number): boolean[] {
    const values: SQLInputValue[] = []
    for (const [place, id] of eventIds.entries()) values.push(this.#sink, Buffer.from(id, 'hex'), seq + place)
    const { changes } = this.#database.statement(insertOf(eventIds.length)).run(...values)
    if (changes === eventIds.length) return eventIds.map(() => true)
    const numbered = this.#database.statement('SELECT 1 FROM seen WHERE sink = ? AND event_id = ? AND seq = ?')
    return eventIds.map((id, place) => numbered.get(this.#sink, Buffer.from(id, 'hex'), seq + place) !== undefined)
  }

  /** So that it may be emitted again. Within a transaction. */
  forget(eventId: string): void {
    this.#database.statement('DELETE FROM seen WHERE sink = ? AND event_id = ?').run(this.#sink, Buffer.from(eventId, 'hex'))
  }

  /** The number of a row that still waits in the outbox with this id, and who emitted it. */
  waiting(eventId: string): { seq: number; emitter: number } | undefined {
    const row = this.#database
      .statement('SELECT outbox.seq, outbox.emitter FROM seen JOIN outbox USING (seq) WHERE sink = ? AND seen.event_id = ?')
      .get(this.#sink, Buffer.from(eventId, 'hex'))
    return row as { seq: number; emitter: number } | undefined
  }

  /** Forgets what is older than 30 days, once a day. `next` is the number that the next row gets. Within a transaction. */
  prune(nowMs: number, next: number): void {
    const day = Math.floor(nowMs / DAY_MS)
    if (day === this.#today) return
    this.#today = day
    this.#database.statement('INSERT OR IGNORE INTO days (sink, day, seq) VALUES (?, ?, ?)').run(this.#sink, day, next)
    const forget = this.#database.statement('DELETE FROM days WHERE sink = ? AND day <= ?')
    if (forget.run(this.#sink, day - KEPT_DAYS).changes === 0) return
    // What has a lower number than the first day that is left began with is of a day before.
    this.#database
      .statement(
        `DELETE FROM seen WHERE sink = ? AND seq < (SELECT min(seq) FROM days WHERE sink = ?)
         AND seq NOT IN (SELECT seq FROM outbox)`,
      )
      .run(this.#sink, this.#sink)
  }
}
