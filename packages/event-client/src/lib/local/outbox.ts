import type { SQLInputValue } from 'node:sqlite'
import type { DeadLetter } from '../event-client.ts'
import type { EventRow } from '../event.ts'
import type { RowList } from '../rows/row-buffer.ts'
import type { LocalDatabase } from './local-database.ts'
import { SeenIds } from './seen-ids.ts'
import { Tallies, tally, type Emitter, type TallyChange } from './tallies.ts'

/** Numbers of rows that each sink has: more than it will ever get. */
export const NUMBERS = 2 ** 40

/** Rows of one statement, and values of a row that are bound. */
const CHUNK = 16
const BOUND = 10

const insert = (rows: number): string =>
  `INSERT INTO outbox (seq, emitter, tries, due, event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload)
  VALUES ${Array.from({ length: rows }, () => '(?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`

const INSERT_CHUNK = insert(CHUNK)
const INSERT_ONE = insert(1)

/** The rows that wait to be delivered to one sink: here they come in. */
export class Outbox {
  readonly database: LocalDatabase
  /** The sink's number. */
  readonly sink: number
  readonly tallies: Tallies
  readonly seen: SeenIds
  readonly #now: () => number

  constructor(database: LocalDatabase, sinkName: string, now: () => number) {
    this.database = database
    this.tallies = new Tallies(database)
    this.#now = now
    const known = () => database.statement('SELECT id FROM sinks WHERE name = ?').get(sinkName) as { id: number } | undefined
    const add = () => database.statement('INSERT OR IGNORE INTO sinks (name, next, waiting) VALUES (?, 0, 0)').run(sinkName)
    if (database.read(known) === undefined) database.transact(add)
    this.sink = database.read(known)!.id
    this.seen = new SeenIds(database, this.sink)
  }

