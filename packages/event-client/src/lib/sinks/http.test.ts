import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { EventError } from '../errors.ts'
import type { EventRow } from '../event.ts'
import { CloudEventsEndpoint } from './cloud-events-endpoint.fixture.ts'
import { httpSink } from './http.ts'

let endpoint: CloudEventsEndpoint

beforeEach(async () => {
  endpoint = new CloudEventsEndpoint()
  await endpoint.listen()
})

afterEach(() => endpoint.close())

const row: EventRow = {
  event_id: '0123456789abcdef0123456789abcdef',
  event_type: 't',
  source: 's',
  schema_ref: null,
  created_at: '2026-01-31T12:00:00.000Z',
  correlation_id: null,
  subject_id: null,
  payload: '{"n":1}',
}

const signal = (): AbortSignal => new AbortController().signal
const write = (url = endpoint.url) => httpSink({ url }).write([row], signal())

it('posts a batch of CloudEvents with the headers that it was given', async () => {
  const sink = httpSink({ url: endpoint.url, headers: { Authorization: 'Bearer secret', 'Content-Type': 'text/plain' } })
  expect(await sink.write([row, { ...row, event_id: 'f'.repeat(32) }], signal())).toEqual({ rejected: [] })
  const [request] = endpoint.requests
  expect(request?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'content-type': 'application/cloudevents-batch+json; charset=utf-8',
  })
  expect(endpoint.events.size).toBe(2)
  await sink.close()
})

it('is called by its address, without what may be secret in it', () => {
  expect(httpSink({ url: 'https://user:pass@example.com/in?token=x' }).name).toBe('http https://example.com/in')
})

describe('an answer', () => {
  it.each([400, 413, 422])('%d refuses the batch, and is shown in part', async (status) => {
    endpoint.script.push((response) => response.writeHead(status).end(`no\n  ${'x'.repeat(1000)}`))
    const error = (await write().catch((caught: unknown) => caught)) as EventError
    expect(error).toMatchObject({ code: 'EVENTS_BATCH_REFUSED', details: { status } })
    expect(error.message).toMatch(new RegExp(`^http http://127.0.0.1:\\d+/events answered ${status}: no x{295}$`))
  })

  it.each([408, 425, 429, 500, 502, 503, 504, 599])('%d is passing', async (status) => {
    endpoint.script.push((response) => response.writeHead(status).end())
    await expect(write()).rejects.toMatchObject({ code: 'EVENTS_SINK_FAILED', transient: true, details: { status } })
  })

  it.each([301, 307, 401, 403, 404, 405, 501])('%d is for people to mend', async (status) => {
    endpoint.script.push((response) => response.writeHead(status, { location: '/elsewhere' }).end())
    await expect(write()).rejects.toMatchObject({ code: 'EVENTS_SINK_FAILED', transient: false, details: { status } })
    expect(endpoint.requests).toHaveLength(1)
  })

  it.each([
    ['7', {}, 7000],
    ['Wed, 31 Jan 2035 12:00:30 GMT', { date: 'Wed, 31 Jan 2035 12:00:00 GMT' }, 30_000],
    ['Wed, 31 Jan 2035 12:00:00 GMT', { date: 'Wed, 31 Jan 2035 12:00:30 GMT' }, 0],
    ['soon', {}, undefined],
  ])('may ask to wait: Retry-After %s', async (retryAfter, headers, retryAfterMs) => {
    endpoint.script.push((response) => response.writeHead(503, { 'retry-after': retryAfter, ...headers }).end())
    await expect(write()).rejects.toMatchObject({ transient: true, retryAfterMs })
  })

  it('counts by its status, whatever becomes of its body', async () => {
    endpoint.script.push((response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('begun')
      setImmediate(() => response.destroy())
    })
    expect(await write()).toEqual({ rejected: [] })
  })

  it('is not read without end', async () => {
    endpoint.script.push((response) => {
      response.writeHead(200)
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(50_000), more)
      }
      more()
    })
    expect(await write()).toEqual({ rejected: [] })
  })
})

describe('no answer', () => {
  it('is passing where nobody listens', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await new Promise((resolve) => server.close(resolve))
    await expect(write(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'EVENTS_SINK_FAILED',
      transient: true,
      message: expect.stringContaining('ECONNREFUSED') as string,
    })
  })

  it('is passing where the connection is cut', async () => {
    endpoint.script.push((response) => response.destroy())
    await expect(write()).rejects.toMatchObject({ code: 'EVENTS_SINK_FAILED', transient: true })
  })

  it.each(['before', 'in'])('is waited for until the signal: %s its body', async (when) => {
    const controller = new AbortController()
    const reason = new Error('too long')
    endpoint.script.push((response) => {
      if (when === 'in') response.writeHead(200, { 'content-length': '10' }).write('x')
      setTimeout(() => controller.abort(reason), when === 'in' ? 50 : 0)
    })
    await expect(httpSink({ url: endpoint.url }).write([row], controller.signal)).rejects.toBe(reason)
  })
})

it.each([
  [{ url: 'example.com' }, '`url`'],
  [{ url: 'ftp://example.com' }, '`url`'],
  [{ url: 'http://example.com', headers: { 'a b': 'c' } }, '`headers`'],
])('refuses settings that are none: %j', (options, what) => {
  expect(() => httpSink(options)).toThrow(
    expect.objectContaining({ code: 'EVENTS_OPTION_INVALID', message: expect.stringContaining(what) as string }),
  )
})
