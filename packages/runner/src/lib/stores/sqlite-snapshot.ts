import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { monotonic } from '../clock.ts'

/** Time for a snapshot; tests pass their own. */
export interface SnapshotPace {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** Does not keep the process alive. */
  wait(ms: number, wake: () => void): void
}

/** Commits that follow each other within this time are made on one snapshot; one unused for as long is let go of. */
const NEAR = 10
/** Others that write twice within this time are at work: no snapshot is held for as long. */
const APART = 500
/** Bytes of log that are written on one snapshot before it may be brought into the database. */
const MOST = 4 << 20

const REAL_PACE: SnapshotPace = {
  now: monotonic,
  wait: (ms, wake) => void setTimeout(wake, ms).unref(),
}

/**
 * What one connection knows of the others. `era` is a number that changes when another connection has written, or this one
 * has removed something: what was known of the database in the same era still holds.
 *
 * A commit that finds a snapshot held (a read transaction, open since the last one) either comes right after it, with
 * nothing written in between, or SQLite refuses it with SQLITE_BUSY_SNAPSHOT: who was right then still is, and need not
 * ask. It also spares the taking and giving back of the reader's lock. A snapshot keeps others from starting the log
 * over, so it is held only while commits follow each other closely, and not where others are writing as well.
 */
export class SqliteSnapshot {
  readonly #db: DatabaseSync
  readonly #pace: SnapshotPace
  #any: StatementSync | undefined
  #version: StatementSync | undefined
  #seen: unknown
  #era = 0
  #cursor: Iterator<unknown> | undefined
  #room = 0
  #used = false
  #watched = false
  #last = -Infinity
  /** Others have written since the last look, for all that is known. */
  #suspects = true
  #metOthers = -Infinity
  #apartUntil = -Infinity

  constructor(db: DatabaseSync, pace: SnapshotPace = REAL_PACE) {
    this.#db = db
    this.#pace = pace
  }

  get held(): boolean {
    return this.#cursor !== undefined
  }

  get era(): number {
    return this.#era
  }

  /** This connection has removed what may be known: an era begins here, too. */
  turn(): void {
    this.#era += 1
  }

  /** Finds out whether others have written. Conclusive inside a transaction that has the lock to write, or a snapshot. */
  look(): void {
    const { data_version: version } = (this.#version ??= this.#db.prepare('PRAGMA data_version')).get() as {
      data_version: number
    }
    this.#suspects = false
    if (version === this.#seen) return
    this.#seen = version
    this.#era += 1
  }

  /** A commit was made without a snapshot: where another preceded it closely, the next may find one. */
  follow(): void {
    const now = this.#pace.now()
    const near = now - this.#last < NEAR
    this.#last = now
    if (near && now >= this.#apartUntil) this.#hold()
  }

  /** A commit could not be made on the snapshot, because others have written, or are writing. */
  meet(): void {
    this.release()
    const now = this.#pace.now()
    if (now - this.#metOthers < APART) this.#apartUntil = now + APART
    this.#metOthers = now
    this.#suspects = true
  }

  /** A commit was made on the snapshot, about so many bytes of log. */
  use(bytes: number): void {
    this.#used = true
    this.#room -= bytes
    if (this.#room < 0) this.release()
  }

  release(): void {
    if (this.#cursor === undefined) return
    const cursor = this.#cursor
    this.#cursor = undefined
    this.#last = this.#pace.now()
    try {
      cursor.return?.()
    } catch {
      // A failed commit has ended the read transaction as well.
    }
  }

  #hold(): void {
    const era = this.#era
    const suspected = this.#suspects
    try {
      // Left before its last row, a query keeps its read transaction.
      this.#cursor = (this.#any ??= this.#db.prepare('SELECT 1 FROM sqlite_schema')).iterate()
      this.#cursor.next()
      this.look()
    } catch {
      // The commit stands, and the next one finds out what is wrong.
      return this.release()
    }
    if (era !== this.#era) return suspected ? this.release() : this.meet()
    this.#room = MOST
    this.#used = false
    if (!this.#watched) this.#watch()
  }

  #watch(): void {
    this.#watched = true
    this.#pace.wait(NEAR, () => {
      this.#watched = false
      if (!this.#used) return this.release()
      this.#used = false
      if (this.held) this.#watch()
    })
  }
}
