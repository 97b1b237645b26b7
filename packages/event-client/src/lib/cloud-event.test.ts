import { CloudEvent, HTTP, ValidationError, type CloudEventV1 } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchedCloudEvents, binaryCloudEvent, CLOUD_EVENT_BATCH_TYPE, CLOUD_EVENT_TYPE, structuredCloudEvent } from './cloud-event.ts'
import type { EventRow } from './event.ts'

const row: EventRow = {
  event_id: '0123456789abcdef0123456789abcdef',
  event_type: 'email.received',
  source: 'ingester/gmail/acct1',
  schema_ref: 'https://example.com/schemas/email/v1',
  created_at: '2026-01-31T12:00:00.000Z',
  correlation_id: 'run 1',
  subject_id: 'Grüße "50 %"',
  payload: '{"a":[1,null],"ä":"€😀"}',
}

/** As the SDK, our oracle, reads a message: it throws where something is not valid. */
const read = (headers: Record<string, string>, body: string): CloudEventV1<unknown> => {
  const event = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>
  event.validate()
  return event
}

const readers: Record<string, (one: EventRow) => CloudEventV1<unknown>> = {
  structured: (one) => read({ 'content-type': CLOUD_EVENT_TYPE }, structuredCloudEvent(one)),
  binary(one) {
    const { headers, body } = binaryCloudEvent(one)
    const decoded = Object.entries(headers).map(([name, value]) => [name, name === 'content-type' ? value : decodeURIComponent(value)])
    return read(Object.fromEntries(decoded) as Record<string, string>, body)
  },
}

describe.each(Object.entries(readers))('in %s mode', (_mode, readEvent) => {
  it('is a valid CloudEvent with everything that the row has', () => {
    expect(readEvent(row)).toMatchObject({
      specversion: '1.0',
      id: row.event_id,
      type: row.event_type,
      source: row.source,
      time: row.created_at,
      datacontenttype: 'application/json',
      dataschema: row.schema_ref,
      subject: row.subject_id,
      correlationid: row.correlation_id,
      data: JSON.parse(row.payload) as unknown,
    })
  })

  it('leaves out what the row has not, and has a schema that is not a URI in an extension', () => {
    const event = readEvent({ ...row, schema_ref: 'email/v1', subject_id: null, correlation_id: null })
    expect(event).toMatchObject({ schemaref: 'email/v1' })
    expect(event.subject).toBeUndefined()
    expect(event.dataschema).toBeUndefined()
    expect(event).not.toHaveProperty('correlationid')
  })

  it.each(['[]', '{}', '"text"'])('has the payload %s', (payload) => {
    expect(readEvent({ ...row, payload }).data).toEqual(JSON.parse(payload))
  })

  it('holds for any texts that an event may have', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((one) => !/[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]/u.test(one))
    fc.assert(
      fc.property(text, text, (event_type, subject_id) => {
        expect(readEvent({ ...row, event_type, subject_id })).toMatchObject({ type: event_type, subject: subject_id })
      }),
      { numRuns: 50 },
    )
  })
})

it.each(['null', 'true', '0'])('has the payload %s, of which the oracle makes something else', (payload) => {
  expect(JSON.parse(structuredCloudEvent({ ...row, payload }))).toMatchObject({ data: JSON.parse(payload) as unknown })
  expect(binaryCloudEvent({ ...row, payload }).body).toBe(payload)
})

it('has headers of ASCII alone in binary mode', () => {
  const { headers } = binaryCloudEvent(row)
  expect(headers['ce-subject']).toBe('Gr%C3%BC%C3%9Fe%20%2250%20%25%22')
  for (const value of Object.values(headers)) expect(value).toMatch(/^[\x20-\x7e]*$/)
})

it('is a list of valid events in batched mode', () => {
  expect(CLOUD_EVENT_BATCH_TYPE).toContain('application/cloudevents-batch+json')
  const events = JSON.parse(batchedCloudEvents([row, { ...row, event_id: 'f'.repeat(32) }])) as CloudEventV1<unknown>[]
  expect(events.map((event) => new CloudEvent(event, true).id)).toEqual([row.event_id, 'f'.repeat(32)])
  expect(batchedCloudEvents([])).toBe('[]')
})

it('has an oracle that refuses what is not a CloudEvent', () => {
  expect(() => readers['structured']!({ ...row, source: '' })).toThrow(ValidationError)
})
