import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { EventError } from '../errors.ts'
import type { EventHub, JobEvents } from '../event-client.ts'
import type { EventsOptions } from '../events-options.ts'
import { ManualClock } from '../manual-clock.fixture.ts'
import { openEvents } from '../open-events.ts'
import { ScriptedSink } from '../scripted-sink.fixture.ts'

let dir: string
let clock: ManualClock
let sink: ScriptedSink
const hubs: EventHub[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-outbox-'))
  clock = new ManualClock()
  sink = new ScriptedSink()
})

afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.close().catch(() => undefined)
  rmSync(dir, { recursive: true })
})

const opened = async (options: EventsOptions = {}): Promise<EventHub> => {
  const hub = await openEvents({ dir, sink, clock, random: () => 0, ...options })
  hubs.push(hub)
  return hub
}

const emit = (client: JobEvents, from: number, to = from): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => client.emit({ type: 't', source: 's', payload: { n: from + n } }))

const numbers = (rows: readonly { payload: string }[]): number[] => rows.map(({ payload }) => (JSON.parse(payload) as { n: number }).n)

const transient = (options: { retryAfterMs?: number } = {}): never => {
  throw new EventError('EVENTS_SINK_FAILED', 'scripted is down.', { transient: true, ...options })
}

/** What becomes of a promise while the clock moves on. */
const within = async (ms: number, promise: Promise<unknown>): Promise<unknown> => {
  let outcome: unknown = 'pending'
  promise.then(
    () => (outcome = 'settled'),
    (error: unknown) => (outcome = error),
  )
  await clock.advance(ms)
  return outcome
}

it('settles when the sink has everything, in the order of emission, in batches that it takes', async () => {
  const client = (await opened()).client({ runId: 'r', step: 's' })
  emit(client, 1, 250)
  expect(await within(0, client.settle())).toBe('settled')
  expect(sink.batches.map((rows) => rows.length)).toEqual([100, 100, 50])
  expect(numbers(sink.taken)).toEqual(Array.from({ length: 250 }, (_, n) => n + 1))
  expect(client.counts()).toEqual({ emitted: 250, duplicates: 0, delivered: 250, waiting: 0, rejected: 0, byType: { t: 250 } })
})

it('keeps batches within the bytes that a sink takes, and sends a row that is larger alone', async () => {
  sink.limits = { rows: 100, bytes: 1000 }
  const client = (await opened()).client()
  for (const size of [300, 300, 300, 5000, 300]) client.emit({ type: 't', source: 's', payload: 'x'.repeat(size) })
  expect(await within(0, client.settle())).toBe('settled')
  expect(sink.batches.map((rows) => rows.length)).toEqual([2, 1, 1, 1])
})

it('delivers without anybody waiting: a full batch at once, others when they are old', async () => {
  const client = (await opened({ batch: { rows: 10, ageMs: 500 } })).client()
  emit(client, 1, 25)
  client.counts()
  await clock.advance(0)
  expect(sink.batches.map((rows) => rows.length)).toEqual([10, 10, 5])
  emit(client, 26)
  client.counts()
  await clock.advance(499)
  expect(sink.taken).toHaveLength(25)
  await clock.advance(1)
  expect(sink.taken).toHaveLength(26)
})

it('has as many requests under way as the sink says', async () => {
  sink.concurrency = 3
  sink.limits = { rows: 10, bytes: 1 << 20 }
  const gate = Promise.withResolvers<void>()
  sink.always = async () => {
    await gate.promise
    return { rejected: [] }
  }
  const client = (await opened()).client()
  emit(client, 1, 50)
  const settled = client.settle()
  await clock.advance(0)
  expect(sink.batches).toHaveLength(3)
  gate.resolve()
  expect(await within(0, settled)).toBe('settled')
  expect(sink.batches).toHaveLength(5)
})

