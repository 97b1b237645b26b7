import { describe, expect, it } from 'vitest'
import { EventError } from '../errors.ts'
import { draftEvent, draftRawObject, keyOf } from './event-row.ts'
import type { EventInput, RawObjectInput } from '../event.ts'

const draft = (input: unknown, largest = 1000) => draftEvent(input as EventInput, undefined, () => 0, largest)
const event = (more: object) => ({ type: 't', source: 's', payload: {}, ...more })

const thrown = (run: () => unknown): EventError => {
  try {
    run()
  } catch (error) {
    if (error instanceof EventError) return error
    throw error
  }
  throw new Error('it was taken')
}

it.each<[string, unknown, string]>([
  ['no object', 'text', 'The event is a string, not an object.'],
  ['null', null, 'The event is null, not an object.'],
  ['a field that is written wrong', event({ idempotency_key: 'k' }), 'The event has a field `idempotency_key`, which none has.'],
  ['a field of another name before the one that is missing', { event_type: 't', source: 's', payload: 1 }, 'The event has a field `event_type`, which none has.'],
  ['no type', { source: 's', payload: 1 }, '`type` of the event is undefined, not a text.'],
  ['an empty type', event({ type: '' }), '`type` of the event is empty.'],
  ['an empty source', event({ source: '' }), '`source` of the event is empty.'],
  ['a list as source', event({ source: ['s'] }), '`source` of the event is a list, not a text.'],
  ['a source with a space', event({ source: 'my source' }), '`source` ("my source") is not a URI reference.'],
  ['a source that is not encoded', event({ source: 'bücher/1' }), '`source` ("bücher/1") is not a URI reference.'],
  ['a schema with a bad escape', event({ schemaRef: 'a%2' }), '`schemaRef` ("a%2") is not a URI reference.'],
  ['a control character', event({ type: 'a\nb' }), '`type` ("a\\nb") holds a character that CloudEvents do not allow.'],
  ['half of a pair', event({ subjectId: '\ud83d' }), '`subjectId` ("\\ud83d") holds a character that CloudEvents do not allow.'],
  ['an endless type', event({ type: 'x'.repeat(1025) }), '`type` has 1025 characters; at most 1024 are taken.'],
  ['an empty correlation', event({ correlationId: '' }), '`correlationId` is empty.'],
  ['null for a subject', event({ subjectId: null }), '`subjectId` is null, not a text.'],
  ['a payload that is none', event({ payload: { at: new Date(0) } }), 'The payload of the event is not JSON: $.at is a Date.'],
  ['no payload', { type: 't', source: 's' }, 'The payload of the event is not JSON: $ is undefined.'],
  ['a time that is none', event({ time: 'yesterday' }), '`time` of the event is "yesterday", not a time of the years 0001 to 9999.'],
  ['30 February', event({ time: '2026-02-30T00:00:00Z' }), '`time` of the event is "2026-02-30T00:00:00Z", not a time of the years 0001 to 9999.'],
  ['an invalid Date', event({ time: new Date('x') }), '`time` of the event is not a valid Date, not a time of the years 0001 to 9999.'],
  ['the year 10000', event({ time: new Date('+010000-01-01T00:00:00Z') }), '`time` of the event is not a valid Date, not a time of the years 0001 to 9999.'],
  ['a number as time', event({ time: 5 }), '`time` of the event is a number, not a time of the years 0001 to 9999.'],
])('refuses %s', (_name, input, message) => {
  expect(thrown(() => draft(input))).toMatchObject({ code: 'EVENT_INVALID', message })
})

it('takes a field that it does not know, but that holds nothing', () => {
  expect(draft(event({ note: undefined }))).toEqual(draft(event({})))
})

it('refuses a key that is none', () => {
  expect(thrown(() => keyOf({ idempotencyKey: '' } as EventInput))).toMatchObject({ code: 'EVENT_INVALID' })
  expect(keyOf({} as EventInput)).toBeUndefined()
})

describe('the size of a payload', () => {
  it('counts in bytes of UTF-8', () => {
    expect(draft(event({ payload: 'ä'.repeat(499) })).payload).toHaveLength(501)
    expect(thrown(() => draft(event({ payload: 'ä'.repeat(500) })))).toMatchObject({
      code: 'EVENT_TOO_LARGE',
      message: 'The payload of the event has 1002 bytes; at most 1000 are taken.',
      details: { bytes: 1002, largest: 1000 },
    })
  })
})

it('writes times as UTC with milliseconds, from dates, offsets and the clock', () => {
  expect(draft(event({ time: new Date(5) })).created_at).toBe('1970-01-01T00:00:00.005Z')
  expect(draft(event({ time: '2026-01-31t13:00:00.1239+01:00' })).created_at).toBe('2026-01-31T12:00:00.123Z')
  expect(draft(event({ time: '0001-01-01T00:00:00Z' })).created_at).toBe('0001-01-01T00:00:00.000Z')
  expect(draft(event({})).created_at).toBe('1970-01-01T00:00:00.000Z')
})

it('forgets texts that it knows when they are too many, and takes them all the same', () => {
  for (let n = 0; n < 600; n += 1) {
    const drafted = draft(event({ type: `t${n % 300}`, source: `s${n}` }))
    expect(drafted).toMatchObject({ event_type: `t${n % 300}`, source: `s${n}` })
  }
})

it.each<[string, unknown, string]>([
  ['no object', 1, 'The raw object is a number, not an object.'],
  ['a list as payload', { type: 't', source: 's', payload: [] }, '`payload` of the raw object is a list, not an object.'],
  ['a field that is written wrong', { type: 't', source: 's', payload: {}, objectId: '1' }, 'The raw object has a field `objectId`, which none has.'],
  ['an empty id', { type: 't', source: 's', payload: {}, id: '' }, '`id` of the raw object is empty.'],
  ['a source with a space', { type: 't', source: 'a b', payload: {} }, '`source` ("a b") is not a URI reference.'],
])('refuses a raw object: %s', (_name, input, message) => {
  expect(thrown(() => draftRawObject(input as RawObjectInput, undefined, 1000))).toMatchObject({ code: 'EVENT_INVALID', message })
})
