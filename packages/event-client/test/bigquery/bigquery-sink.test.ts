import type { BigQuery } from '@google-cloud/bigquery'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createBigQuerySink, type BigQuerySink, type BigQuerySinkOptions } from '../../src/bigquery.ts'
import type { EventRow, RawObjectRow } from '../../src/index.ts'
import { EventError, openBigQuery } from '../../src/index.ts'
import { ContractServer } from './contract-server.ts'
import { FaultProxy } from './fault-proxy.ts'

let server: ContractServer
let proxy: FaultProxy
let endpoint: string
const signal = new AbortController().signal

function sinkOf(options: Partial<BigQuerySinkOptions> = {}): BigQuerySink {
  return createBigQuerySink({ project: 'test-project', dataset: 'd', location: 'EU', endpoint, ...options })
}

beforeEach(async () => {
  server = new ContractServer()
  proxy = new FaultProxy(await server.listen())
  endpoint = await proxy.listen()
})
afterEach(async () => {
  await proxy.close()
  await server.close()
  expect(proxy.faults.done).toBe(true)
  expect(server.contract.violations).toEqual([])
})

const row = (n: number, columns: Partial<EventRow> = {}): EventRow => ({
  event_id: `id-${n}`,
  event_type: 'email.received',
  source: 'gmail',
  schema_ref: null,
  created_at: `2026-01-31T12:00:00.${String(n).padStart(3, '0')}Z`,
  correlation_id: 'run_1',
  subject_id: null,
  payload: `{"n":${n}}`,
  ...columns,
})
const rows = (count: number): EventRow[] => Array.from({ length: count }, (_, n) => row(n))
const EVENTS = 'test-project.d.events'
const VIEW = 'test-project.d.events_deduplicated'
const stored = (): unknown[] => server.warehouse.rows(EVENTS).map((stored) => stored['event_id'])

async function refusal(work: Promise<unknown>): Promise<EventError> {
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(EventError)
  return error as EventError
}

describe('setup', () => {
  it('makes the dataset, the tables and the view, and may be repeated', async () => {
    const sink = sinkOf()
    const printed = await sink.setup({ dryRun: true })
    expect(server.warehouse.datasets.size).toBe(0)
    expect(await sink.setup({ dryRun: false })).toEqual(printed)
    await sink.write(rows(1), signal)
    await sink.setup({ dryRun: false })
    expect(stored()).toEqual(['id-0'])
    expect(server.warehouse.tablesOf('test-project.d').map(({ key }) => key)).toEqual([EVENTS, 'test-project.d.raw_objects', VIEW])
    expect(printed.join('\n\n')).toMatchInlineSnapshot(`
      "CREATE SCHEMA IF NOT EXISTS \`test-project.d\`
      OPTIONS (location = 'EU');

      CREATE TABLE IF NOT EXISTS \`test-project.d.events\` (
        event_id STRING NOT NULL,
        event_type STRING NOT NULL,
        source STRING NOT NULL,
        schema_ref STRING,
        created_at TIMESTAMP NOT NULL,
        correlation_id STRING,
        subject_id STRING,
        payload JSON
      )
      PARTITION BY TIMESTAMP_TRUNC(created_at, DAY)
      CLUSTER BY source, event_type;

      CREATE TABLE IF NOT EXISTS \`test-project.d.raw_objects\` (
        idem_key STRING NOT NULL,
        source STRING NOT NULL,
        object_type STRING NOT NULL,
        object_id STRING NOT NULL,
        payload JSON,
        correlation_id STRING,
        first_seen TIMESTAMP NOT NULL,
        last_seen TIMESTAMP NOT NULL,
        changed_at TIMESTAMP NOT NULL
      )
      CLUSTER BY source, object_type, idem_key;

      CREATE OR REPLACE VIEW \`test-project.d.events_deduplicated\` AS
      SELECT event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload
      FROM \`test-project.d.events\`
      WHERE TRUE
      QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY created_at) = 1;"
    `)
  })

  it('refuses names that are none', () => {
    for (const names of [{ dataset: 'a-b' }, { dataset: 'd`; DROP' }, { table: '' }, { project: 'X Y' }]) {
      const message = expect.stringMatching(/is not a valid name of a (dataset|table|project) of BigQuery/) as string
      expect(() => sinkOf(names)).toThrow(expect.objectContaining({ message, fix: expect.stringMatching(/letters, digits/i) as string }) as Error)
    }
  })
})

