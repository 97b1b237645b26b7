import type { EventDraft } from './event-row.ts'
import type { EventRow } from './event.ts'
import { TextBuffer } from './text-buffer.ts'

/** Rows that are to be written: each is made when it is asked for. */
export interface RowList {
  readonly length: number
  at(index: number): EventRow
}

/** So many rows are some megabytes: worth being brought to the disk while the next ones are emitted. */
export const MANY_ROWS = 4000

/** Characters of an id. */
const ID = 32

/** The columns of a row that are short, and mostly the same texts again. */
type Short = Omit<EventDraft, 'payload'>

/** Holds rows until they are written: ids and payloads as bytes, for they would just live long enough to fill the heap. */
export class RowBuffer implements RowList {
  readonly #short: Short[] = []
  readonly #ends: number[] = []
  readonly #texts = new TextBuffer()
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Of ids and payloads. */
  get bytes(): number {
    return this.#texts.length
  }

  push(id: string, draft: EventDraft): void {
    this.#texts.add(id, 'latin1')
    this.#texts.add(draft.payload)
    this.#ends[this.#length] = this.#texts.length
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
    const event_id = this.#texts.text(start, start + ID, 'latin1')
    const payload = this.#texts.text(start + ID, this.#ends[index]!)
    return { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload }
  }

  clear(): void {
    this.#texts.clear()
    this.#length = 0
  }
}
