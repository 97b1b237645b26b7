import type { EventDraft } from './event-row.ts'
import type { EventRow } from '../event.ts'
import { TextColumn } from './text-column.ts'

/** Rows that are to be written: each is made when it is asked for. */
export interface RowList {
  readonly length: number
  at(index: number): EventRow
}

/** So many rows are some megabytes: worth being brought to the disk while the next ones are emitted. */
export const MANY_ROWS = 4000

/** What mostly is one of a few texts, each of which is held once: see draftEvent. */
type Recurring = Pick<EventRow, 'event_type' | 'source' | 'schema_ref'>

/**
 * Holds rows until they are written. What differs from row to row is held as bytes: as strings it would live just long
 * enough for the garbage collector to make room for ever more of the like.
 */
export class RowBuffer implements RowList {
  readonly #recurring: Recurring[] = []
  readonly #ids = new TextColumn()
  readonly #times = new TextColumn()
  readonly #correlations = new TextColumn()
  readonly #subjects = new TextColumn()
  readonly #payloads = new TextColumn()
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Of ids and payloads. */
  get bytes(): number {
    return this.#ids.bytes + this.#payloads.bytes
  }

  push(id: string, { event_type, source, schema_ref, created_at, correlation_id, subject_id, payload }: EventDraft): void {
    const recurring = this.#recurring[this.#length]
    if (recurring === undefined) this.#recurring.push({ event_type, source, schema_ref })
    else {
      recurring.event_type = event_type
      recurring.source = source
      recurring.schema_ref = schema_ref
    }
    this.#ids.push(id)
    this.#times.push(created_at)
    this.#correlations.push(correlation_id)
    this.#subjects.push(subject_id)
    this.#payloads.push(payload)
    this.#length += 1
  }

  at(index: number): EventRow {
    const { event_type, source, schema_ref } = this.#recurring[index]!
    return {
      event_id: this.#ids.at(index)!,
      event_type,
      source,
      schema_ref,
      created_at: this.#times.at(index)!,
      correlation_id: this.#correlations.at(index),
      subject_id: this.#subjects.at(index),
      payload: this.#payloads.at(index)!,
    }
  }

  clear(): void {
    for (const column of [this.#ids, this.#times, this.#correlations, this.#subjects, this.#payloads]) column.clear()
    this.#length = 0
  }
}
