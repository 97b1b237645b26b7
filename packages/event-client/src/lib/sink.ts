import type { EventRow, RawObjectRow, UpsertCounts } from './event.ts'
import type { JsonValue } from './json.ts'

/** A row that a sink did not take. */
export interface RejectedRow {
  /** In the batch. */
  index: number
  /** `retry`: the same row may be taken later; `poison`: never. */
  verdict: 'retry' | 'poison'
  reason: string
}

/**
 * What became of a batch: every row that `rejected` does not name is in the sink. `retryAfterMs` is what the sink asks
 * to wait before it is sent anything again.
 */
export interface BatchOutcome {
  rejected: readonly RejectedRow[]
  retryAfterMs?: number
}

/**
 * Where events are delivered to from the outbox: ndjson, stdout, http, bigquery, or one of your own. (With `sqlite` and
 * `memory` the local database is where they stay.) All behave as the conformance suite says.
 */
export interface EventSink {
  /**
   * E.g. `bigquery my-project.events`: for messages, and which sink this is: an event that was delivered to a sink of this
   * name is not delivered to it again. Holds no secret.
   */
  readonly name: string
  /** The largest batch that `write` takes: rows, and bytes of their columns together. */
  readonly limits: { readonly rows: number; readonly bytes: number }
  /** How many calls of `write` may be under way at once. Default 1. */
  readonly concurrency?: number
  /**
   * Writes rows; the same row may come again, with the same `event_id`, where an answer was lost. Rejects only for what
   * concerns the whole batch: with EventError EVENTS_BATCH_REFUSED where the batch is too large, or something in it is
   * wrong and the sink does not say what (it is sent again in halves, until the row at fault stands alone and is poison);
   * else with EVENTS_SINK_FAILED, `transient` where a later attempt may succeed. Anything else thrown counts as transient.
   */
  write(rows: readonly EventRow[], signal: AbortSignal): Promise<BatchOutcome>
  /**
   * Inserts or updates raw objects; no two have the same key. With `dryRun` it only counts what would become of them. A
   * sink without it has its raw objects in the local database.
   */
  upsert?(rows: readonly RawObjectRow[], options: { dryRun: boolean; signal: AbortSignal }): Promise<UpsertCounts>
  /** A sink without it is queried in the local database. `sql` has passed the check of the portable subset. */
  query?(sql: string, params: readonly JsonValue[], signal: AbortSignal): Promise<Record<string, JsonValue>[]>
  /** Makes what the sink needs (datasets, tables, views), or with `dryRun` nothing; returns the statements. */
  setup?(options: { dryRun: boolean }): Promise<string[]>
  close(): Promise<void>
}
