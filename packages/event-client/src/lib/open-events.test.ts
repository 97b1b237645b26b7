import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventHub } from './event-client.ts'
import { createEventClient, openEvents } from './open-events.ts'

let dir: string
const hubs: EventHub[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-events-'))
})

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close()
  rmSync(dir, { recursive: true })
})

const opened = async (options: Parameters<typeof openEvents>[0] = {}): Promise<EventHub> => {
  const hub = await openEvents({ dir, clock: { now: () => 0 }, ...options })
  hubs.push(hub)
  return hub
}

const mail = { type: 'email.received', source: 'ingester/gmail', payload: { subject: 'Hi', from: 'ana' } }

describe('emit', () => {
  it('writes a row with every column', async () => {
    const client = (await opened()).client({ runId: 'r', step: 's' })
    const id = client.emit({ ...mail, schemaRef: 'email/v1', subjectId: 'm1', correlationId: 'c', time: '2026-01-31T13:00:00+01:00' })
    expect(await client.query('SELECT * FROM events')).toEqual([
      {
        event_id: id,
        event_type: 'email.received',
        source: 'ingester/gmail',
        schema_ref: 'email/v1',
        created_at: '2026-01-31T12:00:00.000Z',
        correlation_id: 'c',
        subject_id: 'm1',
        payload: { from: 'ana', subject: 'Hi' },
      },
    ])
  })

  it('takes the run as what belongs together, and the time from the clock', async () => {
    const client = (await opened()).client({ runId: 'r' })
    client.emit(mail)
    expect(await client.query('SELECT correlation_id, subject_id, schema_ref, created_at FROM events')).toEqual([
      { correlation_id: 'r', subject_id: null, schema_ref: null, created_at: '1970-01-01T00:00:00.000Z' },
    ])
  })

  it('shows the newest first, those of one millisecond in the order in which they came, with what nobody has flushed', async () => {
    const hub = await opened()
    const client = hub.client()
    const newest = (limit: number) => hub.newest('payload', { where: 'event_type = ?', params: ['t'] }, limit)
    expect(await newest(2)).toEqual([])
    for (const payload of [1, 2, 3]) client.emit({ type: 't', source: 's', payload })
    expect(await newest(2)).toEqual([{ payload: 3 }, { payload: 2 }])
    client.emit({ type: 't', source: 's', payload: 4 })
    client.emit({ type: 'other', source: 's', payload: 5 })
    client.emit({ type: 't', source: 's', payload: 0, time: '1960-01-01' })
    expect(await newest(9)).toEqual([4, 3, 2, 1, 0].map((payload) => ({ payload })))
  })

  it('gives the same events of a retried attempt the same ids, and equal events of one attempt different ones', async () => {
    const hub = await opened()
    const first = hub.client({ runId: 'r', step: 's' })
    const ids = [first.emit(mail), first.emit(mail), first.emit({ ...mail, idempotencyKey: 'k' })]
    expect(new Set(ids).size).toBe(3)
    const again = hub.client({ runId: 'r', step: 's' })
    expect([again.emit(mail), again.emit(mail)]).toEqual(ids.slice(0, 2))
    const other = hub.client({ runId: 'r', step: 't' })
    expect(other.emit({ ...mail, idempotencyKey: 'k' })).toBe(ids[2])
    expect(ids).not.toContain(other.emit(mail))
    expect(await hub.query('SELECT count(*) AS n FROM events')).toEqual([{ n: 4 }])
    expect(again.counts()).toEqual({ emitted: 3, duplicates: 2, delivered: 3, waiting: 0, rejected: 0, byType: { [mail.type]: 3 } })
    expect(hub.counts('r')).toMatchObject({ emitted: 4, duplicates: 3 })
    hub.client({ runId: 'other' }).emit(mail)
    expect(hub.counts('r').emitted).toBe(4)
    expect(hub.counts()).toMatchObject({ emitted: 5, duplicates: 3, delivered: 5, byType: { [mail.type]: 5 } })
  })
})