describe('write', () => {
  beforeEach(() => sinkOf().setup({ dryRun: false }))

  it('keeps every column, and the payload as JSON', async () => {
    const full = row(1, { schema_ref: 's/v1', subject_id: 'm1', payload: '{"text":"it\'s {{projectId}} \\"q\\" \\n \u2028","list":[1.5,null]}' })
    expect(await sinkOf().write([full, row(2)], signal)).toEqual({ rejected: [] })
    expect(server.warehouse.rows(EVENTS)).toEqual([full, row(2)])
    expect(server.inserts).toEqual([2])
  })

  it('shows each event once in the view, where the same rows come again', async () => {
    const sink = sinkOf()
    await sink.write(rows(3), signal)
    await sink.write([row(1), row(2, { created_at: '2026-01-01T00:00:00.000Z' }), row(3)], signal)
    expect(stored()).toHaveLength(6)
    expect(await sink.query('SELECT event_id, created_at FROM events ORDER BY 1', [], signal)).toEqual([
      { event_id: 'id-0', created_at: '2026-01-31T12:00:00.000Z' },
      { event_id: 'id-1', created_at: '2026-01-31T12:00:00.001Z' },
      { event_id: 'id-2', created_at: '2026-01-01T00:00:00.000Z' },
      { event_id: 'id-3', created_at: '2026-01-31T12:00:00.003Z' },
    ])
  })

  it('tells rows that may be taken later from those that never are, and writes the others', async () => {
    proxy.faults.plan('insertAll', { kind: 'partial', reason: 'backendError', rows: (place) => place === 0 })
    const outcome = await sinkOf().write([row(0), row(1, { payload: 'not json' }), row(2), row(3, { created_at: 'soon' })], signal)
    expect(outcome).toEqual({
      rejected: [
        { index: 0, verdict: 'retry', reason: 'backendError: The row was not taken.' },
        { index: 1, verdict: 'poison', reason: 'invalid: Could not convert value to json.' },
        { index: 3, verdict: 'poison', reason: 'invalid: Could not convert value to timestamp.' },
      ],
    })
    expect(stored()).toEqual(['id-2'])
  })

  it.each(['stopped', 'timeout', 'internalError', 'rateLimitExceeded'])('takes rows refused as `%s` for passing', async (reason) => {
    proxy.faults.plan('insertAll', { kind: 'partial', reason, rows: () => true })
    expect((await sinkOf().write(rows(2), signal)).rejected.map(({ verdict }) => verdict)).toEqual(['retry', 'retry'])
  })

  it('blames the table, not the rows, for a column that it lacks', async () => {
    const problem = await refusal(sinkOf().write([{ ...row(1), colour: 'red' } as EventRow], signal))
    expect(problem).toMatchObject({ code: 'BIGQUERY_SCHEMA', transient: false, message: 'Could not insert into `test-project.d.events`: no such field: colour. (colour).' })
  })

  it('refuses a batch that is too large as such, for the deliverer to cut it', async () => {
    proxy.maxBytes = 3000
    expect(await refusal(sinkOf().write(rows(20), signal))).toMatchObject({ code: 'EVENTS_BATCH_REFUSED' })
    expect(stored()).toEqual([])
  })

  it.each([
    ['429', { kind: 'status', status: 429, reason: 'rateLimitExceeded', retryAfter: '7' }, 'BIGQUERY_UNAVAILABLE', 7000],
    ['503 with Retry-After', { kind: 'status', status: 503, reason: 'backendError', retryAfter: '30' }, 'BIGQUERY_UNAVAILABLE', 30_000],
    ['500', { kind: 'status', status: 500, reason: 'internalError' }, 'BIGQUERY_UNAVAILABLE', undefined],
    ['403 for a quota', { kind: 'status', status: 403, reason: 'quotaExceeded' }, 'BIGQUERY_UNAVAILABLE', undefined],
    ['a connection that is cut', { kind: 'cut', when: 'before' }, 'BIGQUERY_UNAVAILABLE', undefined],
    ['a connection that is cut after the rows were taken', { kind: 'cut', when: 'after' }, 'BIGQUERY_UNAVAILABLE', undefined],
  ] as const)('passes on that %s concerns the whole batch, after one request, and takes the rows later, once in the view', async (_, fault, code, retryAfterMs) => {
    const sink = sinkOf()
    await sink.write(rows(2), signal)
    proxy.faults.plan('insertAll', fault)
    const problem = await refusal(sink.write(rows(4), signal))
    expect(problem).toMatchObject({ code, transient: true, retryAfterMs })
    expect(await sink.write(rows(4), signal)).toEqual({ rejected: [] })
    expect(await sink.query('SELECT COUNT(*) AS n, COUNT(DISTINCT event_id) AS ids FROM events', [], signal)).toEqual([{ n: 4, ids: 4 }])
    expect(server.inserts.length).toBeLessThanOrEqual(3)
  })

  it.each([
    ['403', { kind: 'status', status: 403, reason: 'accessDenied' }, 'BIGQUERY_DENIED'],
    ['401', { kind: 'status', status: 401, reason: 'authError' }, 'BIGQUERY_DENIED'],
    ['400', { kind: 'status', status: 400, reason: 'invalid' }, 'BIGQUERY_REFUSED'],
  ] as const)('does not try again after %s', async (_, fault, code) => {
    proxy.faults.plan('insertAll', fault)
    expect(await refusal(sinkOf().write(rows(1), signal))).toMatchObject({ code, transient: false })
  })

  it('says what makes a table that is missing', async () => {
    expect(await refusal(sinkOf({ table: 'other' }).write(rows(1), signal))).toMatchObject({
      code: 'BIGQUERY_MISSING',
      transient: false,
      fix: '`lorc events setup`, with the same `--smoke-namespace`, if any, makes the dataset, the tables and the view.',
    })
  })

  it('waits for a table that was made a moment ago', async () => {
    proxy.faults.plan('insertAll', { kind: 'status', status: 404, reason: 'notFound' })
    expect(await refusal(sinkOf().write(rows(1), signal))).toMatchObject({ code: 'BIGQUERY_UNAVAILABLE', transient: true })
  })

  it('says so where nobody answers', async () => {
    const sink = sinkOf({ endpoint: 'http://127.0.0.1:9' })
    expect(await refusal(sink.write(rows(1), signal))).toMatchObject({ code: 'BIGQUERY_UNAVAILABLE', transient: true })
  })

  it('ends when it is aborted', async () => {
    proxy.faults.plan('insertAll', { kind: 'slow', ms: 200 })
    const abort = new AbortController()
    const writing = sinkOf().write(rows(1), abort.signal)
    setTimeout(() => abort.abort(new Error('enough')), 20)
    await expect(writing).rejects.toThrow('enough')
    await expect(sinkOf().write(rows(1), abort.signal)).rejects.toThrow('enough')
  })
})

