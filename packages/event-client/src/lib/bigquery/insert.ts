import type { Table } from '@google-cloud/bigquery'
import { EventError } from '../errors.ts'
import type { EventRow } from '../event.ts'
import type { BatchOutcome, RejectedRow } from '../sink.ts'
import type { TextBuffer } from '../rows/text-buffer.ts'
import { bigQueryProblem, isTooLarge } from './problem.ts'

interface RowProblem {
  reason?: string
  message?: string
  location?: string
}

/** The part of the answer of tabledata.insertAll that we look at. */
interface InsertAnswer {
  insertErrors?: { index?: number; errors?: RowProblem[] }[]
}

/** Writes the body of tabledata.insertAll: each row has its id as insertId, so that BigQuery drops what it got a moment ago. */
export function writeInsert(body: TextBuffer, rows: readonly EventRow[]): void {
  body.clear()
  body.add('{"skipInvalidRows":true,"rows":[')
  for (const [index, row] of rows.entries()) {
    body.add(`${index === 0 ? '' : ','}{"insertId":${JSON.stringify(row.event_id)},"json":${JSON.stringify(row)}}`)
  }
  body.add(']}')
}

/**
 * Begins a request with such a body. The client's own `insert` copies each row several times, and replaces `{{projectId}}`
 * within values.
 */
export function requestInsert(table: Table, body: TextBuffer): Promise<unknown> {
  return table.request({ method: 'POST', uri: '/insertAll', body: body.bytes, headers: { 'Content-Type': 'application/json' } })
}

/**
 * What became of the rows of a request. Rejects with EventError BIGQUERY_*, EVENTS_BATCH_REFUSED for what is too large for
 * one request, and `signal.reason` when aborted.
 */
export async function insertOutcome(request: Promise<unknown>, what: string, signal: AbortSignal): Promise<BatchOutcome> {
  try {
    const [answer] = (await unlessAborted(request, signal)) as [InsertAnswer]
    return { rejected: rejectedOf(answer, what) }
  } catch (error) {
    signal.throwIfAborted()
    if (!isTooLarge(error)) throw bigQueryProblem(error, what)
    throw new EventError('EVENTS_BATCH_REFUSED', `Could not ${what}: the rows together are more than a request may have.`, { cause: error })
  }
}

/** What the client has under way goes on; its rows have their insertIds, so that sending them again does no harm. */
function unlessAborted<T>(request: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error)
    signal.addEventListener('abort', abort, { once: true })
    request.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** Reasons for which BigQuery will never take a row: https://cloud.google.com/bigquery/docs/error-messages. */
const FOR_GOOD = ['invalid', 'tooLarge', 'rowTooLarge']

function rejectedOf({ insertErrors = [] }: InsertAnswer, what: string): RejectedRow[] {
  const unknown = insertErrors.flatMap(({ errors = [] }) => errors).find(isAboutTheTable)
  if (unknown !== undefined) {
    throw new EventError('BIGQUERY_SCHEMA', `Could not ${what}: ${unknown.message ?? ''} (${unknown.location ?? 'no column'}).`, {
      fix: 'Make the table as `lorc events setup --dry-run` prints it; the events wait in the outbox.',
    })
  }
  return insertErrors.map(({ index = 0, errors = [] }) => ({
    index,
    verdict: errors.some(({ reason = '' }) => FOR_GOOD.includes(reason)) ? 'poison' : 'retry',
    reason: errors.map(({ reason = 'unknown', message = '' }) => `${reason}: ${message}`).join('; ') || 'no reason was given',
  }))
}

/** A row is not to blame for a column that the table lacks: every other row would be refused as well. */
function isAboutTheTable({ reason, message = '' }: RowProblem): boolean {
  return reason === 'invalid' && /no such field|missing required field/i.test(message)
}
