import { createServer, request as ask, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { BigQueryOptions } from '@google-cloud/bigquery'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createBigQuerySink } from '../../src/bigquery.ts'
import { openBigQuery } from '../../src/index.ts'
import { FaultProxy } from './fault-proxy.ts'

interface Asked {
  method: string
  url: string
  headers: IncomingHttpHeaders
  body: string
}

let upstream: Server
let proxy: FaultProxy
let endpoint: string
/** What came to the upstream. */
let asked: Asked[]
/** What the upstream answers. */
let answer: { status: number; headers: Record<string, string>; body: string | Buffer }
const INSERT = '/bigquery/v2/projects/p/datasets/d/tables/t/insertAll'

beforeEach(async () => {
  asked = []
  answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"kind":"k"}' }
  upstream = createServer((request, response) => {
    void textOf(request).then((body) => {
      asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: String(body) })
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve))
  proxy = new FaultProxy(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`)
  endpoint = await proxy.listen()
})
afterEach(async () => {
  await proxy.close()
  upstream.closeAllConnections()
  await new Promise((resolve) => upstream.close(resolve))
})

async function textOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Over HTTP as it is: nothing is decoded on the way. */
function post(path: string, body: string, headers: Record<string, string> = {}): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const request = ask(`${endpoint}${path}`, { method: 'POST', headers })
    request.on('error', reject)
    request.on('response', (response) => void textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }), reject))
    request.end(body)
  })
}

const insertOf = (...ids: string[]): string => JSON.stringify({ skipInvalidRows: true, rows: ids.map((id) => ({ insertId: id, json: { id } })) })
const idsOf = ({ body }: Asked): string[] => (JSON.parse(body) as { rows: { insertId: string }[] }).rows.map(({ insertId }) => insertId)

it('passes on what nothing is planned for as it is, both ways', async () => {
  answer = { status: 418, headers: { 'content-encoding': 'gzip', 'x-own': 'y' }, body: gzipSync('{"short":"and stout"}') }
  const told = await post('/bigquery/v2/projects/p/jobs?prettyPrint=false', '{"a":1}', { authorization: 'Bearer secret', 'content-type': 'application/json' })
  expect(asked).toMatchObject([{ method: 'POST', url: '/bigquery/v2/projects/p/jobs?prettyPrint=false', body: '{"a":1}', headers: { authorization: 'Bearer secret' } }])
  expect([told.status, told.headers['x-own'], String(gunzipSync(told.body))]).toEqual([418, 'y', '{"short":"and stout"}'])
  expect([...proxy.passed]).toEqual([['query', 1]])
})

it('answers an error of the plan itself, for requests of that kind, as often as planned', async () => {
  proxy.faults.plan('insertAll', { kind: 'status', status: 503, reason: 'backendError', retryAfter: '7' }, 2)
  expect((await post('/bigquery/v2/projects/p/jobs', '{}')).status).toBe(200)
  const told = await post(INSERT, insertOf('1'))
  expect([told.status, told.headers['retry-after'], JSON.parse(String(told.body))]).toMatchObject([503, '7', { error: { code: 503, errors: [{ reason: 'backendError' }] } }])
  expect((await post(INSERT, insertOf('1'))).status).toBe(503)
  expect((await post(INSERT, insertOf('1'))).status).toBe(200)
  expect([...proxy.passed]).toEqual([['query', 1], ['insertAll', 1]])
})

it('cuts the connection before the upstream is asked, or once it has answered', async () => {
  proxy.faults.plan('insertAll', { kind: 'cut', when: 'before' })
  await expect(post(INSERT, insertOf('1'))).rejects.toThrow('socket hang up')
  expect(asked).toEqual([])
  proxy.faults.plan('insertAll', { kind: 'cut', when: 'after' })
  await expect(post(INSERT, insertOf('1'))).rejects.toThrow('socket hang up')
  expect(asked.map(idsOf)).toEqual([['1']])
})

it('answers 413 itself for what is larger than it takes', async () => {
  proxy.maxBytes = 10
  expect((await post(INSERT, insertOf('1'))).status).toBe(413)
  expect((await post(INSERT, '{}')).status).toBe(200)
  expect(asked).toHaveLength(1)
})

it('keeps refused rows from the upstream, and tells of them beside what the upstream says of the others', async () => {
  proxy.faults.plan('insertAll', { kind: 'partial', reason: 'backendError', rows: (place) => place % 2 === 0 })
  answer.body = JSON.stringify({ kind: 'k', insertErrors: [{ index: 1, errors: [{ reason: 'invalid' }] }] })
  const told = await post(INSERT, insertOf('0', '1', '2', '3', '4'), { 'accept-encoding': 'gzip' })
  expect(asked.map(idsOf)).toEqual([['1', '3']])
  expect(asked[0]?.headers['accept-encoding']).toBe('identity')
  const refused = (index: number) => ({ index, errors: [{ reason: 'backendError', message: 'The row was not taken.' }] })
  expect(JSON.parse(String(told.body))).toEqual({ kind: 'k', insertErrors: [refused(0), refused(2), { index: 3, errors: [{ reason: 'invalid' }] }, refused(4)] })
})

it('does not ask the upstream where no row is left, and passes on its refusal of the rest', async () => {
  proxy.faults.plan('insertAll', { kind: 'partial', reason: 'stopped', rows: () => true })
  expect(JSON.parse(String((await post(INSERT, insertOf('0', '1'))).body))).toMatchObject({ insertErrors: [{ index: 0 }, { index: 1 }] })
  expect(asked).toEqual([])
  proxy.faults.plan('insertAll', { kind: 'partial', reason: 'stopped', rows: (place) => place === 0 })
  answer = { status: 404, headers: {}, body: '{"error":{"code":404}}' }
  expect(await post(INSERT, insertOf('0', '1'))).toMatchObject({ status: 404, body: Buffer.from('{"error":{"code":404}}') })
})

it('answers 502 where the upstream does not answer', async () => {
  upstream.close()
  upstream.closeAllConnections()
  expect((await post(INSERT, insertOf('1'))).status).toBe(502)
})

it('leads a client that has credentials to the upstream, with them, for inserts as well', async () => {
  const authClient = { getRequestHeaders: () => Promise.resolve(new Headers({ authorization: 'Bearer token' })) } as unknown as NonNullable<BigQueryOptions['authClient']>
  const client = () => openBigQuery({ project: 'test-project' }, { apiEndpoint: endpoint, authClient })
  const sink = createBigQuerySink({ project: 'test-project', dataset: 'd', endpoint, client })
  const row = { event_id: 'id', event_type: 't', source: 's', schema_ref: null, created_at: '2026-01-31T12:00:00.000Z', correlation_id: null, subject_id: null, payload: '1' }
  const { signal } = new AbortController()
  expect(await sink.write([row], signal)).toEqual({ rejected: [] })
  answer = { status: 400, headers: { 'content-type': 'application/json' }, body: '{"error":{"code":400,"errors":[{"reason":"invalidQuery","message":"Not so."}]}}' }
  await expect(sink.query('SELECT 1 AS x', [], signal)).rejects.toMatchObject({ code: 'BIGQUERY_REFUSED' })
  expect(asked.map(({ url, headers }) => [url.split('?')[0], headers.authorization])).toEqual([
    ['/bigquery/v2/projects/test-project/datasets/d/tables/events/insertAll', 'Bearer token'],
    ['/bigquery/v2/projects/test-project/jobs', 'Bearer token'],
  ])
})
