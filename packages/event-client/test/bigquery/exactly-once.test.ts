import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEvents, type EventHub, type EventsOptions } from '../../src/index.ts'
import { ContractServer, type ContractServerOptions } from './contract-server.ts'
import type { Fault } from './faults.ts'

/** Of each wave. */
const COUNT = 700

let dir: string
let server: ContractServer
let settings: EventsOptions

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-faults-'))
})
afterEach(async () => {
  expect(server.contract.violations).toEqual([])
  expect(server.faults.done).toBe(true)
  await server.close()
  rmSync(dir, { recursive: true })
})

async function serve(options: ContractServerOptions = {}): Promise<void> {
  server = new ContractServer(options)
  const endpoint = await server.listen()
  settings = { dir, sink: 'bigquery', project: 'test-project', dataset: 'd', endpoint, batch: { rows: 100 }, patienceMs: 20_000, random: () => 0.999 }
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

const FAULTS: readonly (readonly [string, Fault, number])[] = [
  ['rows that are refused for now', { kind: 'partial', reason: 'backendError', rows: (place) => place % 3 === 0 }, 5],
  ['rows that are stopped for others', { kind: 'partial', reason: 'stopped', rows: () => true }, 3],
  ['429', { kind: 'status', status: 429, reason: 'rateLimitExceeded' }, 3],
  ['503 with Retry-After', { kind: 'status', status: 503, reason: 'backendError', retryAfter: '1' }, 1],
  ['500', { kind: 'status', status: 500, reason: 'internalError' }, 3],
  ['connections that are cut before anything was done', { kind: 'cut', when: 'before' }, 4],
  ['connections that are cut after the rows were taken', { kind: 'cut', when: 'after' }, 4],
  ['answers that come too late', { kind: 'slow', ms: 400 }, 2],
]

describe.each([false, true])('each event is in the view once (insertIds remembered: %s)', (dedupe) => {
  it.each(FAULTS)('before and after %s', { timeout: 60_000 }, async (_, fault, times) => {
    await serve({ dedupe })
    await using((hub) => hub.setup({ dryRun: false }))
    await wave('a')
    expect(await seen()).toEqual(once('a'))
    server.faults.plan('insertAll', fault, times)
    await wave('b', { requestMs: fault.kind === 'slow' ? 150 : 10_000 })
    expect(await seen()).toEqual(once('a', 'b'))
    await wave('b')
    await wave('c')
    expect(await seen()).toEqual(once('a', 'b', 'c'))
  })
})

it('cuts what is too large for a request, and keeps the row that is too large alone', { timeout: 60_000 }, async () => {
  await serve({ maxBytes: 20_000 })
  await using((hub) => hub.setup({ dryRun: false }))
  await wave('a')
  expect(await seen()).toEqual(once('a'))
  const told = await using(async (hub) => {
    const client = hub.client({ runId: 'b' })
    for (let n = 0; n < 50; n += 1) client.emit({ type: 't', source: 's', payload: n === 7 ? 'x'.repeat(30_000) : n })
    await expect(client.settle()).rejects.toMatchObject({ code: 'EVENTS_REJECTED', details: { rejected: 1, emitted: 50 } })
    return { counts: hub.counts('b'), dead: hub.deadLetters() }
  })
  expect(told.counts).toMatchObject({ emitted: 50, delivered: 49, rejected: 1, waiting: 0 })
  expect(told.dead).toMatchObject([{ event_type: 't', reason: expect.stringContaining('more than a request may have') }])
  expect(await seen()).toEqual([...once('a'), { run: 'b', n: 49, ids: 49 }])
})

it('keeps everything in the outbox while the table is missing, and delivers it afterwards', { timeout: 60_000 }, async () => {
  await serve()
  await expect(wave('a')).rejects.toMatchObject({ code: 'EVENTS_UNDELIVERED', message: expect.stringContaining('Not found') })
  await using((hub) => hub.setup({ dryRun: false }))
  expect(await using((hub) => hub.flush())).toEqual({ delivered: COUNT, rejected: 0, waiting: 0 })
  expect(await seen()).toEqual(once('a'))
})

it('follows what comes in, each event once, whenever it happened', { timeout: 60_000 }, async () => {
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
