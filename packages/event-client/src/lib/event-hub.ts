import { Deliverer } from './delivery/deliverer.ts'
import type { Destination } from './destination.ts'
import { DryRunDestination } from './delivery/dry-run-destination.ts'
import type { ClientOptions, DeadLetter, Delivery, EventCounts, EventHub, JobEvents, WaitingElsewhere } from './event-client.ts'
import { clockOf, type EventClock } from './event-clock.ts'
import { TimeFollower, type EventFilter, type EventFollower } from './event-follower.ts'
import { randomId } from './event-id.ts'
import { LARGEST_PAYLOAD } from './rows/event-row.ts'
import type { EventRow, RawObjectRow, UpsertCounts } from './event.ts'
import type { EventsOptions } from './events-options.ts'
import { JobClient, type ClientPorts } from './jobs/job-client.ts'
import type { JsonValue } from './json.ts'
import { IN_MEMORY, LocalDatabase } from './local/local-database.ts'
import { LocalDestination } from './local/local-destination.ts'
import type { LocalPlace } from './local/local-place.ts'
import { LocalFollower } from './local/local-follower.ts'
import { elsewhere, localQuery } from './local/local-query.ts'
import { OutboxClaims } from './local/outbox-claims.ts'
import { Outbox } from './local/outbox.ts'
import { processMark } from './local/process-mark.ts'
import { RawObjectTable } from './local/raw-object-table.ts'
import { TABLES_DDL } from './local/schema.ts'
import { OutboxDestination, type Delivering } from './delivery/outbox-destination.ts'
import type { EventSink } from './sink.ts'

/**
 * Rows, bytes and milliseconds that are worth a transaction. Ids lie anywhere in their index, so that few rows change as
 * many pages of it as many do.
 */
const BUFFER = { rows: 8000, bytes: 4 << 20, ageMs: 200 }
const BATCH = { rows: Infinity, bytes: Infinity, ageMs: 500 }
const PATIENCE_MS = 60_000
/** Some 60 MB on the disk. */
const MAX_WAITING = 100_000
const REQUEST_MS = 60_000
/** On top of what a request may take. */
const LEASE_SLACK_MS = 15_000

/** What `openEvents` opens. */
export class Hub implements EventHub {
  readonly sink: string
  readonly #place: LocalPlace
  readonly #remote: EventSink | undefined
  readonly #options: EventsOptions
  readonly #clock: EventClock
  readonly #destination: Destination
  readonly #dryRun: DryRunDestination | undefined
  readonly #ports: ClientPorts
  readonly #unwritten = new Set<JobClient>()
  #delivering: Delivering | undefined

