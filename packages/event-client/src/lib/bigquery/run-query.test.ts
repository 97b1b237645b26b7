import { expect, it } from 'vitest'
import type { BigQuery } from '@google-cloud/bigquery'
import type { CompiledSql } from '../sql/compile-sql.ts'
import type { SqlType } from '../sql/types.ts'
import { estimateQuery, jsonRows, runStatement } from './run-query.ts'

const compiled = (type: SqlType): CompiledSql => ({ text: '', parameters: new Map(), columns: [{ name: 'x', type }] })
const valueOf = (value: unknown, type: SqlType) => jsonRows([{ x: value }], compiled(type))[0]?.['x']
const statement = { text: 'SELECT 1', location: undefined }

it('takes values out of what the client wraps them in', () => {
  expect(valueOf({ value: '2026-01-31T12:00:00.5Z' }, 'TIMESTAMP')).toBe('2026-01-31T12:00:00.500Z')
  expect(valueOf(null, 'TIMESTAMP')).toBeNull()
  expect(valueOf({ value: '9007199254740993' }, 'INT64')).toBe('9007199254740993')
  expect(valueOf('{"value":1}', 'JSON')).toEqual({ value: 1 })
  expect(() => valueOf('soon', 'TIMESTAMP')).toThrow(expect.objectContaining({ code: 'BIGQUERY_REFUSED', message: 'BigQuery answered `soon` for a TIMESTAMP.' }))
})

it('takes an estimate that names no bytes for none', async () => {
  const client = { createJob: () => Promise.resolve([{}, {}]) } as unknown as BigQuery
  expect(await estimateQuery(client, statement, 'ask')).toEqual({ bytes: 0, dollars: 0 })
})

it('cancels the job of a query that nobody waits for any more, whether that succeeds or not', async () => {
  const abort = new AbortController()
  const rows = Promise.withResolvers<never>()
  let cancelled = 0
  const job = {
    getQueryResults: () => rows.promise,
    cancel: () => {
      cancelled += 1
      rows.reject(new Error('cancelled'))
      return Promise.reject(new Error('too late'))
    },
  }
  const client = { createJob: () => Promise.resolve([job, {}]) } as unknown as BigQuery
  const running = runStatement(client, statement, 'ask', abort.signal)
  await new Promise(setImmediate)
  abort.abort(new Error('enough'))
  await expect(running).rejects.toThrow('enough')
  expect(cancelled).toBe(1)
})
