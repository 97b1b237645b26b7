import { existsSync } from 'node:fs'
import { EventError } from '../errors.ts'
import { IN_MEMORY, LocalDatabase } from './local-database.ts'

/** Where the local database is, or will be once it is needed. */
export class LocalPlace {
  readonly file: string
  #database: LocalDatabase | undefined
  #closed = false

  constructor(file: string) {
    this.file = file
  }

  /** Opens it where it is not open, and creates it where it is missing. Throws EVENTS_CLOSED, EVENTS_STORE_*. */
  database(): LocalDatabase {
    if (this.#closed) throw new EventError('EVENTS_CLOSED', `The events database ${JSON.stringify(this.file)} was closed.`)
    return (this.#database ??= new LocalDatabase(this.file))
  }

  /** The database if it is open. */
  opened(): LocalDatabase | undefined {
    return this.#database
  }

  /** The database if there is one: nothing is created. */
  existing(): LocalDatabase | undefined {
    return this.#database !== undefined || this.file === IN_MEMORY || existsSync(this.file) ? this.database() : undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    const database = this.#database
    this.#database = undefined
    await database?.close()
  }
}
