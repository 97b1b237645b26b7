import type { EventInput, RawObjectInput, UpsertCounts } from './event.ts'
import type { JsonValue } from './json.ts'

/** What a job, or any program, emits events with. */
export interface EventClient {
  /**
   * Checks the event and puts it on its way; returns its id. Synchronous: memory is bounded because a full buffer is
   * written to disk before `emit` returns. It is durable once `flush` has resolved, which a job's end does by itself.
   * Throws EventError EVENT_INVALID, EVENT_TOO_LARGE; nothing is emitted then.
   */
  emit(event: EventInput): string
  /** Inserts or updates raw objects, one or many; resolves once the sink has them. Rejects with EventError. */
  upsert(objects: RawObjectInput | readonly RawObjectInput[]): Promise<UpsertCounts>
  /** Runs one SELECT over `events` and `raw_objects` (the portable subset of docs/events.md). `?` takes from `params`, in order. */
  query(sql: string, params?: readonly JsonValue[]): Promise<Record<string, JsonValue>[]>
  /** Resolves once everything emitted so far is on disk (in the outbox, or in an embedded sink). */
  flush(): Promise<void>
}
