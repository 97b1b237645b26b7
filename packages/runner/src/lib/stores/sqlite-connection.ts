import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { getBuiltinModule } from 'node:process'
import { pathToFileURL } from 'node:url'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { RunnerError } from '../errors.ts'
import type { Durability } from '../store.ts'
import { SqliteCheckpoints } from './sqlite-checkpoints.ts'
import { SqliteLogRoom } from './sqlite-log-room.ts'
import { checkSchema, migrate, rollback } from './sqlite-schema.ts'
import { SqliteSnapshot, type SnapshotPace } from './sqlite-snapshot.ts'
import { isReadOnly, isSnapshotStale, isSqliteBusy, storeError } from './store-error.ts'
import { Turnstile, type TurnstileOptions } from './turnstile.ts'

/** Loaded on use: a program that never opens a database does not pay for it. */
const loadSqlite = () => getBuiltinModule('node:sqlite')

/** Longer than any commit takes, shorter than people's patience with a process that hangs. Milliseconds. */
const PATIENCE = 60_000

/** Pages in the write-ahead log before a commit brings into the database what the thread has left of them. */
const LOG_PAGES = 4000

/** A commit writes at least a page to the log. */
const PAGE = 4096

/** Prepared on first use, then kept. */
export type Prepared = () => StatementSync

/** One connection to a store's database: errors as RunnerError, waiting for other processes without blocking. */
export class SqliteConnection {
  readonly file: string
  readonly db: DatabaseSync
  readonly #turnstile: Turnstile
  readonly #snapshot: SqliteSnapshot
  readonly #checkpoints: SqliteCheckpoints
  readonly #room: SqliteLogRoom | undefined
  readonly #begin = this.prepare('BEGIN IMMEDIATE')
  readonly #commit = this.prepare('COMMIT')
  #open = true

  private constructor(db: DatabaseSync, file: string, durability: Durability, patienceMs: number, pace?: SnapshotPace) {
    this.db = db
    this.file = file
    this.#checkpoints = new SqliteCheckpoints(file)
    if (durability === 'power') this.#room = new SqliteLogRoom(`${file}-wal`, (task) => this.#locked(task))
    this.#snapshot = new SqliteSnapshot(db, pace)
    this.#turnstile = new Turnstile(this.#patience(patienceMs))
  }

  /**
   * Opens the file, and creates it with its folder where it is missing. A task that meets another process's lock for
   * `patienceMs` on end fails with STORE_UNAVAILABLE.
   */
  static async open(file: string, durability: Durability, patienceMs = PATIENCE, pace?: SnapshotPace): Promise<SqliteConnection> {
    try {
      mkdirSync(dirname(file), { recursive: true })
      const connection = new SqliteConnection(new (loadSqlite().DatabaseSync)(file), file, durability, patienceMs, pace)
      try {
        await connection.write(() => {
          const { db } = connection
          db.exec('PRAGMA journal_mode = WAL')
          db.exec(`PRAGMA synchronous = ${durability === 'power' ? 'FULL' : 'NORMAL'}`)
          db.exec(`PRAGMA wal_autocheckpoint = ${LOG_PAGES}`)
          if (durability === 'power') db.exec('PRAGMA fullfsync = 1; PRAGMA checkpoint_fullfsync = 1')
          migrate(db, file)
        })
      } catch (error) {
        connection.db.close()
        throw error
      }
      return connection
    } catch (error) {
      throw storeError(error, 'open', file)
    }
  }

  /** As `open`; where the file may not be written, to read what there is: what writes fails with STORE_UNAVAILABLE. */
  static async openToRead(file: string, durability: Durability): Promise<SqliteConnection> {
    try {
      return await SqliteConnection.open(file, durability)
    } catch (error) {
      if (!isReadOnly(error) || !existsSync(file)) throw error
      return new SqliteConnection(openUnwritable(file, error), file, durability, PATIENCE)
    }
  }

  prepare(sql: string): Prepared {
    let statement: StatementSync | undefined
    return () => (statement ??= this.db.prepare(sql))
  }

  /** Changes when another connection has written, or `beginEra` was called; conclusive in a transaction, and in `quick` of `append`. */
  get era(): number {
    return this.#snapshot.era
  }

  /** For who removes what others may know of. */
  beginEra(): void {
    this.#snapshot.turn()
  }

