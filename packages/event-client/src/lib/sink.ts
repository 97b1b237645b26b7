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

/** Where events go. Variants: sqlite, ndjson, memory, stdout, http, bigquery. All behave as the conformance suite says. */
export interface EventSink {
  /** E.g. `bigquery my-project.events`: for messages. Holds no secret. */
  readonly name: string
  /** The largest batch that `write` takes. */
  readonly limits: { readonly rows: number; readonly bytes: number }
  /**
   * `embedded`: rows are written to it as they are emitted, synchronously (`append`), and it ignores ids that it has.
   * `remote`: rows wait in the outbox and are delivered in batches (`write`).
   */
  readonly kind: 'embedded' | 'remote'
  /** Of an embedded sink: writes rows; they are durable once it returns. Throws EventError. */
  append?(rows: readonly EventRow[]): void
  /** Of a remote sink. Rejects only for what concerns the whole batch: EventError, with `transient` where a later attempt may succeed. */
  write?(rows: readonly EventRow[], signal: AbortSignal): Promise<BatchOutcome>
  /** A sink without it has its raw objects in the local database. */
  upsert?(rows: readonly RawObjectRow[], signal: AbortSignal): Promise<UpsertCounts>
  /** A sink without it is queried in the local database. `sql` has passed the check of the portable subset. */
  query?(sql: string, params: readonly JsonValue[], signal: AbortSignal): Promise<Record<string, JsonValue>[]>
  /** Makes what the sink needs (datasets, tables, views), or with `dryRun` nothing; returns the statements. */
  setup?(options: { dryRun: boolean }): Promise<string[]>
  close(): Promise<void>
}
