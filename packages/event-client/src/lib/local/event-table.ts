import type { SQLInputValue } from 'node:sqlite'
import type { EventRow } from '../event.ts'
import type { RowList } from '../rows/row-buffer.ts'
import type { LocalDatabase } from './local-database.ts'
import { Tallies, tally, type Emitter, type TallyChange } from './tallies.ts'

/** Rows of one statement. */
const CHUNK = 16

const insert = (rows: number): string =>
  `INSERT OR IGNORE INTO events
    (event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload)
  VALUES ${Array.from({ length: rows }, () => '(?, ?, ?, ?, ?, ?, ?, ?)').join(', ')}`

const INSERT_CHUNK = insert(CHUNK)
const INSERT_ONE = insert(1)

const COUNT = `INSERT INTO event_counts (event_type, count) VALUES (?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

/** Table `events` of the local database, where it is the sink. */
export class EventTable {
  readonly #database: LocalDatabase
  readonly #tallies: Tallies

  constructor(database: LocalDatabase) {
    this.#database = database
    this.#tallies = new Tallies(database)
  }

  /** Writes those rows whose ids are new; all of them, or none. */
  write(rows: RowList, emitter: Emitter): void {
    this.#database.transact(() => {
      const { last } = this.#database.statement('SELECT max(rowid) AS last FROM events').get() as { last: number | null }
      const changes = new Map<string, TallyChange>()
      const inserted = this.#insert(rows, changes)
      if (inserted < rows.length) this.#tallyNew(changes, last ?? 0)
      for (const [type, change] of changes) {
        change.delivered = change.emitted
        if (change.emitted > 0) this.#database.statement(COUNT).run(type, change.emitted)
      }
      this.#tallies.add(this.#tallies.emitter(emitter), changes)
    })
  }

  /** Returns how many were new, and tallies all as if they were. */
  #insert(rows: RowList, changes: Map<string, TallyChange>): number {
    let inserted = 0
    const whole = rows.length - (rows.length % CHUNK)
    for (let from = 0; from < whole; from += CHUNK) {
      const values: SQLInputValue[] = []
      for (let at = from; at < from + CHUNK; at += 1) pushValues(values, rows.at(at), changes)
      inserted += Number(this.#database.statement(INSERT_CHUNK).run(...values).changes)
    }
    for (let at = whole; at < rows.length; at += 1) {
      const values: SQLInputValue[] = []
      pushValues(values, rows.at(at), changes)
      inserted += Number(this.#database.statement(INSERT_ONE).run(...values).changes)
    }
    return inserted
  }

  /** Some were there already: those behind the row that was the last are new. */
  #tallyNew(changes: Map<string, TallyChange>, last: number): void {
    for (const change of changes.values()) {
      change.duplicates = change.emitted
      change.emitted = 0
    }
    const types = this.#database
      .statement('SELECT event_type, count(*) AS count FROM events NOT INDEXED WHERE rowid > ? GROUP BY event_type')
      .all(last) as { event_type: string; count: number }[]
    for (const { event_type, count } of types) {
      tally(changes, event_type, 'emitted', count)
      tally(changes, event_type, 'duplicates', -count)
    }
  }
}

function pushValues(values: SQLInputValue[], row: EventRow, changes: Map<string, TallyChange>): void {
  tally(changes, row.event_type, 'emitted')
  values.push(row.event_id, row.event_type, row.source, row.schema_ref, row.created_at, row.correlation_id, row.subject_id, row.payload)
}