describe('upsert', () => {
  beforeEach(() => sinkOf().setup({ dryRun: false }))

  const object = (id: string, payload: object, seen = '2026-01-31T12:00:00.000Z'): RawObjectRow => ({
    idem_key: `gmail:mail:${id}`,
    source: 'gmail',
    object_type: 'mail',
    object_id: id,
    payload: JSON.stringify(payload),
    correlation_id: null,
    first_seen: seen,
    last_seen: seen,
    changed_at: seen,
  })
  const LATER = '2026-02-01T00:00:00.000Z'

  it('inserts what is new, updates what changed, and marks the rest as seen', async () => {
    const sink = sinkOf()
    expect(await sink.upsert([object('1', { rev: 1 }), object('2', { rev: 1 })], { dryRun: false, signal })).toEqual({ inserted: 2, updated: 0, unchanged: 0 })
    const again = [object('1', { rev: 1 }, LATER), object('2', { rev: 2 }, LATER), object('3', { text: "{{projectId}} 'x'" }, LATER)]
    expect(await sink.upsert(again, { dryRun: true, signal })).toEqual({ inserted: 1, updated: 1, unchanged: 1 })
    expect(await sink.upsert(again, { dryRun: false, signal })).toEqual({ inserted: 1, updated: 1, unchanged: 1 })
    expect(await sink.query('SELECT object_id, payload, first_seen, last_seen, changed_at FROM raw_objects ORDER BY 1', [], signal)).toEqual([
      { object_id: '1', payload: { rev: 1 }, first_seen: '2026-01-31T12:00:00.000Z', last_seen: LATER, changed_at: '2026-01-31T12:00:00.000Z' },
      { object_id: '2', payload: { rev: 2 }, first_seen: '2026-01-31T12:00:00.000Z', last_seen: LATER, changed_at: LATER },
      { object_id: '3', payload: { text: "{{projectId}} 'x'" }, first_seen: LATER, last_seen: LATER, changed_at: LATER },
    ])
    expect(await sink.upsert([], { dryRun: false, signal })).toEqual({ inserted: 0, updated: 0, unchanged: 0 })
  })

  it('leaves no staging table behind, whatever happens', async () => {
    const sink = sinkOf()
    proxy.faults.plan('load', { kind: 'status', status: 503, reason: 'backendError' })
    expect(await refusal(sink.upsert([object('1', {})], { dryRun: false, signal }))).toMatchObject({ code: 'BIGQUERY_UNAVAILABLE', transient: true })
    proxy.faults.plan('query', { kind: 'status', status: 403, reason: 'accessDenied' })
    expect(await refusal(sink.upsert([object('1', {})], { dryRun: false, signal }))).toMatchObject({ code: 'BIGQUERY_DENIED' })
    await sink.upsert([object('1', {})], { dryRun: false, signal })
    expect(server.warehouse.tablesOf('test-project.d')).toHaveLength(3)
    expect(server.warehouse.rows('test-project.d.raw_objects')).toHaveLength(1)
  })

  it('does without a location, and ends when it is aborted', async () => {
    const sink = createBigQuerySink({ project: 'test-project', dataset: 'd', endpoint })
    expect(await sink.upsert([object('1', {})], { dryRun: false, signal })).toEqual({ inserted: 1, updated: 0, unchanged: 0 })
    const aborted = AbortSignal.abort(new Error('enough'))
    await expect(sink.upsert([object('2', {})], { dryRun: false, signal: aborted })).rejects.toThrow('enough')
    expect(server.warehouse.tablesOf('test-project.d')).toHaveLength(3)
    expect(server.warehouse.rows('test-project.d.raw_objects')).toHaveLength(1)
  })

  it('says so where it cannot tell what would become of them', async () => {
    proxy.faults.plan('query', { kind: 'status', status: 403, reason: 'accessDenied' })
    expect(await refusal(sinkOf().upsert([object('1', {})], { dryRun: true, signal }))).toMatchObject({ code: 'BIGQUERY_DENIED' })
  })

  it('counts everything as new where there is no table yet', async () => {
    expect(await sinkOf({ dataset: 'none' }).upsert([object('1', {})], { dryRun: true, signal })).toEqual({ inserted: 1, updated: 0, unchanged: 0 })
    expect(await refusal(sinkOf({ dataset: 'none' }).upsert([object('1', {})], { dryRun: false, signal }))).toMatchObject({ code: 'BIGQUERY_MISSING' })
  })
})