  constructor(place: LocalPlace, remote: EventSink | undefined, options: EventsOptions) {
    this.#place = place
    this.#remote = remote
    this.#options = options
    this.#clock = clockOf(options.clock)
    this.sink = remote?.name ?? (place.file === IN_MEMORY ? 'memory' : `sqlite ${place.file}`)
    this.#dryRun = options.dryRun ? new DryRunDestination() : undefined
    this.#destination = this.#dryRun ?? this.#writing()
    const { maxPayloadBytes = LARGEST_PAYLOAD, batch } = options
    this.#ports = {
      destination: this.#destination,
      buffer: { ...BUFFER, ageMs: Math.min(BUFFER.ageMs, batch?.ageMs ?? BATCH.ageMs) },
      maxPayloadBytes,
      isClosed: false,
      unwritten: this.#unwritten,
      now: () => this.#clock.now(),
      upsert: (rows, signal) => this.#upsert(rows, signal),
      query: (sql, params, signal) => this.query(sql, params, signal),
    }
  }

  client(options: ClientOptions = {}): JobEvents {
    return new JobClient(this.#ports, options)
  }

  counts(runId?: string): EventCounts {
    this.#write()
    return this.#destination.counts(runId)
  }

  samples(): EventRow[] {
    this.#write()
    return this.#dryRun?.samples() ?? []
  }

  async query(sql: string, params: readonly JsonValue[] = [], signal?: AbortSignal): Promise<Record<string, JsonValue>[]> {
    this.#write()
    if (this.#remote?.query) return this.#remote.query(sql, params, signal ?? new AbortController().signal)
    const database = this.#place.existing() ?? new LocalDatabase(IN_MEMORY)
    return localQuery(database, sql, { params, now: new Date(this.#clock.now()), eventsIn: this.#remote?.name })
  }

  async newest(select: string, { where, params }: EventFilter, limit: number): Promise<Record<string, JsonValue>[]> {
    this.#write()
    const sql = `SELECT ${select} FROM events WHERE ${where}`
    const database = this.#remote === undefined ? this.#place.existing() : undefined
    if (database === undefined) return this.query(`${sql} ORDER BY created_at DESC, event_id LIMIT ?`, [...params, limit])
    const events = '(SELECT * FROM events ORDER BY created_at DESC, rowid DESC)'
    return localQuery(database, `${sql} LIMIT ?`, { params: [...params, limit], now: new Date(this.#clock.now()), tables: { events } })
  }

  follow(filter: EventFilter = { where: 'TRUE', params: [] }): EventFollower {
    this.#write()
    if (this.#remote === undefined) return new LocalFollower(this.#place, filter)
    if (this.#remote.query === undefined) throw elsewhere(this.#remote.name)
    return new TimeFollower((sql, params) => this.query(sql, params), filter, this.#clock.now())
  }

  async flush(signal?: AbortSignal): Promise<Delivery> {
    this.#write()
    if (this.#remote === undefined || this.#dryRun !== undefined || this.#place.existing() === undefined) {
      await this.#destination.sync()
      return { delivered: 0, rejected: 0, waiting: 0 }
    }
    const { outbox, deliverer } = this.#deliver()
    if (deliverer === undefined) return { delivered: 0, rejected: 0, waiting: outbox.waiting() }
    const before = { ...deliverer.done }
    await deliverer.drain(() => outbox.waiting(), signal)
    const { delivered, rejected } = deliverer.done
    return { delivered: delivered - before.delivered, rejected: rejected - before.rejected, waiting: outbox.waiting() }
  }

  revive(): number {
    if (this.#remote === undefined || this.#place.existing() === undefined) return 0
    const { outbox, deliverer } = this.#deliver()
    const revived = outbox.revive()
    if (revived > 0) deliverer?.wake()
    return revived
  }

  waitingElsewhere(): WaitingElsewhere[] {
    const database = this.#place.existing()
    const select = 'SELECT name AS sink, waiting FROM sinks WHERE waiting > 0 AND name <> ? ORDER BY name'
    return (database?.read(() => database.statement(select).all(this.sink)) ?? []) as unknown as WaitingElsewhere[]
  }

  deadLetters(limit = 100): DeadLetter[] {
    if (this.#remote === undefined || this.#place.existing() === undefined) return []
    return this.#deliver().outbox.deadLetters(limit)
  }

  async setup({ dryRun }: { dryRun: boolean }): Promise<string[]> {
    if (this.#remote?.setup) return this.#remote.setup({ dryRun })
    if (!dryRun) this.#place.database()
    return [...TABLES_DDL]
  }

  async close(): Promise<void> {
    try {
      this.#write()
      this.#ports.isClosed = true
      await Promise.all([this.#delivering?.deliverer?.close(), this.#destination.sync()])
    } finally {
      this.#ports.isClosed = true
      await this.#place.close()
      await this.#remote?.close()
    }
  }

  #writing(): Destination {
    if (this.#remote === undefined) return new LocalDestination(this.#place)
    const { allowOutbox = false, maxWaiting = MAX_WAITING } = this.#options
    return new OutboxDestination(this.#place, () => this.#deliver(), { sinkName: this.sink, allowOutbox, maxWaiting })
  }

  /** Opens the outbox and, unless another process delivers, its deliverer. */
  #deliver(): Delivering {
    if (this.#delivering !== undefined) return this.#delivering
    const { deliver = true, random = Math.random, batch, patienceMs = PATIENCE_MS } = this.#options
    const requestMs = this.#options.requestMs ?? REQUEST_MS
    const clock = this.#clock
    const outbox = new Outbox(this.#place.database(), this.sink, () => clock.now())
    const claims = new OutboxClaims(outbox, processMark(randomId()), requestMs + LEASE_SLACK_MS)
    const settings = { outbox, claims, sink: this.#remote!, batch: { ...BATCH, ...batch }, clock, random, patienceMs, requestMs }
    return (this.#delivering = { outbox, deliverer: deliver ? new Deliverer(settings) : undefined })
  }

  async #upsert(rows: readonly RawObjectRow[], signal: AbortSignal | undefined): Promise<UpsertCounts> {
    const dryRun = this.#dryRun !== undefined
    if (this.#remote?.upsert) return this.#remote.upsert(rows, { dryRun, signal: signal ?? new AbortController().signal })
    const database = dryRun ? (this.#place.existing() ?? new LocalDatabase(IN_MEMORY)) : this.#place.database()
    return new RawObjectTable(database).upsert(rows, dryRun)
  }

  #write(): void {
    for (const client of this.#unwritten) client.write()
  }
}