it('inserts, updates and leaves raw objects', async () => {
  const client = (await opened()).client({ runId: 'r' })
  const object = (id: string, rev: number) => ({ type: 'email', source: 'gmail', id, payload: { rev } })
  expect(await client.upsert([object('1', 1), object('2', 1)])).toEqual({ inserted: 2, updated: 0, unchanged: 0 })
  expect(await client.upsert([object('1', 1), object('2', 2), object('3', 1)])).toEqual({ inserted: 1, updated: 1, unchanged: 1 })
  expect(await client.query('SELECT idem_key, payload FROM raw_objects ORDER BY 1')).toEqual([
    { idem_key: 'gmail:email:1', payload: { rev: 1 } },
    { idem_key: 'gmail:email:2', payload: { rev: 2 } },
    { idem_key: 'gmail:email:3', payload: { rev: 1 } },
  ])
})

it('touches no file until something is emitted', async () => {
  const hub = await opened({ dir: join(dir, '.lorc') })
  expect(hub.counts('r').emitted).toBe(0)
  expect(await hub.query('SELECT * FROM events')).toEqual([])
  expect(existsSync(join(dir, '.lorc'))).toBe(false)
  const client = hub.client()
  client.emit(mail)
  await client.settle()
  expect(existsSync(join(dir, '.lorc', 'events.db'))).toBe(true)
})

it('keeps a smoke namespace in a place of its own', async () => {
  const hub = await opened({ namespace: 'pr_12' })
  hub.client().emit(mail)
  expect(await hub.query('SELECT count(*) AS n FROM events')).toEqual([{ n: 1 }])
  expect(existsSync(join(dir, 'smoke_pr_12.db'))).toBe(true)
  expect(existsSync(join(dir, 'events.db'))).toBe(false)
  await expect(openEvents({ dir, namespace: '../x' })).rejects.toMatchObject({ code: 'EVENTS_OPTION_INVALID' })
})

it('is a client for any program', async () => {
  const client = await createEventClient({ sink: 'memory' })
  client.emit(mail)
  expect(await client.query('SELECT count(*) AS n FROM events')).toEqual([{ n: 1 }])
  await client.close()
  expect(() => client.counts()).toThrow(expect.objectContaining({ code: 'EVENTS_CLOSED' }))
})

it.each([{}, { sink: 'ndjson' }, { sink: 'memory' }] as const)('takes no event that nobody would write any more: %o', async (options) => {
  const client = await createEventClient({ dir, ...options })
  client.emit(mail)
  await client.close()
  await client.close()
  const closed = { code: 'EVENTS_CLOSED' }
  expect(() => client.emit(mail)).toThrow(expect.objectContaining(closed))
  const uses = [() => client.upsert({ source: 's', type: 'k', id: '1', payload: {} }), () => client.query('SELECT 1'), () => client.flush(), () => client.settle()]
  for (const use of uses) await expect(use()).rejects.toMatchObject(closed)
})

it.each<[unknown, string]>([
  [null, 'The options of events are an object.'],
  [{ dri: 'data' }, 'Events have no option `dri`.'],
  [{ dir: 3 }, '`dir` of the events is of type string, not number.'],
  [{ sink: null }, '`sink` of the events is of type string or object, not null.'],
  [{ sink: { name: 'mine', limits: { rows: 1, bytes: 1 }, write: () => {} } }, '`sink.close` of the events is a function, not undefined.'],
  [{ random: 3 }, '`random` of the events is of type function, not number.'],
])('is refused options that are none: %o', async (options, message) => {
  for (const open of [openEvents, createEventClient]) await expect(open(options as object)).rejects.toMatchObject({ code: 'EVENTS_OPTION_INVALID', message })
  await expect(openEvents({ runId: 'r' } as object)).rejects.toMatchObject({ message: 'Events have no option `runId`.' })
})
