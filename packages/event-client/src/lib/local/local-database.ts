import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { getBuiltinModule } from 'node:process'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { openForQueries, prepareForQueries } from '../sql/query-sqlite.ts'
import { LogSync } from './log-sync.ts'
import { migrate, rollback, versionOf } from './schema.ts'
import { storeProblem } from './store-problem.ts'

/** Loaded on use: a program that never emits does not pay for it. */
const loadSqlite = () => getBuiltinModule('node:sqlite')

/** A database that no file holds. */
export const IN_MEMORY = ':memory:'

/** How long another process may hold the database. Milliseconds. */
const PATIENCE = 20_000

/**
 * Rows of half a kilobyte whose ids lie anywhere in their index: larger pages, a cache that holds what a batch changes, and
 * a longer log (128 MB) save most of what would be written again and again, and most waiting for the disk.
 */
const PRAGMAS = `PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000;
  PRAGMA wal_autocheckpoint = 16000; PRAGMA checkpoint_fullfsync = 1`

export interface LocalDatabaseOptions {
  /** Milliseconds that a task waits for another process's lock. Default 20 s. */
  patienceMs?: number
}

/**
 * The local database: one connection, synchronous, in write-ahead mode. What a transaction wrote survives the process at
 * once, and a power failure from the next `sync` on. Every method throws EventError EVENTS_STORE_*.
 */
export class LocalDatabase {
  readonly file: string
  readonly db: DatabaseSync
  readonly #patienceMs: number
  readonly #statements = new Map<string, StatementSync>()
  readonly #lists = new Map<string, StatementSync>()
  readonly #log: LogSync | undefined
  #reader: DatabaseSync | undefined

  /** Opens the file; creates it, with its folder, where it is missing. */
  constructor(file: string, { patienceMs = PATIENCE }: LocalDatabaseOptions = {}) {
    this.file = file
    this.#patienceMs = patienceMs
    try {
      if (file !== IN_MEMORY) mkdirSync(dirname(file), { recursive: true })
      this.db = new (loadSqlite().DatabaseSync)(file)
    } catch (error) {
      throw storeProblem(error, 'open', file)
    }
    try {
      this.#patiently('open', () => {
        versionOf(this.db, file)
        this.db.exec(PRAGMAS)
        migrate(this.db, file)
      })
    } catch (error) {
      this.db.close()
      throw error
    }
    this.#log = file === IN_MEMORY ? undefined : new LogSync(`${file}-wal`)
  }

  /** Prepared once. */
  statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) this.#statements.set(sql, (statement = this.db.prepare(sql)))
    return statement
  }

  /** The rows that a statement selects, as lists of their values: that takes a third of the time of objects. */
  list<Row>(sql: string, params: readonly SQLInputValue[]): Row[] {
    let statement = this.#lists.get(sql)
    if (statement === undefined) {
      this.#lists.set(sql, (statement = this.db.prepare(sql)))
      statement.setReturnArrays(true)
    }
    return statement.all(...params) as unknown as Row[]
  }

  /** Runs a task in a transaction: all of what it writes, or nothing. */
  transact<T>(task: () => T): T {
    this.#patiently('write', () => this.statement('BEGIN IMMEDIATE').run())
    try {
      const result = task()
      this.statement('COMMIT').run()
      this.#log?.written()
      return result
    } catch (error) {
      rollback(this.db)
      throw storeProblem(error, 'write', this.file)
    }
  }

  /** Runs a task that reads. */
  read<T>(task: () => T): T {
    return this.#patiently('read', task)
  }

  /** Runs a query of a person or a job, on a connection that cannot write. */
  query<T>(task: (db: DatabaseSync) => T): T {
    return this.#patiently('read', () => {
      if (this.file !== IN_MEMORY) return task((this.#reader ??= openForQueries(this.file)))
      if (this.#reader === undefined) prepareForQueries((this.#reader = this.db))
      this.db.exec('PRAGMA query_only = 1')
      try {
        return task(this.db)
      } finally {
        this.db.exec('PRAGMA query_only = 0')
      }
    })
  }

  /** Resolves when all that was written is on the disk. */
  async sync(): Promise<void> {
    try {
      await this.#log?.sync()
    } catch (error) {
      throw storeProblem(error, 'sync', this.file)
    }
  }

  /** Begins what a later `sync` would have to wait for. */
  hasten(): void {
    this.#log?.hasten()
  }

  async close(): Promise<void> {
    await this.#log?.close()
    if (this.#reader !== this.db) this.#reader?.close()
    this.db.close()
  }

  #patiently<T>(action: string, task: () => T): T {
    const until = performance.now() + this.#patienceMs
    for (let pause = 1; ; pause = Math.min(pause * 2, 50)) {
      try {
        return task()
      } catch (error) {
        const problem = storeProblem(error, action, this.file)
        if (problem.code !== 'EVENTS_STORE_LOCKED' || performance.now() > until) throw problem
      }
      Atomics.wait(nobody, 0, 0, pause)
    }
  }
}

const nobody = new Int32Array(new SharedArrayBuffer(4))
