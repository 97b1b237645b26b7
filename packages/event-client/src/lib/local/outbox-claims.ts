import type { EventRow } from '../event.ts'
import { NUMBERS, type Outbox } from './outbox.ts'
import { isGone } from './process-mark.ts'
import { tally, type TallyChange } from './tallies.ts'

/** A row of a claim. */
export interface ClaimedRow {
  /** Among the rows of the claim. */
  readonly place: number
  /** How often the sink asked for it to be sent again. */
  readonly tries: number
  readonly row: EventRow
}

/** Rows that this process may deliver, and no other until the claim is given back or its time is up. */
export interface Claim {
  /** The number of each row, in order. */
  readonly seqs: readonly number[]
  /**
   * The rows from one place to another; without those that others have dealt with since the claim ran out. They are read
   * here, and not kept: what is under way takes no memory but what the sink needs.
   */
  read(from: number, to: number): ClaimedRow[]
}

/** What became of a row: `kept` was not sent; `retry` is to be sent again when it is due. */
export type Fate =
  | { readonly type: 'delivered' }
  | { readonly type: 'kept' }
  | { readonly type: 'retry'; readonly dueMs: number; readonly reason: string }
  | { readonly type: 'poison'; readonly reason: string }

/** No row waits longer for its next try: one that is due later was told so by a clock that has gone back since. */
export const LONGEST_WAIT_MS = 60_000

const COLUMNS = 'event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload'
const BYTES = COLUMNS.split(', ').map((name) => `ifnull(octet_length(${name}), 0)`).join(' + ')

