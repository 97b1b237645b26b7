import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { ServerError } from '../errors.ts'

/** Milliseconds to wait for another process that writes. */
const PATIENCE_MS = 10_000

/**
 * A small SQLite database that is opened when it is first needed: a service that needs none has none. What it acknowledges
 * survives a power cut; several processes may use it.
 */
export class LedgerFile {
  readonly #file: string
  readonly #schema: string
  readonly #failure: (error: unknown) => ServerError
  #db: DatabaseSync | undefined

  /** `failure` words what goes wrong with it. */
  constructor(file: string, schema: string, failure: (error: unknown) => ServerError) {
    this.#file = file
    this.#schema = schema
    this.#failure = failure
  }

  /** Undefined where nothing was ever written. */
  read<T>(task: (db: DatabaseSync) => T): T | undefined {
    if (!this.#db && !existsSync(this.#file)) return undefined
    return this.write(task)
  }

  /** Makes the file where it is missing. */
  write<T>(task: (db: DatabaseSync) => T): T {
    try {
      return task((this.#db ??= this.#open()))
    } catch (error) {
      throw this.#failure(error)
    }
  }

  close(): void {
    this.#db?.close()
    this.#db = undefined
  }

  #open(): DatabaseSync {
    mkdirSync(dirname(this.#file), { recursive: true })
    const { DatabaseSync: Database } = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')
    const db = new Database(this.#file, { timeout: PATIENCE_MS })
    try {
      db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${this.#schema}`)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  }
}

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED: readonly unknown[] = [11, 26]

/** Whether what is in the file is not what was written to it. */
export function isDamaged(error: unknown): boolean {
  const { errcode } = error as { errcode?: unknown }
  return typeof errcode === 'number' && DAMAGED.includes(errcode & 0xff)
}
