import type { EventFilter, EventFollower } from './event-follower.ts'
import type { EventInput, EventRow, RawObjectInput, UpsertCounts } from './event.ts'
import type { JsonOf, JsonValue } from './json.ts'

type RawObjectOf<Payload> = RawObjectInput<Payload> & { payload: JsonOf<Payload> }

/** What a job, or any program, emits events with. */
export interface EventClient {
  /**
   * Checks the event and puts it on its way; returns its id. Synchronous: memory is bounded because a full buffer is
   * written to disk before `emit` returns. It is durable once `flush` has resolved, which a job's end does by itself.
   * Throws EventError EVENT_INVALID, EVENT_TOO_LARGE, EVENTS_CLOSED, and EVENTS_STORE_* where the disk fails; nothing is emitted then.
   */
  emit(event: EventInput): string
  /** A payload may be of an interface, whose fields are JSON. */
  emit<Payload>(event: EventInput<Payload> & { payload: JsonOf<Payload> }): string
  /**
   * Inserts or updates raw objects, one or many; resolves once the sink has them. Of several with the same key the last
   * counts. Rejects with EventError.
   */
  upsert(objects: RawObjectInput | readonly RawObjectInput[]): Promise<UpsertCounts>
  upsert<Payload extends object>(objects: RawObjectOf<Payload> | readonly RawObjectOf<Payload>[]): Promise<UpsertCounts>
  /** Runs one SELECT over `events` and `raw_objects` (the portable subset of docs/sql.md). `?` takes from `params`, in order. Rejects with SQL_*. */
  query(sql: string, params?: readonly JsonValue[]): Promise<Record<string, JsonValue>[]>
  /**
   * Resolves once everything emitted so far is on disk (in the outbox, or in the embedded sink), synced; and where very many
   * events wait in the outbox (`maxWaiting`), once fewer do, or the sink fails. So whoever awaits it now and then emits no
   * faster than the sink takes. Rejects with EVENTS_STORE_*.
   */
  flush(): Promise<void>
}

/** The client of one attempt of a job. */
export interface JobEvents extends EventClient {
  /**
   * Resolves when everything that this run's step emitted, in this attempt and before, in this process and others, is in
   * the sink; with `allowOutbox`, when it is on disk. Rejects with EVENTS_REJECTED (rows that the sink refuses for good are
   * in the table `dead_letters`), EVENTS_UNDELIVERED (the sink did not take them within the patience; they stay in the
   * outbox), and with `signal.reason` when aborted.
   */
  settle(signal?: AbortSignal): Promise<void>
  /** Of this run's step so far, written or not. */
  counts(): EventCounts
}

/** A client that owns its hub. */
export interface OwnedEventClient extends JobEvents {
  /** Settles, and closes what was opened. Twice is fine. Rejects as `settle` does; it is closed all the same. */
  close(): Promise<void>
}

/** How many events were emitted, and where they are. */
export interface EventCounts {
  /** Those that were new. */
  emitted: number
  /** Those that were there already, by their id: emitted by an earlier attempt, or with the same key. */
  duplicates: number
  /** In the sink. */
  delivered: number
  /** In the outbox. */
  waiting: number
  /** In `dead_letters`. */
  rejected: number
  /** `emitted` by type. */
  byType: Record<string, number>
}

/** Who emits. */
export interface ClientOptions {
  /** Default: a new id, so that what is emitted without an idempotency key is new each time. */
  runId?: string
  /** Default: empty. */
  step?: string
  /** What belongs together, for events that do not say. Default: `runId`, where given. */
  correlationId?: string
  /** Ends waiting in `upsert` and `query`. */
  signal?: AbortSignal
  /** Names the secret that a text holds, if it does; such an event is refused with EVENT_SECRET. */
  findSecret?: (text: string) => string | undefined
}

/** What `flush` of a hub did; other processes may have delivered as well. */
export interface Delivery {
  delivered: number
  /** Moved to `dead_letters`. */
  rejected: number
  /** Still in the outbox, for this sink. */
  waiting: number
}

/** How many events wait for another sink. */
export interface WaitingElsewhere {
  sink: string
  waiting: number
}

/** An event that the sink refused for good. */
export interface DeadLetter extends EventRow {
  reason: string
  /** RFC 3339, UTC, milliseconds. */
  rejected_at: string
}

/** One per process and invocation: the local database, the sink, the outbox and its deliverer. */
export interface EventHub {
  /** The sink's name. */
  readonly sink: string
  /** The client of one attempt of a job. */
  client(options?: ClientOptions): JobEvents
  /** Of all steps of a run, whichever process they ran in; without `runId`, of all runs. Kept as events are written: quick. */
  counts(runId?: string): EventCounts
  /** Of a dry run: the first three events of each type. */
  samples(): EventRow[]
  /** As EventClient.query. */
  query(sql: string, params?: readonly JsonValue[], signal?: AbortSignal): Promise<Record<string, JsonValue>[]>
  /**
   * Delivers what waits in the outbox for this sink, from whichever run and process. Rejects with EVENTS_UNDELIVERED as
   * `settle` does, and with `signal.reason` when aborted.
   */
  flush(signal?: AbortSignal): Promise<Delivery>
  /** What waits in the outbox for sinks that this one has taken the place of, by their names: `flush` leaves it there. */
  waitingElsewhere(): WaitingElsewhere[]
  /** What this sink refused for good, the latest first. `limit`: default 100. */
  deadLetters(limit?: number): DeadLetter[]
  /** Puts what this sink refused for good back into the outbox; returns how many. */
  revive(): number
  /**
   * The newest events, the newest first; `select` is what is asked of each. Those of the same millisecond come in the order of
   * the sink, where it keeps one. Rejects as `query` does.
   */
  newest(select: string, filter: EventFilter, limit: number): Promise<Record<string, JsonValue>[]>
  /** Follows the events that come into the sink from now on. Throws, or rejects, as `query` does. */
  follow(filter?: EventFilter): EventFollower
  /** Makes what the sink needs, or with `dryRun` nothing; returns the statements. */
  setup(options: { dryRun: boolean }): Promise<string[]>
  /** Writes what is in memory, ends what is under way and closes. What was not delivered stays in the outbox. */
  close(): Promise<void>
}
