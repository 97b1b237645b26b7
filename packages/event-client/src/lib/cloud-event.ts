import type { EventRow } from './event.ts'

/** Content types of the HTTP protocol binding: one event in structured mode, and several. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8'
export const CLOUD_EVENT_BATCH_TYPE = 'application/cloudevents-batch+json; charset=utf-8'

/** A message in binary mode: attributes are headers, the payload is the body. */
export interface BinaryCloudEvent {
  headers: Record<string, string>
  body: string
}

/** An event in structured mode (CloudEvents 1.0, JSON format): JSON text of one object. */
export function structuredCloudEvent(row: EventRow): string {
  return `${JSON.stringify(attributesOf(row)).slice(0, -1)},"datacontenttype":"application/json","data":${row.payload}}`
}

/** Events in batched mode: JSON text of a list. */
export function batchedCloudEvents(rows: readonly EventRow[]): string {
  return `[${rows.map(structuredCloudEvent).join(',')}]`
}

/** An event in binary mode (HTTP protocol binding, 3.1). */
export function binaryCloudEvent(row: EventRow): BinaryCloudEvent {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(attributesOf(row))) headers[`ce-${name}`] = headerValue(value)
  return { headers, body: row.payload }
}

/**
 * The context attributes. `dataschema` has to be a URI: a reference that is none goes into the extension `schemaref`.
 * `correlationid` is an extension as well.
 */
function attributesOf(row: EventRow): Record<string, string> {
  const { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id } = row
  const attributes: Record<string, string> = { specversion: '1.0', id: event_id, source, type: event_type, time: created_at }
  if (schema_ref !== null) attributes[isUri(schema_ref) ? 'dataschema' : 'schemaref'] = schema_ref
  if (subject_id !== null) attributes['subject'] = subject_id
  if (correlation_id !== null) attributes['correlationid'] = correlation_id
  return attributes
}

function isUri(text: string): boolean {
  return /^[A-Za-z][A-Za-z\d+.-]*:/.test(text) && URL.canParse(text)
}

/** Percent-encoded where a header may not hold it (3.1.3.2). */
function headerValue(text: string): string {
  return text.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) => encodeURIComponent(character).replace(/^"$/, '%22'))
}
