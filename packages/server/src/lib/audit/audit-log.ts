import { mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { RunnerError, type JsonObject } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import { GENESIS, sealRecord, unsealRecord, type AuditAction, type AuditOutcome, type AuditRecord } from './audit-record.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, line TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
`

/** Milliseconds to wait for another process that writes. */
const PATIENCE_MS = 10_000

export interface AuditVerification {
  ok: boolean
  /** Those that hold. */
  records: number
  /** Of the last that holds: kept elsewhere, it tells later whether records were cut off the end. */
  head: string
  /** The first that does not hold, and why. */
  bad: { seq: number; reason: string } | null
}

/**
 * The append-only, hash-chained log of what operators did: one SQLite database, which several processes may write. A
 * record is durable when `append` returns.
 */
export class AuditLog {
  readonly #db: DatabaseSync
  readonly #now: () => number

  /** Opens the log, and makes it where it is missing. Throws AUDIT_UNAVAILABLE. */
  constructor(file: string, now: () => number = Date.now) {
    this.#now = now
    try {
      mkdirSync(dirname(file), { recursive: true })
      const { DatabaseSync: Database } = createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')
      this.#db = new Database(file, { timeout: PATIENCE_MS })
      this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`)
    } catch (error) {
      throw unavailable(error)
    }
  }

  /** Appends a record; returns its number. Throws AUDIT_UNAVAILABLE: what is not on record must not be done. */
  append(data: AuditAction | AuditOutcome): number {
    try {
      this.#db.exec('BEGIN IMMEDIATE')
      try {
        const last = this.#db.prepare('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1').get() as { seq: number; hash: string } | undefined
        const seq = last ? last.seq + 1 : 0
        const at = new Date(this.#now()).toISOString()
        const { line, hash } = sealRecord(data, { seq, at, prev: last?.hash ?? GENESIS })
        this.#db.prepare('INSERT INTO audit VALUES (?, ?, ?)').run(seq, line, hash)
        this.#db.exec('COMMIT')
        return seq
      } catch (error) {
        this.#db.exec('ROLLBACK')
        throw error
      }
    } catch (error) {
      throw unavailable(error)
    }
  }

  /**
   * Does what an operator asks for, on record: what was asked before it is done, and what became of it afterwards. `work`
   * returns its result and the state after it. Throws AUDIT_UNAVAILABLE before anything was done, and whatever `work` does.
   */
  async act<T>(action: AuditAction, work: () => Promise<{ result: T; after: JsonObject | null }>): Promise<T> {
    const of = this.append(action)
    try {
      const { result, after } = await work()
      this.append({ of, outcome: 'done', after })
      return result
    } catch (error) {
      this.append({ of, outcome: 'failed', after: { error: codeOf(error) } })
      throw error
    }
  }

  /** Lines from record `from` on, each a JSON object. */
  *lines(from = 0): Generator<string> {
    for (const { line } of this.#db.prepare('SELECT line FROM audit WHERE seq >= ? ORDER BY seq').iterate(from) as Iterable<{ line: string }>) yield line
  }

  *records(from = 0): Generator<AuditRecord> {
    for (const line of this.lines(from)) yield JSON.parse(line) as AuditRecord
  }

  /** Checks the chain from the first record; with `head`, also that a record of this hash is in it. */
  verify(head?: string): AuditVerification {
    let seq = 0
    let prev = GENESIS
    let found = head === undefined || head === GENESIS
    for (const line of this.lines()) {
      const record = unsealRecord(line, seq, prev)
      if ('broken' in record) return { ok: false, records: seq, head: prev, bad: { seq, reason: record.broken } }
      prev = record.hash
      found ||= prev === head
      seq++
    }
    if (found) return { ok: true, records: seq, head: prev, bad: null }
    return { ok: false, records: seq, head: prev, bad: { seq, reason: `no record has the hash ${head}: records were cut off the end, or replaced` } }
  }

  close(): void {
    this.#db.close()
  }
}

function codeOf(error: unknown): string {
  return error instanceof RunnerError || error instanceof ServerError ? error.code : 'SERVER_INTERNAL'
}

function unavailable(error: unknown): ServerError {
  const why = error instanceof Error ? error.message : String(error)
  return new ServerError('AUDIT_UNAVAILABLE', `The audit log cannot be read or written: ${why}.`, { cause: error })
}