  /** Runs a task that writes, after those before it; at once where no other process is in the way. */
  write<T>(task: () => T): T | Promise<T> {
    this.assertOpen()
    return this.#turnstile.run(() => {
      this.#snapshot.release()
      return this.#guard('write', task)
    })
  }

  /** Runs a task in a transaction: all of what it writes, about so many `bytes`, or nothing. Then `undo` takes back what else it did. */
  transact<T>(task: () => T, undo: () => void, bytes = 0): T | Promise<T> {
    return this.write(() => {
      this.#begin().run()
      try {
        this.#snapshot.look()
        const result = task()
        this.#commit().run()
        this.#checkpoints.added(bytes + PAGE)
        return result
      } catch (error) {
        rollback(this.db)
        undo()
        throw error
      }
    })
  }

  /**
   * Runs a task of one statement that writes about so many bytes. It is `quick` where nothing was written by others since
   * the era began, as long as it may rely on that: where it returns undefined, and everywhere else, it is `careful`.
   */
  append<T>(bytes: number, quick: () => T | undefined, careful: () => T): T | Promise<T> {
    this.assertOpen()
    return this.#turnstile.run(() => this.#guard('write', () => this.#quickly(bytes, quick) ?? this.#carefully(bytes, careful)))
  }

  #quickly<T>(bytes: number, quick: () => T | undefined): T | undefined {
    if (!this.#snapshot.held) return undefined
    this.#room?.make()
    try {
      const result = quick()
      if (result === undefined) return undefined
      this.#snapshot.use(bytes + PAGE)
      this.#checkpoints.added(bytes + PAGE)
      return result
    } catch (error) {
      if (isSqliteBusy(error)) this.#snapshot.meet()
      else this.#snapshot.release()
      if (isSnapshotStale(error)) return undefined
      throw error
    }
  }

  /** Runs a task while nobody else can write; throws where somebody is at it. */
  #locked(task: () => void): void {
    this.#begin().run()
    try {
      task()
    } finally {
      this.#commit().run()
    }
  }

  #carefully<T>(bytes: number, careful: () => T): T {
    this.#snapshot.release()
    const result = careful()
    this.#snapshot.follow()
    this.#checkpoints.added(bytes + PAGE)
    return result
  }

  /** Runs a task that only reads; it waits for nobody but a process that recovers the file. */
  async read<T>(task: () => T): Promise<T> {
    this.assertOpen()
    this.#snapshot.release()
    try {
      return this.#guard('read', task)
    } catch (error) {
      if (!isSqliteBusy(error)) throw error
      return new Turnstile(this.#patience(PATIENCE)).run(() => {
        this.assertOpen()
        return this.#guard('read', task)
      })
    }
  }

  async close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.#turnstile.idle()
    await this.#checkpoints.close()
    this.#room?.close()
    this.#snapshot.release()
    this.db.close()
  }

  assertOpen(): void {
    if (!this.#open) throw new RunnerError('STORE_CLOSED', `The store ${JSON.stringify(this.file)} was closed.`)
  }

  #guard<T>(action: string, task: () => T): T {
    try {
      return task()
    } catch (error) {
      throw isSqliteBusy(error) ? error : storeError(error, action, this.file)
    }
  }

  #patience(patienceMs: number): TurnstileOptions {
    return {
      patienceMs,
      isBusy: isSqliteBusy,
      giveUp: (waitedMs, cause) => {
        const message = `The store ${JSON.stringify(this.file)} was locked for ${Math.round(waitedMs / 1000)} s on end.`
        const fix = 'Look for a stopped or hanging process that uses this store.'
        return new RunnerError('STORE_UNAVAILABLE', message, { cause, fix })
      },
    }
  }
}

/**
 * Without a folder to make it in, there can be no log. Where nobody has one open, the file holds all that was written, and
 * is read as one that does not change. Throws `why` where that cannot be either.
 */
function openUnwritable(file: string, why: unknown): DatabaseSync {
  const hasLog = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0
  const { DatabaseSync } = loadSqlite()
  for (const place of [file, ...(hasLog ? [] : [`${pathToFileURL(file).href}?immutable=1`])]) {
    const db = new DatabaseSync(place, { readOnly: true })
    try {
      checkSchema(db, file)
      return db
    } catch (error) {
      db.close()
      if (!isReadOnly(error)) throw storeError(error, 'open', file)
    }
  }
  throw why
}
