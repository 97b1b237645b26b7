import { canonicalJson } from './canonical-json.ts'
import { EventError } from '../errors.ts'
import { isoMs } from '../instant.ts'
import type { EventInput, EventRow, RawObjectInput } from '../event.ts'

/** Bytes of a payload, unless told otherwise: what is escaped as a JSON text in JSON still fits a request to BigQuery. */
export const LARGEST_PAYLOAD = 4 * 1024 * 1024

/** Characters of a name, a reference or a key. */
const LONGEST_TEXT = 1024

/** What an event says, checked, without its id. */
export type EventDraft = Omit<EventRow, 'event_id'>

/** Checks an event. Throws EVENT_INVALID, EVENT_TOO_LARGE. */
export function draftEvent(input: EventInput, correlationId: string | undefined, now: () => number, largest: number): EventDraft {
  if (typeof input !== 'object' || input === null) throw invalid('The event', `is ${nameOf(input)}, not an object`)
  refuseUnknown(input, EVENT_FIELDS, 'event')
  return {
    event_type: known(types, input.type, checkType),
    source: known(references, input.source, checkSource),
    schema_ref: input.schemaRef === undefined ? null : known(references, input.schemaRef, checkSchema),
    created_at: timeOf(input.time, now),
    correlation_id: optionalText(input.correlationId, 'correlationId') ?? correlationId ?? null,
    subject_id: optionalText(input.subjectId, 'subjectId'),
    payload: payloadOf(input.payload, 'event', largest),
  }
}

/** An explicit key, checked. */
export function keyOf({ idempotencyKey }: EventInput): string | undefined {
  return idempotencyKey === undefined ? undefined : requiredText(idempotencyKey, 'idempotencyKey', 'event')
}

/** What a raw object says, checked. */
export interface RawObjectDraft {
  type: string
  source: string
  id: string | undefined
  correlationId: string | null
  /** Canonical JSON. */
  payload: string
}

/** Checks a raw object. Throws EVENT_INVALID, EVENT_TOO_LARGE. */
export function draftRawObject(input: RawObjectInput, correlationId: string | undefined, largest: number): RawObjectDraft {
  if (typeof input !== 'object' || input === null) throw invalid('The raw object', `is ${nameOf(input)}, not an object`)
  refuseUnknown(input, RAW_OBJECT_FIELDS, 'raw object')
  const { payload } = input
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    throw invalid('`payload` of the raw object', `is ${nameOf(payload)}, not an object`)
  }
  return {
    type: requiredText(input.type, 'type', 'raw object'),
    source: reference(requiredText(input.source, 'source', 'raw object'), 'source'),
    id: input.id === undefined ? undefined : requiredText(input.id, 'id', 'raw object'),
    correlationId: optionalText(input.correlationId, 'correlationId') ?? correlationId ?? null,
    payload: payloadOf(payload, 'raw object', largest),
  }
}

const EVENT_FIELDS: ReadonlySet<string> = new Set<keyof EventInput>(['type', 'source', 'payload', 'schemaRef', 'correlationId', 'subjectId', 'idempotencyKey', 'time'])
const RAW_OBJECT_FIELDS: ReadonlySet<string> = new Set<keyof RawObjectInput>(['type', 'source', 'payload', 'id', 'correlationId'])

/** A field that is written wrong is one that is not given: without its `idempotencyKey` an event would be there twice. */
function refuseUnknown(input: object, fields: ReadonlySet<string>, subject: string): void {
  for (const name of Object.keys(input)) {
    if (fields.has(name) || (input as Record<string, unknown>)[name] === undefined) continue
    throw invalid(`The ${subject}`, `has a field \`${name}\`, which none has`, `Its fields are ${[...fields].join(', ')}; what else there is to say is in its payload.`)
  }
}

