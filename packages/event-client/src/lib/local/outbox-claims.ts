import type { EventRow } from '../event.ts'
import { NUMBERS, type Outbox } from './outbox.ts'
import { isGone } from './process-mark.ts'
import { tally, type TallyChange } from './tallies.ts'

/** A row of the outbox. */
export interface WaitingRow {
  readonly seq: number
  readonly emitter: number
  /** How often the sink asked for it to be sent again. */
  readonly tries: number
  readonly row: EventRow
}

/** Rows that this process may deliver, and no other until the claim is given back or its time is up. */
export interface Claim {
  readonly first: number
  readonly last: number
  readonly rows: readonly WaitingRow[]
}

/** What became of a row: `kept` was not sent; `retry` is to be sent again when it is due. */
export type Fate =
  | { readonly type: 'delivered' }
  | { readonly type: 'kept' }
  | { readonly type: 'retry'; readonly dueMs: number; readonly reason: string }
  | { readonly type: 'poison'; readonly reason: string }

/** No row waits longer for its next try: one that is due later was told so by a clock that has gone back since. */
export const LONGEST_WAIT_MS = 60_000

/** Which rows of the outbox are being delivered by whom. */
export class OutboxClaims {
  readonly #outbox: Outbox
  readonly #holder: string
  readonly #leaseMs: number

  /** `holder` is a process mark; `leaseMs` is longer than a delivery takes. */
  constructor(outbox: Outbox, holder: string, leaseMs: number) {
    this.#outbox = outbox
    this.#holder = holder
    this.#leaseMs = leaseMs
  }

