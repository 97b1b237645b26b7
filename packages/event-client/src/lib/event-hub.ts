import type { ClientOptions, Delivery, EventCounts, EventHub, JobEvents } from './event-client.ts'
import { LARGEST_PAYLOAD } from './event-row.ts'
import type { RawObjectRow, UpsertCounts } from './event.ts'
import type { EventsOptions } from './events-options.ts'
import { JobClient, type ClientPorts } from './job-client.ts'
import type { JsonValue } from './json.ts'
import type { Destination } from './destination.ts'
import { IN_MEMORY, LocalDatabase } from './local/local-database.ts'
import { LocalDestination } from './local/local-destination.ts'
import type { LocalPlace } from './local/local-place.ts'
import { localQuery } from './local/local-query.ts'
import { RawObjectTable } from './local/raw-object-table.ts'
import { TABLES_DDL } from './local/schema.ts'

/**
 * Rows, bytes and milliseconds that are worth a transaction. Ids lie anywhere in their index, so that few rows change as
 * many pages of it as many do.
 */
const BUFFER = { rows: 8000, bytes: 4 << 20, ageMs: 200 }

/** What `openEvents` opens. */
export class Hub implements EventHub {
  readonly sink: string
  readonly #place: LocalPlace
  readonly #destination: Destination
  readonly #ports: ClientPorts
  readonly #unwritten = new Set<JobClient>()

  constructor(place: LocalPlace, { maxPayloadBytes = LARGEST_PAYLOAD, now = Date.now }: EventsOptions) {
    this.#place = place
    this.sink = place.file === IN_MEMORY ? 'memory' : `sqlite ${place.file}`
    this.#destination = new LocalDestination(place)
    this.#ports = {
      destination: this.#destination,
      buffer: BUFFER,
      maxPayloadBytes,
      unwritten: this.#unwritten,
      now,
      upsert: (rows) => this.#upsert(rows),
      query: (sql, params, signal) => this.query(sql, params, signal),
    }
  }

  client(options: ClientOptions = {}): JobEvents {
    return new JobClient(this.#ports, options)
  }

  counts(runId: string): EventCounts {
    this.#write()
    return this.#destination.counts(runId)
  }

  async query(sql: string, params: readonly JsonValue[] = [], _signal?: AbortSignal): Promise<Record<string, JsonValue>[]> {
    this.#write()
    return localQuery(this.#place.existing() ?? new LocalDatabase(IN_MEMORY), sql, { params, now: new Date(this.#ports.now()) })
  }

  async flush(): Promise<Delivery> {
    this.#write()
    await this.#destination.sync()
    return { delivered: 0, rejected: 0, waiting: 0 }
  }

  async setup({ dryRun }: { dryRun: boolean }): Promise<string[]> {
    if (!dryRun) this.#place.database()
    return [...TABLES_DDL]
  }

  async close(): Promise<void> {
    try {
      this.#write()
      await this.#destination.sync()
    } finally {
      await this.#place.close()
    }
  }

  async #upsert(rows: readonly RawObjectRow[]): Promise<UpsertCounts> {
    return new RawObjectTable(this.#place.database()).upsert(rows, false)
  }

  #write(): void {
    for (const client of this.#unwritten) client.write()
  }
}
