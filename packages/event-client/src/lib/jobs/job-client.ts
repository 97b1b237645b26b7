import type { Destination } from '../destination.ts'
import { EventError } from '../errors.ts'
import type { ClientOptions, EventCounts, JobEvents } from '../event-client.ts'
import { idOfContent, idOfKey, originOf, randomId, type Origin } from '../event-id.ts'
import { draftEvent, keyOf, type EventDraft } from '../rows/event-row.ts'
import type { EventInput, RawObjectInput, RawObjectRow, UpsertCounts } from '../event.ts'
import type { JsonValue } from '../json.ts'
import type { Emitter } from '../local/tallies.ts'
import { Occurrences } from '../local/occurrences.ts'
import { RowBuffer } from '../rows/row-buffer.ts'
import { rawObjectRows } from '../rows/raw-object-row.ts'

/** What a client needs of its hub. */
export interface ClientPorts {
  readonly destination: Destination
  /** When rows are written: as many, as many bytes, or as old. */
  readonly buffer: { readonly rows: number; readonly bytes: number; readonly ageMs: number }
  readonly maxPayloadBytes: number
  /** Nothing is taken any more: nobody would write it. */
  isClosed: boolean
  /** Those who hold rows in memory. */
  readonly unwritten: Set<JobClient>
  now(): number
  upsert(rows: readonly RawObjectRow[], signal: AbortSignal | undefined): Promise<UpsertCounts>
  query(sql: string, params: readonly JsonValue[], signal: AbortSignal | undefined): Promise<Record<string, JsonValue>[]>
}

/** Rows are buffered here and written by the batch: when it is full, when it is old, and when somebody looks. */
export class JobClient implements JobEvents {
  readonly #ports: ClientPorts
  readonly #emitter: Emitter
  #origin: Origin | undefined
  readonly #correlationId: string | undefined
  readonly #signal: AbortSignal | undefined
  readonly #findSecret: ((text: string) => string | undefined) | undefined
  readonly #occurrences = new Occurrences()
  readonly #buffer = new RowBuffer()
  #timer: NodeJS.Timeout | undefined

  constructor(ports: ClientPorts, { runId, step = '', correlationId, signal, findSecret }: ClientOptions) {
    this.#ports = ports
    this.#emitter = { runId: runId ?? randomId(), step }
    this.#correlationId = correlationId ?? runId
    this.#signal = signal
    this.#findSecret = findSecret
  }

  emit(event: EventInput): string {
    this.#assertOpen()
    const draft = draftEvent(event, this.#correlationId, this.#ports.now, this.#ports.maxPayloadBytes)
    const key = keyOf(event)
    this.#refuseSecrets(draft, key)
    const { rows, bytes } = this.#ports.buffer
    if (this.#buffer.length >= rows || this.#buffer.bytes >= bytes) this.write()
    const event_id = key === undefined ? this.#idOf(draft) : idOfKey(key)
    if (this.#buffer.length === 0) this.#ports.unwritten.add(this)
    this.#buffer.push(event_id, draft)
    this.#timer ??= setTimeout(this.#writeOld, this.#ports.buffer.ageMs).unref()
    return event_id
  }

  async upsert(objects: RawObjectInput<object> | readonly RawObjectInput<object>[]): Promise<UpsertCounts> {
    const given = (Array.isArray(objects) ? objects : [objects]) as readonly RawObjectInput[]
    const rows = rawObjectRows(given, this.#correlationId, this.#ports.now(), this.#ports.maxPayloadBytes)
    for (const row of rows) this.#refuseSecrets(row, row.object_id)
    this.#assertOpen()
    return rows.length === 0 ? { inserted: 0, updated: 0, unchanged: 0 } : this.#ports.upsert(rows, this.#signal)
  }

  async query(sql: string, params: readonly JsonValue[] = []): Promise<Record<string, JsonValue>[]> {
    this.write()
    return this.#ports.query(sql, params, this.#signal)
  }

  async flush(): Promise<void> {
    this.write()
    await this.#ports.destination.sync()
    await this.#ports.destination.relief(this.#signal)
  }

  async settle(signal?: AbortSignal): Promise<void> {
    this.write()
    await this.#ports.destination.settle(this.#emitter, signal)
  }

  counts(): EventCounts {
    this.write()
    return this.#ports.destination.counts(this.#emitter.runId, this.#emitter.step)
  }

  /** Writes what is in memory. What cannot be written stays there. Throws EVENTS_CLOSED, EVENTS_STORE_*. */
  write(): void {
    this.#assertOpen()
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#buffer.length === 0) return
    this.#ports.destination.write(this.#buffer, this.#emitter)
    this.#ports.unwritten.delete(this)
    this.#buffer.clear()
  }

  #assertOpen(): void {
    if (this.#ports.isClosed) throw new EventError('EVENTS_CLOSED', 'The events were closed.', { fix: 'Emit and ask before that.' })
  }

  readonly #writeOld = (): void => {
    try {
      this.write()
    } catch {
      // It stays in memory, and whoever emits next, or waits for the end, is told.
    }
  }

  #idOf({ event_type, source, payload }: EventDraft): string {
    const origin = (this.#origin ??= originOf(this.#emitter.runId, this.#emitter.step))
    const first = idOfContent(origin, event_type, source, payload, 1)
    const nth = this.#occurrences.next(first)
    return nth === 1 ? first : idOfContent(origin, event_type, source, payload, nth)
  }

  #refuseSecrets(fields: object, key: string | undefined): void {
    if (this.#findSecret === undefined) return
    for (const [name, value] of Object.entries({ ...fields, key })) {
      const secret = typeof value === 'string' ? this.#findSecret(value) : undefined
      if (secret === undefined) continue
      throw new EventError('EVENT_SECRET', `\`${name}\` holds the secret ${secret}.`, { fix: 'Leave it out of what is emitted.' })
    }
  }
}
