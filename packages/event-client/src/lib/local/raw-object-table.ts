import type { RawObjectRow, UpsertCounts } from '../event.ts'
import type { LocalDatabase } from './local-database.ts'

const INSERT = `INSERT INTO raw_objects
  (idem_key, source, object_type, object_id, payload, correlation_id, first_seen, last_seen, changed_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** Table `raw_objects` of the local database. */
export class RawObjectTable {
  readonly #database: LocalDatabase

  constructor(database: LocalDatabase) {
    this.#database = database
  }

  /** Inserts or updates rows, all or none; with `dryRun` it only counts what would become of them. */
  upsert(rows: readonly RawObjectRow[], dryRun: boolean): UpsertCounts {
    return dryRun ? this.#database.read(() => this.#count(rows)) : this.#database.transact(() => this.#write(rows))
  }

  #count(rows: readonly RawObjectRow[]): UpsertCounts {
    const counts: UpsertCounts = { inserted: 0, updated: 0, unchanged: 0 }
    for (const row of rows) counts[this.#fate(row)] += 1
    return counts
  }

  #write(rows: readonly RawObjectRow[]): UpsertCounts {
    const counts: UpsertCounts = { inserted: 0, updated: 0, unchanged: 0 }
    for (const row of rows) {
      const fate = this.#fate(row)
      counts[fate] += 1
      const { idem_key, source, object_type, object_id, payload, correlation_id, first_seen, last_seen, changed_at } = row
      if (fate === 'inserted') {
        this.#database
          .statement(INSERT)
          .run(idem_key, source, object_type, object_id, payload, correlation_id, first_seen, last_seen, changed_at)
      } else if (fate === 'updated') {
        this.#database
          .statement('UPDATE raw_objects SET payload = ?, correlation_id = ?, last_seen = ?, changed_at = ? WHERE idem_key = ?')
          .run(payload, correlation_id, last_seen, changed_at, idem_key)
      } else {
        this.#database.statement('UPDATE raw_objects SET last_seen = ? WHERE idem_key = ?').run(last_seen, idem_key)
      }
    }
    return counts
  }

  #fate({ idem_key, payload }: RawObjectRow): keyof UpsertCounts {
    const row = this.#database.statement('SELECT payload = ? AS same FROM raw_objects WHERE idem_key = ?').get(payload, idem_key)
    if (row === undefined) return 'inserted'
    return row['same'] === 1 ? 'unchanged' : 'updated'
  }
}
