import { hash } from 'node:crypto'
import type { JsonObject } from '@lorc/runner'

/** What an operator asks for, as it was before. */
export interface AuditAction {
  readonly who: string
  /** The way it came: `http`, `cli`, or the service by itself: `service`. */
  readonly via: string
  /** E.g. `run.cancel`. */
  readonly action: string
  /** What it is done to, e.g. a run's id. */
  readonly target: string
  readonly why: string | null
  readonly before: JsonObject | null
}

/** What became of the action of an earlier record, `of`. */
export interface AuditOutcome {
  readonly of: number
  readonly outcome: 'done' | 'failed'
  readonly after: JsonObject | null
}

/** A record as the log holds it. `at` is RFC 3339. */
export type AuditRecord = (AuditAction | AuditOutcome) & {
  readonly seq: number
  readonly at: string
  /** The hash of the record before it, 64 zeros for the first. */
  readonly prev: string
  /** SHA-256 (hex) of the record's line without `,"hash":"..."`. */
  readonly hash: string
}

export const GENESIS = '0'.repeat(64)

const TAIL = ',"hash":"'
const TAIL_LENGTH = TAIL.length + 64 + 2

/** The line that the log keeps of a record. */
export function sealRecord(data: AuditAction | AuditOutcome, place: Pick<AuditRecord, 'seq' | 'at' | 'prev'>): { line: string; hash: string } {
  const body = JSON.stringify({ ...place, ...data })
  const digest = hash('sha256', body, 'hex')
  return { line: `${body.slice(0, -1)}${TAIL}${digest}"}`, hash: digest }
}

/** The record that a line holds, or what is wrong with it at this place of the log. */
export function unsealRecord(line: string, seq: number, prev: string): AuditRecord | { broken: string } {
  let record: AuditRecord
  try {
    record = JSON.parse(line) as AuditRecord
  } catch {
    return { broken: 'it is not JSON' }
  }
  if (record.seq !== seq) return { broken: `it says that it is record ${String(record.seq)}` }
  if (record.prev !== prev) return { broken: 'it does not follow on the record before it' }
  const body = `${line.slice(0, -TAIL_LENGTH)}}`
  if (hash('sha256', body, 'hex') !== record.hash) return { broken: 'its hash is not that of its content' }
  return record
}
