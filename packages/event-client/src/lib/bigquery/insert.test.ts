import { expect, it } from 'vitest'
import { TextBuffer } from '../rows/text-buffer.ts'
import { insertOutcome, writeInsert } from './insert.ts'

const { signal } = new AbortController()
const outcome = (answer: object) => insertOutcome(Promise.resolve([answer]), 'insert', signal)
const row = { event_id: 'id', event_type: 't', source: 's', schema_ref: null, created_at: '2026-01-31T12:00:00.000Z', correlation_id: null, subject_id: null, payload: '{"a":"\\"ä\\u2028"}' }

it('writes rows with their ids, and the payload as a text of JSON', () => {
  const body = new TextBuffer()
  for (const rows of [[row], [row, { ...row, event_id: 'other' }], []]) {
    writeInsert(body, rows)
    expect(JSON.parse(String(body.bytes))).toEqual({ skipInvalidRows: true, rows: rows.map((json) => ({ insertId: json.event_id, json })) })
  }
})

it('understands answers that say little', async () => {
  expect(await outcome({})).toEqual({ rejected: [] })
  expect(await outcome({ insertErrors: [{}, { index: 2, errors: [{}] }, { index: 3, errors: [{ reason: 'rowTooLarge' }, { message: 'b' }] }] })).toEqual({
    rejected: [
      { index: 0, verdict: 'retry', reason: 'no reason was given' },
      { index: 2, verdict: 'retry', reason: 'unknown: ' },
      { index: 3, verdict: 'poison', reason: 'rowTooLarge: ; unknown: b' },
    ],
  })
})

it('blames the table for a field that it lacks, in whatever words', async () => {
  for (const [said, told] of [[{ message: 'no such field: a.', location: 'a' }, 'no such field: a. (a)'], [{ message: 'no such field' }, 'no such field (no column)']] as const) {
    await expect(outcome({ insertErrors: [{ index: 0, errors: [{ reason: 'invalid', ...said }] }] })).rejects.toMatchObject({ code: 'BIGQUERY_SCHEMA', message: `Could not insert: ${told}.` })
  }
})