/** Of whom rows were, and of what type. */
interface Kind {
  emitter: number
  event_type: string
}

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
      const seqs = this.#free(limits, nowMs)
      const [first, last] = [seqs[0], seqs.at(-1)]
      if (first === undefined || last === undefined) return undefined
      database
        .statement('INSERT INTO claims (first, last, holder, until) VALUES (?, ?, ?, ?)')
        .run(first, last, this.#holder, nowMs + this.#leaseMs)
      return { seqs, read: (from, to) => this.#read(seqs, from, to) }
    })
  }

  /** Gives a claim back with what became of its rows, in their order. Returns how many were delivered and refused. */
  settle({ seqs }: Claim, fates: readonly Fate[], nowMs: number): { delivered: number; rejected: number } {
    const { database, sink, tallies } = this.#outbox
    return database.transact(() => {
      const ours = database.statement('DELETE FROM claims WHERE first = ? AND holder = ?').run(seqs[0]!, this.#holder).changes
      const sums = { delivered: 0, rejected: 0 }
      const changes = new Map<number, Map<string, TallyChange>>()
      const count = (field: 'delivered' | 'rejected', { emitter, event_type }: Kind, rows: number): void => {
        const ofEmitter = changes.get(emitter) ?? new Map<string, TallyChange>()
        changes.set(emitter, ofEmitter)
        tally(ofEmitter, event_type, field, rows)
        sums[field] += rows
      }
      const whole = ours === 1 && fates.every(isDelivered) ? this.#removeWhole(seqs) : undefined
      if (whole !== undefined) for (const kind of whole) count('delivered', kind, kind.rows)
      else {
        for (const [place, seq] of seqs.entries()) {
          const fate = fates[place]!
          const kind = this.#settleRow(seq, fate, nowMs)
          if (kind !== undefined) count(fate.type === 'poison' ? 'rejected' : 'delivered', kind, 1)
        }
      }
      for (const [emitter, ofEmitter] of changes) tallies.add(emitter, ofEmitter)
      database.statement('UPDATE sinks SET waiting = waiting - ? WHERE id = ?').run(sums.delivered + sums.rejected, sink)
      return sums
    })
  }

  /** Gives back all claims of this holder, with nothing done. */
  release(): void {
    const { database } = this.#outbox
    database.transact(() => database.statement('DELETE FROM claims WHERE holder = ?').run(this.#holder))
  }

  /** The numbers of rows that may be claimed. */
  #free({ rows: most, bytes }: { rows: number; bytes: number }, nowMs: number): number[] {
    let from = this.#outbox.sink * NUMBERS
    const end = from + NUMBERS
    for (const { first, last } of [...this.#live(nowMs, from, end), { first: end, last: end }]) {
      const seqs = this.#due(from, first, most, bytes, nowMs)
      if (seqs.length > 0) return seqs
      from = last + 1
    }
    return []
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

  #due(from: number, end: number, most: number, bytes: number, nowMs: number): number[] {
    const sizes = this.#outbox.database.list<[seq: number, bytes: number]>(
      `SELECT seq, ${BYTES} FROM outbox WHERE seq >= ? AND seq < ? AND (due <= ? OR due > ?) ORDER BY seq LIMIT ?`,
      [from, end, nowMs, nowMs + LONGEST_WAIT_MS, most],
    )
    let sum = 0
    const tooMany = sizes.findIndex(([, size]) => (sum += size) > bytes)
    return (tooMany === -1 ? sizes : sizes.slice(0, Math.max(1, tooMany))).map(([seq]) => seq)
  }

  #read(seqs: readonly number[], from: number, to: number): ClaimedRow[] {
    const { database } = this.#outbox
    const found = database.read(() =>
      database.list<[number, number, string, string, string, string | null, string, string | null, string | null, string]>(
        `SELECT seq, tries, ${COLUMNS} FROM outbox WHERE seq BETWEEN ? AND ? ORDER BY seq`,
        [seqs[from]!, seqs[to - 1]!],
      ),
    )
    let place = from
    const rows: ClaimedRow[] = []
    for (const [seq, tries, event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload] of found) {
      while (place < to && seqs[place]! < seq) place += 1
      if (seqs[place] !== seq) continue
      rows.push({ place, tries, row: { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload } })
    }
    return rows
  }

  /** Removes the rows of a claim at once, and tells how many there were of each kind; undefined where others lie between them. */
  #removeWhole(seqs: readonly number[]): (Kind & { rows: number })[] | undefined {
    const { database } = this.#outbox
    const range = [seqs[0]!, seqs.at(-1)!] as const
    const kinds = database
      .statement('SELECT emitter, event_type, count(*) AS rows FROM outbox WHERE seq BETWEEN ? AND ? GROUP BY emitter, event_type')
      .all(...range) as unknown as (Kind & { rows: number })[]
    if (kinds.reduce((sum, { rows }) => sum + rows, 0) !== seqs.length) return undefined
    database.statement('DELETE FROM outbox WHERE seq BETWEEN ? AND ?').run(...range)
    return kinds
  }

  /** Returns the kind of a row that is gone now; undefined for one that stays, or that another has dealt with since. */
  #settleRow(seq: number, fate: Fate, nowMs: number): Kind | undefined {
    const { database, sink, seen } = this.#outbox
    if (fate.type === 'kept') return undefined
    if (fate.type === 'retry') {
      database.statement('UPDATE outbox SET tries = tries + 1, due = ? WHERE seq = ?').run(fate.dueMs, seq)
      return undefined
    }
    if (fate.type === 'poison') {
      database
        .statement(
          `INSERT OR REPLACE INTO dead_letters (${COLUMNS}, sink, emitter, reason, rejected_at)
           SELECT ${COLUMNS}, ?, emitter, ?, ? FROM outbox WHERE seq = ?`,
        )
        .run(sink, fate.reason, new Date(nowMs).toISOString(), seq)
    }
    const removed = database.statement('DELETE FROM outbox WHERE seq = ? RETURNING emitter, event_type, event_id').get(seq)
    if (removed === undefined) return undefined
    const kind = removed as unknown as Kind & { event_id: string }
    if (fate.type === 'poison') seen.forget(kind.event_id)
    return kind
  }
}

function isDelivered(fate: Fate): boolean {
  return fate.type === 'delivered'
}