  /** Claims the oldest rows that are due and nobody's: at least one if there is one, within the limits otherwise. */
  claim(limits: { rows: number; bytes: number }, now: () => number): Claim | undefined {
    if (this.#outbox.waiting() <= 0) return undefined
    const { database } = this.#outbox
    return database.transact(() => {
      // Asked here: while others held the lock, time went by, and they have claimed by a later one.
      const nowMs = now()
      const rows = this.#free(limits, nowMs)
      const [first, last] = [rows[0]?.seq, rows.at(-1)?.seq]
      if (first === undefined || last === undefined) return undefined
      database
        .statement('INSERT INTO claims (first, last, holder, until) VALUES (?, ?, ?, ?)')
        .run(first, last, this.#holder, nowMs + this.#leaseMs)
      return { first, last, rows }
    })
  }

  /** Gives a claim back with what became of its rows, in their order. Returns how many were delivered and refused. */
  settle(claim: Claim, fates: readonly Fate[], nowMs: number): { delivered: number; rejected: number } {
    const { database, sink } = this.#outbox
    return database.transact(() => {
      const ours = database
        .statement('DELETE FROM claims WHERE first = ? AND holder = ?')
        .run(claim.first, this.#holder).changes
      const whole = ours === 1 && fates.every(isDelivered) && this.#holdsExactly(claim)
      if (whole) database.statement('DELETE FROM outbox WHERE seq BETWEEN ? AND ?').run(claim.first, claim.last)
      const changes = new Map<number, Map<string, TallyChange>>()
      const sums = { delivered: 0, rejected: 0 }
      for (const [at, waiting] of claim.rows.entries()) {
        const field = whole ? 'delivered' : this.#settleRow(waiting, fates[at]!, nowMs)
        if (field === undefined) continue
        const ofEmitter = changes.get(waiting.emitter) ?? new Map<string, TallyChange>()
        changes.set(waiting.emitter, ofEmitter)
        tally(ofEmitter, waiting.row.event_type, field)
        sums[field] += 1
      }
      for (const [emitter, ofEmitter] of changes) this.#outbox.tallies.add(emitter, ofEmitter)
      database.statement('UPDATE sinks SET waiting = waiting - ? WHERE id = ?').run(sums.delivered + sums.rejected, sink)
      return sums
    })
  }

  /** Gives back all claims of this holder, with nothing done. */
  release(): void {
    const { database } = this.#outbox
    database.transact(() => database.statement('DELETE FROM claims WHERE holder = ?').run(this.#holder))
  }

  #free({ rows: most, bytes }: { rows: number; bytes: number }, nowMs: number): WaitingRow[] {
    let from = this.#outbox.sink * NUMBERS
    const end = from + NUMBERS
    for (const { first, last } of [...this.#live(nowMs, from, end), { first: end, last: end }]) {
      const rows = this.#read(from, first, most, bytes, nowMs)
      if (rows.length > 0) return rows
      from = last + 1
    }
    return []
  }

  /** Whether the claim's range has its rows, all of them, and no other. */
  #holdsExactly({ first, last, rows }: Claim): boolean {
    if (last - first + 1 !== rows.length) return false
    const select = 'SELECT count(*) AS rows FROM outbox WHERE seq BETWEEN ? AND ?'
    return this.#outbox.database.statement(select).get(first, last)?.['rows'] === rows.length
  }

  /** Claims that still hold, by number. A time far ahead of any lease was set by a clock that has gone back since. */
  #live(nowMs: number, from: number, end: number): { first: number; last: number }[] {
    const { database } = this.#outbox
    const claims = database
      .statement('SELECT first, last, holder, until FROM claims WHERE first >= ? AND first < ? ORDER BY first')
      .all(from, end) as unknown as { first: number; last: number; holder: string; until: number }[]
    return claims.filter(({ first, holder, until }) => {
      const holds = until > nowMs && until <= nowMs + 2 * this.#leaseMs && (holder === this.#holder || !isGone(holder))
      if (!holds) database.statement('DELETE FROM claims WHERE first = ?').run(first)
      return holds
    })
  }

  #read(from: number, end: number, most: number, bytes: number, nowMs: number): WaitingRow[] {
    const rows: WaitingRow[] = []
    let size = 0
    const select = this.#outbox.database.statement(
      `SELECT seq, emitter, tries, event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload
       FROM outbox WHERE seq >= ? AND seq < ? AND (due <= ? OR due > ?) ORDER BY seq LIMIT ?`,
    )
    for (const found of select.iterate(from, end, nowMs, nowMs + LONGEST_WAIT_MS, most)) {
      const waiting = waitingRow(found as unknown as Omit<WaitingRow, 'row'> & EventRow)
      size += sizeOf(waiting.row)
      if (rows.length > 0 && size > bytes) break
      rows.push(waiting)
    }
    return rows
  }

  /** Returns what to tally; undefined for a row that stays, or that another has dealt with since the claim ran out. */
  #settleRow({ seq, emitter, row }: WaitingRow, fate: Fate, nowMs: number): 'delivered' | 'rejected' | undefined {
    const { database, sink, seen } = this.#outbox
    if (fate.type === 'kept') return undefined
    if (fate.type === 'retry') {
      database.statement('UPDATE outbox SET tries = tries + 1, due = ? WHERE seq = ?').run(fate.dueMs, seq)
      return undefined
    }
    if (database.statement('DELETE FROM outbox WHERE seq = ?').run(seq).changes === 0) return undefined
    if (fate.type === 'delivered') return 'delivered'
    const { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload } = row
    const at = new Date(nowMs).toISOString()
    database
      .statement(
        `INSERT OR REPLACE INTO dead_letters (event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id,
           payload, sink, emitter, reason, rejected_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload, sink, emitter, fate.reason, at)
    seen.forget(event_id)
    return 'rejected'
  }
}

function waitingRow(found: Omit<WaitingRow, 'row'> & EventRow): WaitingRow {
  const { seq, emitter, tries, event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload } = found
  const row = { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload }
  return { seq, emitter, tries, row }
}

function isDelivered(fate: Fate): boolean {
  return fate.type === 'delivered'
}

/** Bytes of the columns together. */
function sizeOf(row: EventRow): number {
  const short = row.event_type.length + row.source.length + (row.schema_ref?.length ?? 0) + (row.subject_id?.length ?? 0)
  return Buffer.byteLength(row.payload) + short + (row.correlation_id?.length ?? 0) + row.event_id.length + row.created_at.length
}
