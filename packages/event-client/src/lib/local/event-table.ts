import type { EventRow } from '../event.ts'
import type { LocalDatabase } from './local-database.ts'
import { Tallies, tally, type Emitter, type TallyChange } from './tallies.ts'

const INSERT = `INSERT OR IGNORE INTO events
  (event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

/** Table `events` of the local database, where it is the sink. */
export class EventTable {
  readonly #database: LocalDatabase
  readonly #tallies: Tallies

  constructor(database: LocalDatabase) {
    this.#database = database
    this.#tallies = new Tallies(database)
  }

  /** Writes those rows whose ids are new; all of them, or none. */
  write(rows: readonly EventRow[], emitter: Emitter): void {
    this.#database.transact(() => {
      const changes = new Map<string, TallyChange>()
      const insert = this.#database.statement(INSERT)
      for (const row of rows) {
        const { changes: inserted } = insert.run(
          row.event_id,
          row.event_type,
          row.source,
          row.schema_ref,
          row.created_at,
          row.correlation_id,
          row.subject_id,
          row.payload,
        )
        if (inserted === 0) tally(changes, row.event_type, 'duplicates')
        else {
          tally(changes, row.event_type, 'emitted')
          tally(changes, row.event_type, 'delivered')
        }
      }
      this.#tallies.add(this.#tallies.emitter(emitter), changes)
    })
  }
}
