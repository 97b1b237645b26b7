import type { Table } from '@google-cloud/bigquery'
import { EventError } from '../errors.ts'
import type { EventRow } from '../event.ts'
import type { BatchOutcome, RejectedRow } from '../sink.ts'
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

/**
 * Sends rows by tabledata.insertAll, each with its id as insertId, so that BigQuery drops what it got a moment ago. Throws
 * EventError BIGQUERY_*, and EVENTS_BATCH_REFUSED for what is too large for one request.
 *
 * The body is text: the client's own `insert` copies each row several times, and replaces `{{projectId}}` within values.
 */
export async function insertRows(table: Table, rows: readonly EventRow[], what: string, signal: AbortSignal): Promise<BatchOutcome> {
  const body = JSON.stringify({ skipInvalidRows: true, rows: rows.map((json) => ({ insertId: json.event_id, json })) })
  try {
    signal.throwIfAborted()
    const request = table.request({ method: 'POST', uri: '/insertAll', body, headers: { 'Content-Type': 'application/json' } })
    const [answer] = (await unlessAborted(request, signal)) as unknown as [InsertAnswer]
    return { rejected: rejectedOf(answer, what) }
  } catch (error) {
    signal.throwIfAborted()
    if (!isTooLarge(error)) throw bigQueryProblem(error, what)
    throw new EventError('EVENTS_BATCH_REFUSED', `Could not ${what}: ${body.length} characters are more than a request may have.`, { cause: error })
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