  /**
   * Writes those rows whose ids are new, all or none. Returns the highest number among rows of others that have the same
   * id as one of these and still wait; 0 where there is none.
   */
  write(rows: RowList, emitter: Emitter): number {
    return this.database.transact(() => {
      const by = this.tallies.emitter(emitter)
      const from = this.#next()
      this.seen.prune(this.#now(), from)
      const changes = new Map<string, TallyChange>()
      const hasDead = this.database.statement('SELECT 1 FROM dead_letters WHERE sink = ? LIMIT 1').get(this.sink) !== undefined
      let added = 0
      let behind = 0
      for (let at = 0; at < rows.length; at += CHUNK) {
        const chunk = Array.from({ length: Math.min(CHUNK, rows.length - at) }, (_, place) => rows.at(at + place))
        const isNew = this.seen.add(chunk.map(({ event_id }) => event_id), from + at)
        added += this.#insert(chunk, isNew, from + at, by)
        for (const [place, row] of chunk.entries()) {
          tally(changes, row.event_type, isNew[place] ? 'emitted' : 'duplicates')
          if (!isNew[place]) behind = Math.max(behind, this.#waitsForOther(row, by))
          else if (hasDead) this.#bury(row)
        }
      }
      this.tallies.add(by, changes)
      this.database
        .statement('UPDATE sinks SET next = next + ?, waiting = waiting + ? WHERE id = ?')
        .run(rows.length, added, this.sink)
      return behind
    })
  }

  /** How many rows wait. */
  waiting(): number {
    const row = this.database.read(() => this.database.statement('SELECT waiting FROM sinks WHERE id = ?').get(this.sink))
    return Number(row!['waiting'])
  }

  /** Whether a row waits whose number is at most `seq`. */
  waitsUpTo(seq: number): boolean {
    const select = 'SELECT 1 FROM outbox WHERE seq BETWEEN ? AND ? LIMIT 1'
    return this.database.read(() => this.database.statement(select).get(this.sink * NUMBERS, seq)) !== undefined
  }

  /** Why the sink refused rows of a step for good, most frequent first; at most three reasons. */
  reasons({ runId, step }: Emitter): { reason: string; count: number }[] {
    const select = this.database.statement(
      `SELECT reason, count(*) AS count FROM dead_letters JOIN emitters ON emitters.id = emitter
       WHERE sink = ? AND run_id = ? AND step = ? GROUP BY reason ORDER BY count DESC, reason LIMIT 3`,
    )
    return this.database.read(() => select.all(this.sink, runId, step)) as { reason: string; count: number }[]
  }

  /** What the sink refused for good, the latest first. */
  deadLetters(limit: number): DeadLetter[] {
    const select = this.database.statement(
      `SELECT event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload, reason, rejected_at
       FROM dead_letters WHERE sink = ? ORDER BY rejected_at DESC, rowid DESC LIMIT ?`,
    )
    return this.database.read(() => select.all(this.sink, limit)) as unknown as DeadLetter[]
  }

  /** Puts back what the sink refused for good; returns how many. */
  revive(): number {
    return this.database.transact(() => {
      const { database, sink } = this
      const from = this.#next()
      const { changes } = database
        .statement(
          `INSERT INTO outbox (seq, emitter, tries, due, event_id, event_type, source, schema_ref, created_at,
             correlation_id, subject_id, payload)
           SELECT ? + row_number() OVER (ORDER BY rejected_at, rowid) - 1, emitter, 0, 0, event_id, event_type, source,
             schema_ref, created_at, correlation_id, subject_id, payload
           FROM dead_letters WHERE sink = ?`,
        )
        .run(from, sink)
      const revived = Number(changes)
      database
        .statement('INSERT OR REPLACE INTO seen (sink, event_id, seq) SELECT ?, unhex(event_id), seq FROM outbox WHERE seq >= ?')
        .run(sink, from)
      const dead = database
        .statement('SELECT emitter, event_type, count(*) AS count FROM dead_letters WHERE sink = ? GROUP BY emitter, event_type')
        .all(sink) as { emitter: number; event_type: string; count: number }[]
      for (const { emitter, event_type, count } of dead) {
        this.tallies.add(emitter, new Map([[event_type, { emitted: 0, duplicates: 0, delivered: 0, rejected: -count }]]))
      }
      database.statement('DELETE FROM dead_letters WHERE sink = ?').run(sink)
      database.statement('UPDATE sinks SET next = next + ?, waiting = waiting + ? WHERE id = ?').run(revived, revived, sink)
      return revived
    })
  }

  #next(): number {
    const row = this.database.statement('SELECT next FROM sinks WHERE id = ?').get(this.sink) as { next: number }
    return this.sink * NUMBERS + row.next
  }

  /** Inserts those of a chunk that are new; returns how many. */
  #insert(chunk: readonly EventRow[], isNew: readonly boolean[], from: number, by: number): number {
    const values: SQLInputValue[] = []
    for (const [place, row] of chunk.entries()) if (isNew[place]) pushValues(values, from + place, by, row)
    const added = values.length / BOUND
    if (added === CHUNK) this.database.statement(INSERT_CHUNK).run(...values)
    else for (let at = 0; at < values.length; at += BOUND) this.database.statement(INSERT_ONE).run(...values.slice(at, at + BOUND))
    return added
  }

  /** The number of a row of another emitter that waits with the same id; 0 where there is none. */
  #waitsForOther({ event_id }: EventRow, by: number): number {
    const other = this.seen.waiting(event_id)
    return other === undefined || other.emitter === by ? 0 : other.seq
  }

  /** What was refused once, and is emitted again, is not a dead letter any more. */
  #bury({ event_id, event_type }: EventRow): void {
    const dead = this.database
      .statement('DELETE FROM dead_letters WHERE sink = ? AND event_id = ? RETURNING emitter')
      .get(this.sink, event_id) as { emitter: number } | undefined
    if (dead === undefined) return
    const change: TallyChange = { emitted: -1, duplicates: 0, delivered: 0, rejected: -1 }
    this.tallies.add(dead.emitter, new Map([[event_type, change]]))
  }
}

function pushValues(values: SQLInputValue[], seq: number, by: number, row: EventRow): void {
  const { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload } = row
  values.push(seq, by, event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload)
}
