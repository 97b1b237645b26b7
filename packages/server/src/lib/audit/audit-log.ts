import type { JsonObject } from '@lorc/runner'
import { isCodedError } from '../coded-error.ts'
import { ServerError } from '../errors.ts'
import { isDamaged, LedgerFile } from '../ledger/ledger-file.ts'
import { GENESIS, sealRecord, unsealRecord, type AuditAction, type AuditOutcome, type AuditRecord } from './audit-record.ts'

const SCHEMA = `
CREATE TABLE IF NOT EXISTS audit (seq INTEGER PRIMARY KEY, line TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER IF NOT EXISTS audit_no_update BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS audit_no_delete BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
`

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
  readonly #file: LedgerFile
  readonly #now: () => number

  /** The file is made with the first record. */
  constructor(file: string, now: () => number = Date.now) {
    this.#file = new LedgerFile(file, SCHEMA, unavailable)
    this.#now = now
  }

  /** Appends a record; returns its number. Throws AUDIT_UNAVAILABLE: what is not on record must not be done. */
  append(data: AuditAction | AuditOutcome): number {
    return this.#file.write((db) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const last = db.prepare('SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1').get() as { seq: number; hash: string } | undefined
        const seq = last ? last.seq + 1 : 0
        const at = new Date(this.#now()).toISOString()
        const { line, hash } = sealRecord(data, { seq, at, prev: last?.hash ?? GENESIS })
        db.prepare('INSERT INTO audit VALUES (?, ?, ?)').run(seq, line, hash)
        db.exec('COMMIT')
        return seq
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    })
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
    const rows = this.#file.read((db) => db.prepare('SELECT line FROM audit WHERE seq >= ? ORDER BY seq').iterate(from) as Iterable<{ line: string }>)
    for (const { line } of rows ?? []) yield line
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
    this.#file.close()
  }
}

function codeOf(error: unknown): string {
  return isCodedError(error) ? error.code : 'SERVER_INTERNAL'
}

function unavailable(error: unknown): ServerError {
  const why = error instanceof Error ? error.message : String(error)
  return new ServerError('AUDIT_UNAVAILABLE', `The audit log cannot be read or written: ${why}.`, {
    cause: error,
    fix: isDamaged(error)
      ? 'Restore `audit.db` from a backup, or keep the damaged file elsewhere: a new log begins with the next record.'
      : 'Make room on the disk, and the folder of `audit.db` writable for the user of the service.',
  })
}