describe('query', () => {
  beforeEach(() => sinkOf().setup({ dryRun: false }))

  it('answers with the same values as SQLite', async () => {
    const sink = sinkOf({ now: () => Date.UTC(2026, 0, 31, 13) })
    await sink.write([row(1, { payload: '{"a":{"b":1.5},"ok":true}' })], signal)
    const sql = `SELECT created_at, DATE(created_at) AS day, payload, COUNT(*) OVER () AS n, 0.5 AS half, source = 'gmail' AS yes, subject_id, JSON_QUERY(payload, '$.a') AS a, 9007199254740993 AS big
      FROM events WHERE created_at > TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 1 DAY) AND event_type LIKE ? AND ? AND ? < 2 AND created_at >= ?`
    expect(await sink.query(sql, ["email%' \\", true, 1, '2026-01-01'], signal)).toEqual([])
    expect(await sink.query(sql, ['email%', true, 1.5, '2026-01-01'], signal)).toEqual([
      { created_at: '2026-01-31T12:00:00.001Z', day: '2026-01-31', payload: { a: { b: 1.5 }, ok: true }, n: 1, half: 0.5, yes: true, subject_id: null, a: { b: 1.5 }, big: '9007199254740993' },
    ])
  })

  it('takes values as SQLite does', async () => {
    expect(await sinkOf().query('SELECT ? AS yes, ? + 1 AS more, DIV(?, 2) AS half, ? AS text', [true, 1, 7, 'x'], signal)).toEqual([{ yes: true, more: 2, half: 3, text: 'x' }])
  })

  it('refuses what is not in the subset before anything is sent', async () => {
    await expect(sinkOf({ endpoint: 'http://127.0.0.1:9' }).query('DROP TABLE events', [], signal)).rejects.toMatchObject({ code: 'SQL_SYNTAX' })
  })

  it('reads no more than is allowed, and tells beforehand what it would read', async () => {
    const estimates: unknown[] = []
    const sink = sinkOf({ maximumBytesBilled: 500_000, onEstimate: (estimate) => estimates.push(estimate) })
    server.jobs.bytesPerQuery = 2 ** 30
    expect(await refusal(sink.query('SELECT 1 AS x', [], signal))).toMatchObject({ code: 'BIGQUERY_TOO_COSTLY', details: { bytes: 2 ** 30, most: 500_000 } })
    expect(await refusal(sinkOf({ maximumBytesBilled: 500_000 }).query('SELECT 1 AS x', [], signal))).toMatchObject({ code: 'BIGQUERY_TOO_COSTLY' })
    server.jobs.bytesPerQuery = 0
    expect(await sink.query('SELECT 1 AS x', [], signal)).toEqual([{ x: 1 }])
    expect(estimates).toEqual([{ bytes: 0, dollars: 0 }])
  })

  it('says what makes the tables that are missing', async () => {
    const missing = { code: 'BIGQUERY_MISSING' }
    expect(await refusal(sinkOf({ dataset: 'none' }).query('SELECT event_id FROM events', [], signal))).toMatchObject(missing)
    expect(await refusal(sinkOf({ dataset: 'none', onEstimate: () => undefined }).query('SELECT event_id FROM events', [], signal))).toMatchObject(missing)
  })

  it('ends when it is aborted', async () => {
    const abort = new AbortController()
    abort.abort(new Error('enough'))
    await expect(sinkOf().query('SELECT 1', [], abort.signal)).rejects.toThrow('enough')
  })
})