function payloadOf(value: unknown, subject: string, largest: number): string {
  const text = canonicalJson(value)
  if (typeof text !== 'string') {
    const { path, what, fix, cause } = text
    throw new EventError('EVENT_INVALID', `The payload of the ${subject} is not JSON: ${path} ${what}.`, {
      fix,
      details: { path },
      ...(cause !== undefined && { cause }),
    })
  }
  // A UTF-16 unit takes at most three bytes of UTF-8.
  if (text.length * 3 <= largest) return text
  const bytes = Buffer.byteLength(text)
  if (bytes <= largest) return text
  throw new EventError('EVENT_TOO_LARGE', `The payload of the ${subject} has ${bytes} bytes; at most ${largest} are taken.`, {
    fix: 'Emit an event for each part, or keep the data in a file and emit where it is.',
    details: { bytes, largest },
  })
}

function requiredText(value: unknown, field: string, subject: string): string {
  if (typeof value === 'string' && value !== '') return checked(value, field)
  throw invalid(`\`${field}\` of the ${subject}`, value === '' ? 'is empty' : `is ${nameOf(value)}, not a text`)
}

function optionalText(value: unknown, field: string): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && value !== '') return checked(value, field)
  throw invalid(`\`${field}\``, value === '' ? 'is empty' : `is ${nameOf(value)}, not a text`, 'Leave it out where there is none.')
}

/** What CloudEvents 1.0 lets no attribute hold (3.1, type String). */
const FORBIDDEN = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u

function checked(text: string, field: string): string {
  if (text.length > LONGEST_TEXT) throw invalid(`\`${field}\``, `has ${text.length} characters; at most ${LONGEST_TEXT} are taken`)
  if (FORBIDDEN.test(text)) {
    throw invalid(`\`${field}\``, `(${JSON.stringify(text)}) holds a character that CloudEvents do not allow`)
  }
  return text
}

/** The characters of a URI reference (RFC 3986, 2). */
const REFERENCE = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[\dA-Fa-f]{2})+$/

function reference(text: string, field: string): string {
  if (REFERENCE.test(text)) return text
  throw invalid(`\`${field}\``, `(${JSON.stringify(text)}) is not a URI reference`, 'Encode it: `encodeURI(text)`. E.g. `ingester/gmail/acct1`.')
}

const checkType = (value: unknown): string => requiredText(value, 'type', 'event')
const checkSource = (value: unknown): string => reference(requiredText(value, 'source', 'event'), 'source')
const checkSchema = (value: unknown): string => reference(optionalText(value, 'schemaRef')!, 'schemaRef')

/** Types and references come again and again, and may be made anew each time: each is checked once, and held once. */
function known(texts: Map<unknown, string>, value: unknown, check: (value: unknown) => string): string {
  const same = texts.get(value)
  if (same !== undefined) return same
  const text = check(value)
  if (texts.size === MOST_KNOWN) texts.clear()
  texts.set(text, text)
  return text
}

const types = new Map<unknown, string>()
const references = new Map<unknown, string>()
const MOST_KNOWN = 256

function timeOf(time: Date | string | undefined, now: () => number): string {
  if (time === undefined) return textOf(now())
  const date = typeof time === 'string' ? new Date(isoMs(time) ?? Number.NaN) : time
  if (date instanceof Date && date.getTime() >= EARLIEST && date.getTime() < LATEST) return date.toISOString()
  const shown = typeof time === 'string' ? JSON.stringify(time) : time instanceof Date ? 'not a valid Date' : nameOf(time)
  throw invalid('`time` of the event', `is ${shown}, not a time of the years 0001 to 9999`, 'Give a Date, or ISO 8601: 2026-01-31T12:00:00Z.')
}

const EARLIEST = Date.parse('0001-01-01T00:00:00Z')
const LATEST = Date.parse('9999-12-31T23:59:59.999Z') + 1
let last = Number.NaN
let lastText = ''

/** Many events fall into one millisecond. */
function textOf(ms: number): string {
  if (ms !== last) {
    lastText = new Date(ms).toISOString()
    last = ms
  }
  return lastText
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function invalid(subject: string, what: string, fix?: string): EventError {
  return new EventError('EVENT_INVALID', `${subject} ${what}.`, fix === undefined ? {} : { fix })
}
