import type { JsonObject } from '../json.ts'
import type { DocumentFilter, StoredDocument } from '../store.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

const TABLE = `CREATE TABLE IF NOT EXISTS documents (
  collection TEXT NOT NULL, key TEXT NOT NULL, revision INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (collection, key)
) WITHOUT ROWID`

interface Row {
  key: string
  revision: number
  value: string
}

/** Documents, each a row. The table is made with the first of them: to look may be all that is allowed. */
export class SqliteDocuments {
  readonly #connection: SqliteConnection
  readonly #sql
  #made = false

  constructor(connection: SqliteConnection) {
    this.#connection = connection
    const rows = 'SELECT key, revision, value FROM documents WHERE collection = ?'
    this.#sql = {
      table: connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'documents'"),
      get: connection.prepare(`${rows} AND key = ?`),
      forward: connection.prepare(`${rows} AND key > ? AND (? IS NULL OR key < ?) ORDER BY key LIMIT ?`),
      backward: connection.prepare(`${rows} AND key > ? AND (? IS NULL OR key < ?) ORDER BY key DESC LIMIT ?`),
      make: connection.prepare('INSERT OR IGNORE INTO documents (collection, key, revision, value) VALUES (?, ?, 1, ?)'),
      change: connection.prepare('UPDATE documents SET revision = revision + 1, value = ? WHERE collection = ? AND key = ? AND revision = ?'),
      remove: connection.prepare('DELETE FROM documents WHERE collection = ? AND key = ? AND revision = ?'),
    }
  }

  async get(collection: string, key: string): Promise<StoredDocument | undefined> {
    return this.#connection.read(() => {
      if (!this.#isThere()) return undefined
      const row = this.#sql.get().get(collection, key) as Row | undefined
      return row && toDocument(row)
    })
  }

  async list(collection: string, { after = '', before, reverse = false, limit = 100 }: DocumentFilter): Promise<StoredDocument[]> {
    const end = before ?? null
    return this.#connection.read(() => {
      if (!this.#isThere()) return []
      const statement = reverse ? this.#sql.backward() : this.#sql.forward()
      return (statement.all(collection, after, end, end, limit) as unknown as Row[]).map(toDocument)
    })
  }

  async put(collection: string, key: string, value: JsonObject | null, expected: number): Promise<boolean> {
    await this.#make()
    const json = value && JSON.stringify(value)
    return this.#connection.write(() => {
      if (json === null) return this.#sql.remove().run(collection, key, expected).changes === 1 || (expected === 0 && !this.#sql.get().get(collection, key))
      const { changes } = expected === 0 ? this.#sql.make().run(collection, key, json) : this.#sql.change().run(json, collection, key, expected)
      return changes === 1
    })
  }

  /** Another process may have made it. */
  #isThere(): boolean {
    return (this.#made ||= this.#sql.table().get() !== undefined)
  }

  async #make(): Promise<void> {
    if (this.#made) return
    await this.#connection.write(() => this.#connection.db.exec(TABLE))
    this.#made = true
  }
}

function toDocument({ key, revision, value }: Row): StoredDocument {
  return { key, value: JSON.parse(value) as JsonObject, revision }
}