describe('the client', () => {
  it('is one that it is given, whose credentials inserts share', async () => {
    let opened = 0
    const sink = sinkOf({
      client: () => {
        opened += 1
        return openBigQuery({ project: 'test-project', endpoint })
      },
    })
    await sink.setup({ dryRun: false })
    await sink.write(rows(1), signal)
    expect(await sink.query('SELECT COUNT(*) AS n FROM events', [], signal)).toEqual([{ n: 1 }])
    expect(opened).toBe(1)
    await sink.close()
  })

  it('says so where the project cannot be found out, and tries again', async () => {
    let project: string | Error = new Error('Could not load the default credentials.')
    const client = { getProjectId: async () => (typeof project === 'string' ? project : Promise.reject(project)) } as unknown as BigQuery
    const sink = createBigQuerySink({ dataset: 'd', client: async () => client })
    expect(await refusal(sink.setup({ dryRun: true }))).toMatchObject({ code: 'BIGQUERY_DENIED', message: 'Could not find out the project: Could not load the default credentials.' })
    project = 'found-project'
    expect((await sink.setup({ dryRun: true }))[0]).toBe('CREATE SCHEMA IF NOT EXISTS `found-project.d`;')
    expect(sink.name).toBe('bigquery d.events')
  })
})

describe('drop', () => {
  it('removes the dataset of a smoke test with its tables, and no other', async () => {
    const smoke = sinkOf({ dataset: 'smoke_pr7' })
    await smoke.setup({ dryRun: false })
    await sinkOf().setup({ dryRun: false })
    const tables = ['events', 'raw_objects', 'events_deduplicated']
    const statement = 'DROP SCHEMA IF EXISTS `test-project.smoke_pr7` CASCADE;'
    expect(await smoke.drop({ dryRun: true })).toEqual({ statement, tables })
    expect(server.warehouse.tablesOf('test-project.smoke_pr7')).toHaveLength(3)
    expect(await smoke.drop({ dryRun: false })).toEqual({ statement, tables })
    expect([...server.warehouse.datasets]).toEqual(['test-project.d'])
    expect(await smoke.drop({ dryRun: false })).toEqual({ statement, tables: [] })
    proxy.faults.plan('table', { kind: 'status', status: 403, reason: 'accessDenied' })
    expect(await refusal(smoke.drop({ dryRun: true }))).toMatchObject({ code: 'BIGQUERY_DENIED' })
    for (const dataset of ['d', 'prod', 'smoke', 'smoke_', 'xsmoke_a']) {
      expect(await refusal(sinkOf({ dataset }).drop({ dryRun: false }))).toMatchObject({ code: 'EVENTS_OPTION_INVALID' })
    }
    expect([...server.warehouse.datasets]).toEqual(['test-project.d'])
  })
})
