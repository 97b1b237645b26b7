import { describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import type { EventClient } from '../event-client.ts'
import { invokeJob, type JobInvocation } from './invoke-job.ts'
import { defineJob, type JobContext, type JobDefinition } from './job.ts'
import { readJob } from './job-spec.ts'
import type { JsonValue } from '../json.ts'

function clientOf(): { [K in keyof EventClient]: ReturnType<typeof vi.fn<EventClient[K]>> } {
  return {
    emit: vi.fn<EventClient['emit']>(() => 'id'),
    upsert: vi.fn<EventClient['upsert']>(async () => ({ inserted: 1, updated: 0, unchanged: 0 })),
    query: vi.fn<EventClient['query']>(async () => []),
    flush: vi.fn<EventClient['flush']>(async () => {}),
  }
}

const INVOCATION = {
  name: 'a/b',
  params: {},
  account: undefined,
  since: undefined,
  until: undefined,
  bigquery: () => Promise.reject(new Error('none')),
  log: console,
  run: { id: 'r', attempt: 1, idempotencyKey: 'r/s' },
  progress: () => {},
}

function invoke(run: JobDefinition<never, JsonValue | void>['run'], more: Partial<JobInvocation> & { schema?: z.ZodType } = {}) {
  const { schema, ...rest } = more
  const spec = readJob(defineJob({ ...(schema && { params: schema }), run: run as never }), 'a/b')
  return invokeJob(spec, { ...INVOCATION, events: clientOf(), signal: new AbortController().signal, ...rest })
}

describe('a job gets', () => {
  it('its parameters as its schema makes them, and what it was invoked with', async () => {
    const signal = AbortSignal.abort()
    const progress = vi.fn<JobInvocation['progress']>()
    const seen: Partial<JobContext<unknown>>[] = []
    const run = { id: 'run_1', attempt: 2, idempotencyKey: 'run_1/x' }
    const given = { account: 'acct', since: new Date(1), until: new Date(2), log: console, run }
    await invoke((ctx: JobContext<never>) => void (seen.push(ctx), ctx.progress(1, 2)), { ...given, signal, progress, schema: z.object({ n: z.number().default(3) }) })
    expect(seen[0]).toMatchObject({ ...given, params: { n: 3 } })
    expect(seen[0]?.signal).toBe(signal)
    expect(progress).toHaveBeenCalledWith(1, 2)
    await expect(seen[0]?.bigquery?.()).rejects.toThrow('none')
  })

  it('nothing where its parameters are wrong: it is not called', async () => {
    const run = vi.fn<() => void>()
    await expect(invoke(run, { schema: z.object({ n: z.number() }) })).rejects.toMatchObject({ code: 'JOB_PARAMS_INVALID' })
    expect(run).not.toHaveBeenCalled()
  })

  it('its signal when it asks, and not before', async () => {
    const asked = vi.fn<() => AbortSignal>(() => AbortSignal.abort())
    const spec = readJob(defineJob({ run: () => {} }), 'a/b')
    await invokeJob(spec, {
      ...INVOCATION,
      events: clientOf(),
      get signal() {
        return asked()
      },
    })
    expect(asked).not.toHaveBeenCalled()
  })
})

describe('a result', () => {
  it.each([[null], [0], ['text'], [true], [[1, { a: null }]], [{ a: { b: [] } }], [Object.create(null) as { [key: string]: JsonValue }]])('may be %o', async (value) => {
    expect(await invoke(() => value as JsonValue)).toEqual(value)
  })

  it('may be nothing', async () => {
    expect(await invoke(async () => {})).toBeUndefined()
  })

  it.each<[unknown, string]>([
    [new Date(0), '$ is a Date'],
    [{ at: [new Date(0)] }, '$.at[0] is a Date'],
    [{ n: Infinity }, '$.n is Infinity'],
    [{ x: undefined }, '$.x is undefined'],
    [1n, '$ is a BigInt'],
  ])('may not be %o', async (value, fault) => {
    await expect(invoke(() => value as JsonValue)).rejects.toMatchObject({
      code: 'JOB_RESULT_INVALID',
      message: `What a/b returned is not JSON: ${fault}.`,
      fix: expect.any(String) as string,
    })
  })

  it('has at most 16 MiB as JSON, quotes and all', async () => {
    const most = 'ü'.repeat(8 * 1024 * 1024 - 1)
    expect(await invoke(() => most)).toBe(most)
    await expect(invoke(() => `${most}.`)).rejects.toMatchObject({
      code: 'JOB_RESULT_TOO_LARGE',
      message: 'What a/b returned has 16777217 bytes as JSON; at most 16777216 are kept.',
      details: { bytes: 16777217 },
    })
  })

  it('is what it was when the job returned', async () => {
    const kept = { n: 1 }
    const result = await invoke(() => kept)
    kept.n = 2
    expect(result).toEqual({ n: 1 })
  })

  it('may hold the same object twice', async () => {
    const shared = { n: 1 }
    expect(await invoke(() => [shared, shared])).toEqual([{ n: 1 }, { n: 1 }])
  })
})

describe('what a job throws', () => {
  it.each([
    ['at once', () => { throw new Error('kaputt') }],
    ['later', async () => { await null; throw new Error('kaputt') }],
  ])('%s is what the invocation rejects with', async (_, run) => {
    await expect(invoke(run)).rejects.toThrow('kaputt')
  })
})

describe('the events of a job', () => {
  const event = { type: 't', source: 's', payload: 1 }

  it('reach the client while it runs', async () => {
    const events = clientOf()
    const result = await invoke(
      async (ctx: JobContext<never>) => [ctx.events.emit(event), { ...(await ctx.events.upsert([])) }, await ctx.events.query('q', [1]), (await ctx.events.flush()) ?? null] as JsonValue,
      { events },
    )
    expect(result).toEqual(['id', { inserted: 1, updated: 0, unchanged: 0 }, [], null])
    expect(events.emit).toHaveBeenCalledWith(event)
    expect(events.query).toHaveBeenCalledWith('q', [1])
  })

  it.each([
    ['has returned', () => {}],
    ['has thrown', () => { throw new Error('x') }],
  ])('are refused when it %s', async (_, end) => {
    const events = clientOf()
    const held: EventClient[] = []
    await invoke((ctx: JobContext<never>) => (held.push(ctx.events), end()), { events }).catch(() => {})
    const ended = { code: 'JOB_ENDED', message: 'a/b had ended when it used its events.' }
    expect(() => held[0]!.emit(event)).toThrow(expect.objectContaining(ended))
    await expect(held[0]!.upsert([])).rejects.toMatchObject(ended)
    await expect(held[0]!.query('q')).rejects.toMatchObject(ended)
    await expect(held[0]!.flush()).rejects.toMatchObject(ended)
    expect(events.emit).not.toHaveBeenCalled()
  })

  it('are refused when it was given up, though it goes on', async () => {
    let over = false
    const events = clientOf()
    const run = (ctx: JobContext<never>): void => {
      ctx.events.emit(event)
      over = true
      ctx.events.emit(event)
    }
    await expect(invoke(run, { events, isOver: () => over })).rejects.toMatchObject({ code: 'JOB_ENDED' })
    expect(events.emit).toHaveBeenCalledTimes(1)
  })
})
