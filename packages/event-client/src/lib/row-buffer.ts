import type { EventDraft } from './event-row.ts'
import type { EventRow } from './event.ts'

/** Rows that are to be written: each is made when it is asked for. */
export interface RowList {
  readonly length: number
  at(index: number): EventRow
}

/** Characters of an id. */
const ID = 32
/** Bytes of UTF-8 for a UTF-16 unit, at most. */
const WIDEST = 3
const SMALLEST = 64 * 1024

/** The columns of a row that are short, and mostly the same texts again. */
type Short = Omit<EventDraft, 'payload'>

/**
 * Holds rows until they are written. Ids and payloads lie outside of the garbage collector's heap: thousands of texts that
 * live just long enough to be moved to its old generation would make it several times as large as they are.
 */
export class RowBuffer implements RowList {
  readonly #short: Short[] = []
  readonly #ends: number[] = []
  #texts = Buffer.alloc(0)
  #used = 0
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Of ids and payloads. */
  get bytes(): number {
    return this.#used
  }

  push(id: string, draft: EventDraft): void {
    this.#reserve(ID + draft.payload.length * WIDEST)
    this.#used += this.#texts.write(id, this.#used, 'latin1')
    this.#used += this.#texts.write(draft.payload, this.#used)
    this.#ends[this.#length] = this.#used
    const { event_type, source, schema_ref, created_at, correlation_id, subject_id } = draft
    const short = this.#short[this.#length]
    if (short === undefined) this.#short.push({ event_type, source, schema_ref, created_at, correlation_id, subject_id })
    else {
      short.event_type = event_type
      short.source = source
      short.schema_ref = schema_ref
      short.created_at = created_at
      short.correlation_id = correlation_id
      short.subject_id = subject_id
    }
    this.#length += 1
  }

  at(index: number): EventRow {
    const start = index === 0 ? 0 : this.#ends[index - 1]!
    const { event_type, source, schema_ref, created_at, correlation_id, subject_id } = this.#short[index]!
    const event_id = this.#texts.toString('latin1', start, start + ID)
    const payload = this.#texts.toString('utf8', start + ID, this.#ends[index])
    return { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload }
  }

  clear(): void {
    this.#used = 0
    this.#length = 0
  }

  #reserve(bytes: number): void {
    const needed = this.#used + bytes
    if (needed <= this.#texts.length) return
    const texts = Buffer.allocUnsafeSlow(Math.max(needed, this.#texts.length * 2, SMALLEST))
    this.#texts.copy(texts, 0, 0, this.#used)
    this.#texts = texts
  }
}
