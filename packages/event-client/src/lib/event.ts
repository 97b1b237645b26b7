import type { JsonObject, JsonValue } from './json.ts'

/** What a job says of something that happened. */
export interface EventInput<Payload = JsonValue> {
  /** What happened, e.g. `email.received`. Not empty. */
  type: string
  /** Where, e.g. `ingester/gmail/acct1-personal`: a URI reference. Not empty. */
  source: string
  payload: Payload
  /** Names the schema of the payload, e.g. `email.received/v1`: a URI reference. */
  schemaRef?: string
  /** What belongs together. Default: the run's id. */
  correlationId?: string
  /** What it is about. */
  subjectId?: string
  /** The same key twice is one event, however often and from whichever run it is emitted. */
  idempotencyKey?: string
  /** When it happened. Default: now. */
  time?: Date | string
}

/** A row of table `events`: the same columns in every sink. */
export interface EventRow {
  event_id: string
  event_type: string
  source: string
  schema_ref: string | null
  /** RFC 3339, UTC, milliseconds: `2026-01-31T12:00:00.000Z`. */
  created_at: string
  correlation_id: string | null
  subject_id: string | null
  /** JSON text. */
  payload: string
}

/** What a job found in another system: kept once per `idem_key`, at its newest. */
export interface RawObjectInput<Payload = JsonObject> {
  type: string
  source: string
  payload: Payload
  /** What the other system calls it. Default: the first 16 hex digits of the SHA-256 of the payload's canonical JSON. */
  id?: string
  correlationId?: string
}

/** A row of table `raw_objects`. */
export interface RawObjectRow {
  /** `{source}:{type}:{id}`. */
  idem_key: string
  source: string
  object_type: string
  object_id: string
  /** Canonical JSON text (RFC 8785). */
  payload: string
  correlation_id: string | null
  /** When it was first upserted; never changes. RFC 3339, UTC, milliseconds. */
  first_seen: string
  /** When it was upserted last, changed or not. */
  last_seen: string
  /** When its payload changed last: what a later job reads on from. */
  changed_at: string
}

export interface UpsertCounts {
  inserted: number
  updated: number
  unchanged: number
}
