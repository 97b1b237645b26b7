import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { EventError } from '../src/lib/errors.ts'
import { openEvents, type EventHub, type EventRow, type EventSink, type EventsOptions } from '../src/index.ts'

const MAX_WAITING = 500
const PAGE = 100
const LIMITS = { rows: 50, bytes: 1 << 20 }

let dir: string
let hub: EventHub | undefined

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-backpressure-'))
})
afterEach(async () => {
  await hub?.close()
  rmSync(dir, { recursive: true })
})

/** Takes a batch some turns of the event loop after it came, and notes how many rows it held at once. */
class SlowSink implements EventSink {
  readonly name = 'slow'
  readonly limits = LIMITS
  readonly concurrency = 2
  readonly taken = new Map<string, number>()
  most = 0
  #held = 0

  async write(rows: readonly EventRow[]): Promise<{ rejected: [] }> {
    this.#held += rows.length
    this.most = Math.max(this.most, this.#held)
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate)
    for (const { event_id } of rows) this.taken.set(event_id, (this.taken.get(event_id) ?? 0) + 1)
    this.#held -= rows.length
    return { rejected: [] }
  }

  async close(): Promise<void> {
    // Nothing is open.
  }
}

/** Emits pages, and lets each come to the disk; the most that ever waited for the sink. */
async function emitPages(pages: number, options: EventsOptions): Promise<number> {
  hub = await openEvents({ dir, maxWaiting: MAX_WAITING, ...options })
  const client = hub.client({ runId: 'run', step: 'step' })
  let most = 0
  for (let page = 0; page < pages; page += 1) {
    for (let n = 0; n < PAGE; n += 1) client.emit({ type: 't', source: 's', payload: { page, n } })
    most = Math.max(most, hub.counts().waiting)
    await client.flush()
  }
  return most
}

it('holds back a job that emits faster than the sink takes: little waits, less is in memory, all arrives once', async () => {
  const sink = new SlowSink()
  const most = await emitPages(50, { sink })
  // It was held back, and no sooner than it had to be.
  expect(most).toBeGreaterThan(MAX_WAITING)
  expect(most).toBeLessThanOrEqual(MAX_WAITING + PAGE)
  await hub?.client({ runId: 'run', step: 'step' }).settle()
  expect(sink.most).toBe(sink.concurrency * LIMITS.rows)
  expect(sink.taken.size).toBe(50 * PAGE)
  expect(new Set(sink.taken.values())).toEqual(new Set([1]))
})

it('holds nobody back where the sink is down: the events wait on the disk', async () => {
  const down = Object.assign(new SlowSink(), {
    write: () => Promise.reject(new EventError('EVENTS_SINK_FAILED', 'slow is down.', { transient: true })),
  })
  expect(await emitPages(20, { sink: down, patienceMs: 50 })).toBe(20 * PAGE)
})

it('holds nobody back where another process delivers', async () => {
  expect(await emitPages(10, { sink: new SlowSink(), deliver: false })).toBe(10 * PAGE)
})

it('holds nobody back who was told to end', async () => {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<{ rejected: [] }>()]
  const write = (): Promise<{ rejected: [] }> => {
    begun.resolve()
    return gate.promise
  }
  hub = await openEvents({ dir, sink: Object.assign(new SlowSink(), { write }), maxWaiting: 10 })
  const abort = new AbortController()
  const client = hub.client({ signal: abort.signal })
  for (let n = 0; n < 100; n += 1) client.emit({ type: 't', source: 's', payload: n })
  const flushed = client.flush()
  await begun.promise
  abort.abort()
  await flushed
  await client.flush()
  expect(hub.counts().waiting).toBe(100)
  gate.resolve({ rejected: [] })
})
