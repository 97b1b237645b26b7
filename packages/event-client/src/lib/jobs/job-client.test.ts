import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Hub } from '../event-hub.ts'
import { LocalPlace } from '../local/local-place.ts'
import { openEvents } from '../open-events.ts'
import { ScriptedSink } from '../scripted-sink.fixture.ts'

let dir: string
let place: LocalPlace
let hub: Hub

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-client-'))
  place = new LocalPlace(join(dir, 'events.db'))
  hub = new Hub(place, undefined, {})
})

afterEach(async () => {
  await hub.close().catch(() => undefined)
  rmSync(dir, { recursive: true })
})

const event = (n: number) => ({ type: 't', source: 's', payload: { n } })

/** What is on disk, whatever is in memory. */
const written = (): number => {
  const db = new DatabaseSync(join(dir, 'events.db'))
  const { count } = db.prepare('SELECT count(*) AS count FROM events').get() as { count: number }
  db.close()
  return count
}

describe('the buffer', () => {
  it('is written when it holds many rows', () => {
    place.database()
    const client = hub.client()
    for (let n = 0; n < 8000; n += 1) client.emit(event(n))
    expect(written()).toBe(0)
    client.emit(event(8000))
    expect(written()).toBe(8000)
  })

  it('is written when it holds many bytes', () => {
    const client = hub.client()
    for (let n = 0; n < 6; n += 1) client.emit({ ...event(n), payload: String(n).repeat(1 << 20) })
    expect(written()).toBe(4)
  })

  it('is written when it is old', () => {
    vi.useFakeTimers()
    place.database()
    hub.client().emit(event(1))
    vi.advanceTimersByTime(199)
    expect(written()).toBe(0)
    vi.advanceTimersByTime(1)
    expect(written()).toBe(1)
    vi.useRealTimers()
  })

  it('is written when the job, or anybody, looks, and when all is closed', async () => {
    const client = hub.client({ runId: 'r' })
    const looks = [() => client.query('SELECT 1'), () => client.counts(), () => hub.counts(), () => hub.query('SELECT 1'), () => client.flush(), () => hub.flush()]
    for (const [n, look] of looks.entries()) {
      client.emit(event(n))
      await look()
      expect(written()).toBe(n + 1)
    }
    client.emit(event(100))
    await hub.close()
    expect(written()).toBe(looks.length + 1)
  })
})

describe('a disk that is full', () => {
  it('stops emit, which has emitted nothing then, and what was emitted before is not lost', async () => {
    const { db } = place.database()
    const client = hub.client({ runId: 'r' })
    for (let n = 0; n < 8000; n += 1) client.emit(event(n))
    const { page_count } = db.prepare('PRAGMA page_count').get() as { page_count: number }
    db.exec(`PRAGMA max_page_count = ${page_count}`)
    const full = expect.objectContaining({ code: 'EVENTS_STORE_FULL' })
    for (const _ of [1, 2]) expect(() => client.emit(event(8000))).toThrow(full)
    await expect(client.flush()).rejects.toEqual(full)
    await expect(client.settle()).rejects.toEqual(full)
    expect(written()).toBe(0)
    db.exec('PRAGMA max_page_count = 1000000')
    client.emit(event(8000))
    await client.settle()
    expect(written()).toBe(8001)
    expect(client.counts()).toMatchObject({ emitted: 8001, duplicates: 0 })
  })

  it('is told when the buffer could not be written as it grew old', () => {
    vi.useFakeTimers()
    const { db } = place.database()
    const { page_count } = db.prepare('PRAGMA page_count').get() as { page_count: number }
    db.exec(`PRAGMA max_page_count = ${page_count}`)
    const client = hub.client()
    client.emit({ ...event(1), payload: 'x'.repeat(100_000) })
    vi.advanceTimersByTime(10_000)
    vi.useRealTimers()
    expect(() => client.counts()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_FULL' }))
    db.exec('PRAGMA max_page_count = 1000000')
  })
})

it('refuses what holds a secret, wherever it is', async () => {
  const client = hub.client({ findSecret: (text) => (text.includes('hunter2') ? 'API_KEY' : undefined) })
  const refused = expect.objectContaining({ code: 'EVENT_SECRET', message: expect.stringContaining('API_KEY') as string })
  for (const more of [{ payload: { deep: ['my hunter2!'] } }, { subjectId: 'hunter2' }, { idempotencyKey: 'hunter2' }]) {
    expect(() => client.emit({ ...event(1), ...more })).toThrow(refused)
  }
  await expect(client.upsert({ type: 't', source: 's', payload: { hunter2: 1 } })).rejects.toEqual(refused)
  client.emit(event(1))
  expect(client.counts().emitted).toBe(1)
})

it('gives events of no run ids of their own each time', async () => {
  expect(hub.client().emit(event(1))).not.toBe(hub.client().emit(event(1)))
})

it('has at most what was said in a payload', async () => {
  const small = await openEvents({ dir, maxPayloadBytes: 10 })
  expect(() => small.client().emit({ ...event(1), payload: 'x'.repeat(9) })).toThrow(expect.objectContaining({ code: 'EVENT_TOO_LARGE' }))
  small.client().emit({ ...event(1), payload: 'x'.repeat(8) })
  await small.close()
})

it('does not ask for events that are in a sink which cannot be asked', async () => {
  const remote = await openEvents({ dir, sink: new ScriptedSink() })
  const client = remote.client()
  await client.upsert({ type: 'o', source: 's', payload: { a: 1 } })
  await expect(client.query('SELECT * FROM events')).rejects.toMatchObject({
    code: 'EVENTS_ELSEWHERE',
    message: 'The events are in scripted, which cannot be asked.',
  })
  expect(await client.query('SELECT object_type FROM raw_objects')).toEqual([{ object_type: 'o' }])
  await remote.close()
})

it('hands queries, raw objects and the setup to a sink that does that', async () => {
  const calls: unknown[] = []
  const sink = Object.assign(new ScriptedSink(), {
    query: async (...args: unknown[]) => (calls.push(args), [{ n: 1 }]),
    upsert: async (...args: unknown[]) => (calls.push(args), { inserted: 7, updated: 0, unchanged: 0 }),
    setup: async (options: unknown) => (calls.push(options), ['CREATE TABLE']),
  })
  const { signal } = new AbortController()
  const remote = await openEvents({ dir, sink })
  const client = remote.client({ signal })
  expect(await client.query('SELECT ?', [1])).toEqual([{ n: 1 }])
  expect(await client.upsert({ type: 'o', source: 's', id: '1', payload: {} })).toMatchObject({ inserted: 7 })
  expect(await remote.setup({ dryRun: true })).toEqual(['CREATE TABLE'])
  expect(calls).toEqual([
    ['SELECT ?', [1], signal],
    [[expect.objectContaining({ idem_key: 's:o:1' })], { dryRun: false, signal }],
    { dryRun: true },
  ])
  await remote.close()
})

it('shows the tables that the local database has, and makes them when asked', async () => {
  const statements = await hub.setup({ dryRun: true })
  expect(statements[0]).toMatch(/^CREATE TABLE events \(/)
  expect(statements.some((one) => one.startsWith('CREATE TABLE raw_objects'))).toBe(true)
  expect(place.opened()).toBeUndefined()
  await hub.setup({ dryRun: false })
  expect(place.opened()).toBeDefined()
})