describe('a sink that fails', () => {
  it('is sent the same rows again after a pause that grows', async () => {
    sink.script.push(() => transient(), () => transient(), () => transient())
    const client = (await opened()).client()
    const ids = emit(client, 1, 3)
    const settled = client.settle()
    await clock.advance(0)
    expect(sink.batches).toHaveLength(1)
    await clock.advance(199)
    expect(sink.batches).toHaveLength(1)
    await clock.advance(1)
    expect(sink.batches).toHaveLength(2)
    await clock.advance(399)
    expect(sink.batches).toHaveLength(2)
    await clock.advance(1)
    expect(sink.batches).toHaveLength(3)
    expect(await within(800, settled)).toBe('settled')
    for (const batch of sink.batches) expect(batch.map(({ event_id }) => event_id)).toEqual(ids)
  })

  it('is left alone for as long as it asks', async () => {
    sink.script.push(() => transient({ retryAfterMs: 5000 }))
    const client = (await opened()).client()
    emit(client, 1)
    const settled = client.settle()
    expect(await within(4999, settled)).toBe('pending')
    expect(sink.batches).toHaveLength(1)
    expect(await within(1, settled)).toBe('settled')
  })

  it('is asked by one request alone until it takes something', async () => {
    sink.concurrency = 4
    sink.limits = { rows: 1, bytes: 1000 }
    sink.script.push(() => transient(), () => transient(), () => transient(), () => transient(), () => transient())
    const client = (await opened()).client()
    emit(client, 1, 10)
    const settled = client.settle()
    await clock.advance(0)
    expect(sink.batches).toHaveLength(4)
    await clock.advance(1600)
    expect(sink.batches).toHaveLength(5)
    expect(await within(30_000, settled)).toBe('settled')
    expect(numbers(sink.taken).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('fails the job after the patience; the rows stay, and the next run delivers them', async () => {
    sink.always = () => transient()
    const hub = await opened({ patienceMs: 10_000 })
    const client = hub.client({ runId: 'r' })
    emit(client, 1, 2)
    const settled = client.settle()
    expect(await within(9000, settled)).toBe('pending')
    expect(await within(20_000, settled)).toMatchObject({
      code: 'EVENTS_UNDELIVERED',
      message: '2 events wait in the outbox: scripted has taken none for 10 s. scripted is down.',
      details: { waiting: 2 },
    })
    expect(client.counts()).toMatchObject({ emitted: 2, delivered: 0, waiting: 2 })
    await hub.close()
    sink.always = undefined
    const next = await opened()
    const other = next.client({ runId: 'other' })
    emit(other, 3)
    await within(0, other.settle())
    expect(numbers(sink.taken)).toEqual([1, 2, 3])
    expect(next.counts('r')).toMatchObject({ delivered: 2, waiting: 0 })
  })

  it('fails the job at once where it asks for more than the patience', async () => {
    sink.always = () => transient({ retryAfterMs: 3_600_000 })
    const client = (await opened()).client()
    emit(client, 1)
    expect(await within(300, client.settle())).toMatchObject({
      code: 'EVENTS_UNDELIVERED',
      message: '1 event waits in the outbox: scripted asks to be left alone for 3600 s. scripted is down.',
    })
  })

  it('fails the job at once where trying again is of no use, and is tried again when somebody asks', async () => {
    sink.script.push(() => {
      throw new EventError('EVENTS_SINK_FAILED', 'scripted answered 401.')
    })
    const client = (await opened()).client()
    emit(client, 1)
    expect(await within(0, client.settle())).toMatchObject({
      code: 'EVENTS_UNDELIVERED',
      message: '1 event waits in the outbox: scripted answered 401.',
      fix: 'Mend what the reason names. Then `lorc events flush`, or the next run, delivers them.',
      cause: { message: 'scripted answered 401.' },
    })
    expect(await within(0, client.settle())).toBe('settled')
  })

  it('is given up by the background after the patience, until somebody emits', async () => {
    sink.always = () => transient()
    const client = (await opened({ patienceMs: 5000 })).client()
    emit(client, 1)
    client.counts()
    await clock.advance(60_000)
    const tries = sink.batches.length
    await clock.advance(3_600_000)
    expect(sink.batches.length).toBe(tries)
    sink.always = undefined
    emit(client, 2)
    client.counts()
    await clock.advance(1000)
    expect(numbers(sink.taken)).toEqual([1, 2])
  })

  it('is not waited for longer than a batch may take', async () => {
    sink.script.push((_rows, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))))
    const client = (await opened({ requestMs: 3000 })).client()
    emit(client, 1)
    const settled = client.settle()
    expect(await within(2999, settled)).toBe('pending')
    expect(await within(1000, settled)).toBe('settled')
    expect(sink.batches).toHaveLength(2)
  })

  it('is not waited for by whoever aborts', async () => {
    sink.always = () => transient()
    const client = (await opened()).client()
    emit(client, 1)
    const reason = new Error('cancelled')
    const controller = new AbortController()
    const settled = client.settle(controller.signal)
    expect(await within(1000, settled)).toBe('pending')
    controller.abort(reason)
    expect(await within(0, settled)).toBe(reason)
    await expect(client.settle(AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})

describe('rows that are not taken', () => {
  it('are sent again alone, later, with their ids', async () => {
    sink.script.push(() => ({ rejected: [{ index: 1, verdict: 'retry', reason: 'stopped' }] }))
    const client = (await opened()).client()
    const ids = emit(client, 1, 3)
    expect(await within(200, client.settle())).toBe('settled')
    expect(sink.batches.map(numbers)).toEqual([[1, 2, 3], [2]])
    expect(sink.batches[1]![0]!.event_id).toBe(ids[1])
  })

  it('fail the job with the reason where the sink takes none of them within the patience', async () => {
    sink.always = (rows) => ({ rejected: rows.map((_, index) => ({ index, verdict: 'retry' as const, reason: 'table is busy' })) })
    const client = (await opened({ patienceMs: 2000 })).client()
    emit(client, 1, 2)
    expect(await within(5000, client.settle())).toMatchObject({
      code: 'EVENTS_UNDELIVERED',
      message: '2 events wait in the outbox: scripted has taken none for 2 s. scripted: table is busy.',
    })
  })

  it('become dead letters where they never will be: the rest is delivered, the job fails and says why', async () => {
    sink.always = (rows) => ({
      rejected: numbers(rows).flatMap((n, index) => (n % 2 === 0 ? [{ index, verdict: 'poison' as const, reason: 'no such field: n' }] : [])),
    })
    const hub = await opened()
    const client = hub.client({ runId: 'r', step: 's' })
    emit(client, 1, 5)
    expect(await within(0, client.settle())).toMatchObject({
      code: 'EVENTS_REJECTED',
      message: 'scripted refuses 2 of 5 events for good. Reason: no such field: n',
      details: { rejected: 2, emitted: 5, reasons: [{ reason: 'no such field: n', count: 2 }] },
    })
    expect(numbers(sink.taken)).toEqual([1, 3, 5])
    expect(client.counts()).toMatchObject({ emitted: 5, delivered: 3, rejected: 2, waiting: 0 })
    expect(numbers(hub.deadLetters())).toEqual([4, 2])
    expect(hub.deadLetters(1)).toMatchObject([{ reason: 'no such field: n', rejected_at: '2026-01-31T12:00:00.000Z' }])
  })

  it('are delivered when they are emitted again by a retry, once the sink takes them', async () => {
    sink.script.push(() => ({ rejected: [{ index: 0, verdict: 'poison', reason: 'no' }] }))
    const hub = await opened()
    const first = hub.client({ runId: 'r', step: 's' })
    emit(first, 1, 2)
    expect(await within(0, first.settle())).toMatchObject({ code: 'EVENTS_REJECTED' })
    const again = hub.client({ runId: 'r', step: 's' })
    emit(again, 1, 2)
    expect(await within(0, again.settle())).toBe('settled')
    expect(numbers(sink.taken)).toEqual([2, 1])
    expect(hub.counts('r')).toMatchObject({ emitted: 2, delivered: 2, rejected: 0, duplicates: 1 })
  })

  it('are put back when somebody asks', async () => {
    sink.script.push(() => ({ rejected: [{ index: 0, verdict: 'poison', reason: 'no' }, { index: 1, verdict: 'poison', reason: 'no' }] }))
    const hub = await opened()
    const client = hub.client({ runId: 'r' })
    emit(client, 1, 3)
    await within(0, client.settle())
    expect(hub.revive()).toBe(2)
    expect(hub.counts('r')).toMatchObject({ delivered: 1, waiting: 2, rejected: 0 })
    expect(await within(0, hub.flush())).toBe('settled')
    expect(numbers(sink.taken)).toEqual([3, 1, 2])
    emit(hub.client({ runId: 'r' }), 1, 3)
    expect(await hub.flush()).toEqual({ delivered: 0, rejected: 0, waiting: 0 })
    expect(hub.revive()).toBe(0)
  })

  it('are found by halves where the sink refuses the batch and does not say why', async () => {
    sink.always = (rows) => {
      if (numbers(rows).some((n) => n === 7)) throw new EventError('EVENTS_BATCH_REFUSED', 'scripted answered 400.')
      return { rejected: [] }
    }
    const client = (await opened()).client()
    emit(client, 1, 20)
    expect(await within(0, client.settle())).toMatchObject({ code: 'EVENTS_REJECTED', details: { rejected: 1, emitted: 20 } })
    expect(sink.taken).toHaveLength(19)
    expect(sink.batches.length).toBeLessThan(12)
  })

  it('are kept where the sink fails halfway through the halves', async () => {
    const refuse = (): never => {
      throw new EventError('EVENTS_BATCH_REFUSED', 'scripted answered 413.')
    }
    sink.script.push(refuse, () => ({ rejected: [] }), () => transient())
    const client = (await opened()).client()
    emit(client, 1, 4)
    expect(await within(1000, client.settle())).toBe('settled')
    expect(sink.batches.map(numbers)).toEqual([[1, 2, 3, 4], [1, 2], [3, 4], [3, 4]])
    expect(numbers(sink.taken)).toEqual([1, 2, 3, 4])
  })
})

describe('one id', () => {
  it('is delivered once, in one run, across runs and across processes', async () => {
    const hub = await opened()
    const keyed = (client: JobEvents) => client.emit({ type: 't', source: 's', payload: { n: 1 }, idempotencyKey: 'k' })
    for (const runId of ['a', 'a', 'b']) {
      const client = hub.client({ runId })
      keyed(client)
      keyed(client)
      await within(0, client.settle())
    }
    await hub.close()
    const other = (await opened()).client({ runId: 'c' })
    keyed(other)
    await within(0, other.settle())
    expect(sink.taken).toHaveLength(1)
    expect(other.counts()).toMatchObject({ emitted: 0, duplicates: 1 })
  })

  it('that another run emitted, and that still waits, is waited for', async () => {
    sink.script.push(() => transient({ retryAfterMs: 1000 }))
    const hub = await opened()
    const [a, b] = [hub.client({ runId: 'a' }), hub.client({ runId: 'b' })]
    for (const client of [a, b]) client.emit({ type: 't', source: 's', payload: { n: 1 }, idempotencyKey: 'k' })
    a.counts()
    const settled = b.settle()
    expect(await within(900, settled)).toBe('pending')
    expect(await within(100, settled)).toBe('settled')
    expect(sink.taken).toHaveLength(1)
  })

  it('goes to each sink', async () => {
    const second = Object.assign(new ScriptedSink(), { name: 'second' })
    for (const one of [sink, second]) {
      const client = (await opened({ sink: one })).client({ runId: 'r' })
      emit(client, 1)
      await within(0, client.settle())
    }
    expect(sink.taken).toEqual(second.taken)
    expect(sink.taken).toHaveLength(1)
  })

  it('is forgotten after 30 days, but not while it waits', async () => {
    sink.script.push(() => ({ rejected: [{ index: 1, verdict: 'retry', reason: 'later' }] }))
    const hub = await opened({ allowOutbox: true })
    const write = (...ns: number[]): void => {
      const client = hub.client({ runId: 'r' })
      for (const n of ns) emit(client, n)
      client.counts()
    }
    write(1, 2)
    await clock.advance(600)
    sink.always = () => transient()
    await clock.advance(29 * 86_400_000)
    write(1)
    await clock.advance(2 * 86_400_000)
    write(3)
    write(1, 2)
    expect(hub.counts('r')).toMatchObject({ emitted: 4, duplicates: 2 })
  })
})

it('needs the disk alone where the outbox is allowed', async () => {
  sink.always = () => transient()
  const client = (await opened({ allowOutbox: true })).client({ runId: 'r' })
  emit(client, 1)
  await client.settle()
  expect(client.counts()).toMatchObject({ waiting: 1 })
})

describe('two processes', () => {
  it('share the work, and deliver each row once', async () => {
    sink.limits = { rows: 10, bytes: 1 << 20 }
    const hubs = [await opened(), await opened()]
    const clients = hubs.map((hub, n) => hub.client({ runId: `r${n}` }))
    for (const [n, client] of clients.entries()) emit(client, n * 100, n * 100 + 99)
    const settled = Promise.all(clients.map((client) => client.settle()))
    expect(await within(1000, settled)).toBe('settled')
    expect(sink.taken).toHaveLength(200)
    expect(new Set(numbers(sink.taken)).size).toBe(200)
  })

  it('wait for what the other delivers', async () => {
    const gate = Promise.withResolvers<void>()
    sink.script.push(async () => {
      await gate.promise
      return { rejected: [] }
    })
    const [one, two] = [await opened(), await opened()]
    const client = one.client({ runId: 'r', step: 's' })
    emit(client, 1)
    const first = client.settle()
    await clock.advance(0)
    const second = two.client({ runId: 'r', step: 's' }).settle()
    expect(await within(1000, second)).toBe('pending')
    gate.resolve()
    expect(await within(200, Promise.all([first, second]))).toBe('settled')
    expect(sink.batches).toHaveLength(1)
  })

  it('take over from one that does not come back, when its lease is up', async () => {
    sink.script.push(() => new Promise(() => undefined))
    const client = (await opened()).client({ runId: 'r' })
    emit(client, 1)
    client.settle().catch(() => undefined)
    await clock.advance(0)
    hubs.length = 0
    clock.jump(70_000)
    const flushed = (await opened()).flush()
    expect(await within(1000, flushed)).toBe('pending')
    clock.jump(5000)
    expect(await within(1000, flushed)).toBe('settled')
    expect(sink.taken).toHaveLength(1)
  })

  it('do not wait for a lease that was taken before the clock went back', async () => {
    sink.script.push(() => new Promise(() => undefined))
    const client = (await opened()).client({ runId: 'r' })
    emit(client, 1)
    client.settle().catch(() => undefined)
    await clock.advance(0)
    hubs.length = 0
    clock.jump(-3_600_000)
    expect(await within(1000, (await opened()).flush())).toBe('settled')
  })

  it('of which one only emits: what it emitted is settled by the other', async () => {
    const worker = await opened({ deliver: false })
    const emitting = worker.client({ runId: 'r', step: 's' })
    emit(emitting, 1, 3)
    await emitting.settle()
    await worker.close()
    expect(sink.taken).toHaveLength(0)
    const parent = (await opened()).client({ runId: 'r', step: 's' })
    expect(await within(0, parent.settle())).toBe('settled')
    expect(parent.counts()).toMatchObject({ emitted: 3, delivered: 3 })
  })
})

it('closes while something is under way: that is waited for, for a while, and the rest stays', async () => {
  const gate = Promise.withResolvers<void>()
  sink.limits = { rows: 1, bytes: 1000 }
  sink.script.push(async () => {
    await gate.promise
    return { rejected: [] }
  })
  const hub = await opened()
  const client = hub.client({ runId: 'r' })
  emit(client, 1, 2)
  const settled = client.settle()
  await clock.advance(0)
  const closed = hub.close()
  expect(await within(0, settled)).toMatchObject({ code: 'EVENTS_CLOSED' })
  expect(await within(1000, closed)).toBe('pending')
  gate.resolve()
  await closed
  expect(numbers(sink.taken)).toEqual([1])
  expect(await within(0, (await opened()).flush())).toBe('settled')
  expect(numbers(sink.taken)).toEqual([1, 2])
})

it('ends what takes too long when it closes; the rows are free at once', async () => {
  sink.script.push((_rows, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))))
  const hub = await opened()
  const client = hub.client({ runId: 'r' })
  emit(client, 1)
  client.settle().catch(() => undefined)
  await clock.advance(0)
  const closed = hub.close()
  expect(await within(4999, closed)).toBe('pending')
  await clock.advance(1)
  await closed
  expect(await within(0, (await opened()).flush())).toBe('settled')
})
