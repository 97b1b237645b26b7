import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEvents, type EventHub, type EventsOptions } from '../../src/index.ts'
import type { ContractServerOptions } from './contract-server.ts'
import type { FaultProxy } from './fault-proxy.ts'
import type { Fault } from './faults.ts'
import { REAL } from './real-service.ts'
import { openService } from './service.ts'

/** Of each wave. */
const COUNT = 400
/** The real service takes seconds for what the contract server does at once, and minutes to find a new table. */
const PATIENCE = REAL === undefined ? { patienceMs: 20_000, requestMs: 10_000 } : { patienceMs: 600_000, requestMs: 60_000 }
const SLOW = REAL === undefined ? { ms: 400, requestMs: 150 } : { ms: 20_000, requestMs: 8000 }
const timeout = REAL === undefined ? 60_000 : 1_200_000

let dir: string
let proxy: FaultProxy
let settings: EventsOptions
const ends: (() => Promise<void>)[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-faults-'))
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
  rmSync(dir, { recursive: true })
})

async function serve(options: ContractServerOptions = {}): Promise<void> {
  const service = await openService((end) => ends.push(end), options)
  proxy = service.proxy
  settings = { ...service.settings, ...PATIENCE, dir, sink: 'bigquery', batch: { rows: 100 }, random: () => 0.999 }
}

async function using<T>(use: (hub: EventHub) => Promise<T>, options: EventsOptions = {}): Promise<T> {
  const hub = await openEvents({ ...settings, ...options })
  try {
    return await use(hub)
  } finally {
    await hub.close()
  }
}

/** Emits a wave of events as an attempt of a step does, and waits until they are in the sink. */
const wave = (runId: string, options?: EventsOptions): Promise<void> =>
  using(async (hub) => {
    const client = hub.client({ runId, step: 'load' })
    for (let n = 0; n < COUNT; n += 1) client.emit({ type: 'row.loaded', source: 'test', payload: { runId, n } })
    await client.settle()
  }, options)

/** Of each run: how many rows the view has, and how many different events. */
const seen = () => using((hub) => hub.query('SELECT correlation_id AS run, COUNT(*) AS n, COUNT(DISTINCT event_id) AS ids FROM events GROUP BY 1 ORDER BY 1'))
const once = (...runs: string[]) => runs.map((run) => ({ run, n: COUNT, ids: COUNT }))

/** What was taken is seen at once by the contract server, and in a moment by the real service. */
const expectSeen = (rows: readonly object[]): Promise<void> => expect.poll(seen, REAL === undefined ? {} : { timeout: 180_000, interval: 3000 }).toEqual(rows)

const FAULTS: readonly (readonly [string, Fault, number])[] = [
  ['rows that are refused for now', { kind: 'partial', reason: 'backendError', rows: (place) => place % 3 === 0 }, 5],
  ['rows that are stopped for others', { kind: 'partial', reason: 'stopped', rows: () => true }, 3],
  ['429', { kind: 'status', status: 429, reason: 'rateLimitExceeded' }, 3],
  ['503 with Retry-After', { kind: 'status', status: 503, reason: 'backendError', retryAfter: '1' }, 1],
  ['500', { kind: 'status', status: 500, reason: 'internalError' }, 3],
  ['connections that are cut before anything was done', { kind: 'cut', when: 'before' }, 2],
  ['connections that are cut after the rows were taken', { kind: 'cut', when: 'after' }, 2],
  ['answers that come too late', { kind: 'slow', ms: SLOW.ms }, 2],
]

describe.each(REAL === undefined ? [false, true] : [true])('each event is in the view once (insertIds remembered: %s)', (dedupe) => {
  it.each(FAULTS)('before and after %s', { timeout }, async (_, fault, times) => {
    await serve({ dedupe })
    await using((hub) => hub.setup({ dryRun: false }))
    await wave('a')
    await expectSeen(once('a'))
    proxy.faults.plan('insertAll', fault, times)
    await wave('b', { requestMs: fault.kind === 'slow' ? SLOW.requestMs : PATIENCE.requestMs })
    await expectSeen(once('a', 'b'))
    await wave('b')
    await wave('c')
    await expectSeen(once('a', 'b', 'c'))
  })
})

it('cuts what is too large for a request, and keeps the row that is too large alone', { timeout }, async () => {
  await serve()
  proxy.maxBytes = 20_000
  await using((hub) => hub.setup({ dryRun: false }))
  await wave('a')
  await expectSeen(once('a'))
  const told = await using(async (hub) => {
    const client = hub.client({ runId: 'b' })
    for (let n = 0; n < 50; n += 1) client.emit({ type: 't', source: 's', payload: n === 7 ? 'x'.repeat(30_000) : n })
    await expect(client.settle()).rejects.toMatchObject({ code: 'EVENTS_REJECTED', details: { rejected: 1, emitted: 50 } })
    return { counts: hub.counts('b'), dead: hub.deadLetters() }
  })
  expect(told.counts).toMatchObject({ emitted: 50, delivered: 49, rejected: 1, waiting: 0 })
  expect(told.dead).toMatchObject([{ event_type: 't', reason: expect.stringContaining('more than a request may have') }])
  await expectSeen([...once('a'), { run: 'b', n: 49, ids: 49 }])
})

it('keeps everything in the outbox while the table is missing, and delivers it afterwards', { timeout }, async () => {
  await serve()
  await expect(wave('a')).rejects.toMatchObject({ code: 'EVENTS_UNDELIVERED', message: expect.stringContaining('Not found') })
  await using((hub) => hub.setup({ dryRun: false }))
  expect(await using((hub) => hub.flush())).toEqual({ delivered: COUNT, rejected: 0, waiting: 0 })
  await expectSeen(once('a'))
})

it.skipIf(REAL !== undefined)('follows what comes in, each event once, whenever it happened', { timeout }, async () => {
  await serve()
  const now = Date.UTC(2026, 0, 31, 12)
  await using(async (hub) => {
    await hub.setup({ dryRun: false })
    const client = hub.client({ runId: 'r' })
    const emit = async (...minutes: number[]): Promise<void> => {
      for (const minute of minutes) client.emit({ type: 't', source: minute === 99 ? 'other' : 's', payload: minute, time: new Date(now - minute * 60_000) })
      await client.settle()
    }
    await emit(1)
    const follower = hub.follow({ where: 'source = ?', params: ['s'] })
    expect(await follower.next()).toEqual([])
    await emit(0, 5, 99)
    expect((await follower.next()).map(({ payload }) => payload)).toEqual([5, 0])
    expect(await follower.next()).toEqual([])
    await emit(-30)
    expect((await follower.next()).map(({ payload }) => payload)).toEqual([-30])
    await emit(-25)
    expect((await follower.next()).map(({ payload }) => payload)).toEqual([-25])
  }, { clock: { now: () => now } })
})
