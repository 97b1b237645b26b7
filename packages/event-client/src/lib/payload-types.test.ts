import { expect, it } from 'vitest'
import type { EventClient } from './event-client.ts'
import { openEvents } from './open-events.ts'

interface Mail {
  id: string
  tags: readonly string[]
  from?: { name: string | null }
}
const mail: Mail = { id: 'm-1', tags: ['new'], from: { name: null } }

it('takes payloads of interfaces, and events of several types in a list', async () => {
  const hub = await openEvents({ sink: 'memory' })
  const events: EventClient = hub.client()
  events.emit({ type: 'mail', source: 's', payload: mail })
  for (const event of [{ type: 'a', source: 's', payload: { a: 1 } }, { type: 'b', source: 's', payload: { b: [2] } }]) events.emit(event)
  await events.upsert([mail].map((payload) => ({ type: 'mail', source: 's', id: payload.id, payload })))
  expect(await events.query("SELECT payload FROM events WHERE event_type = 'mail'")).toEqual([{ payload: mail }])
  expect(await events.query('SELECT payload FROM raw_objects')).toEqual([{ payload: mail }])
  await hub.close()
})

it('tells of the field that is wrong, not of the payload that is right', async () => {
  const hub = await openEvents({ sink: 'memory' })
  const events: EventClient = hub.client()
  const emit = (): string =>
    events.emit({
      type: 'a',
      // @ts-expect-error: its name is wrong; the error stands at this line, and at no other.
      sorce: 's',
      payload: { n: 1 },
    })
  expect(emit).toThrow('The event has a field `sorce`')
  const upserted = events.upsert({
    type: 'a',
    // @ts-expect-error: as above.
    sorce: 's',
    payload: { n: 1 },
  })
  await expect(upserted).rejects.toThrow('`sorce`')
  await hub.close()
})

it('tells while it is written what is not JSON', async () => {
  const hub = await openEvents({ sink: 'memory' })
  const events: EventClient = hub.client()
  // @ts-expect-error: a Date is written as a text.
  expect(() => events.emit({ type: 'a', source: 's', payload: { at: new Date() } })).toThrow('$.at')
  // @ts-expect-error: nor is a Map.
  expect(() => events.emit({ type: 'a', source: 's', payload: new Map() })).toThrow('JSON')
  // @ts-expect-error: there is no such field.
  expect(() => events.emit({ type: 'a', source: 's', payload: mail, subject: 'x' })).toThrow('`subject`')
  // @ts-expect-error: it has to be an object.
  await expect(events.upsert({ type: 'a', source: 's', payload: 'text' })).rejects.toThrow('payload')
  await hub.close()
})
