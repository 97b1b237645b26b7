import { EventError, type EventErrorOptions } from '../errors.ts'
import type { BIGQUERY_ERRORS } from '../errors/bigquery.ts'

/** What the client throws, as far as we look at it: an answer that is not a success, or a connection that failed. */
interface Thrown {
  message: string
  /** An HTTP status, or a name such as ECONNRESET. */
  code: number | string | undefined
  reasons: string[]
  retryAfterMs: number | undefined
}

/** https://cloud.google.com/bigquery/docs/error-messages: what goes away by waiting. */
const PASSING = ['backendError', 'internalError', 'jobBackendError', 'jobInternalError', 'jobRateLimitExceeded', 'rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'resourceInUse', 'timeout', 'tableUnavailable']

/** What the client says where neither the environment nor credentials name a project: the first that is missed where there are no credentials at all. */
const NO_PROJECT = /unable to detect a project id/i
const NAME_THE_PROJECT = 'Name it: GOOGLE_CLOUD_PROJECT, or `events: { project: NAME }` in lorc.config. Credentials: `gcloud auth application-default login`, or GOOGLE_APPLICATION_CREDENTIALS.'

/** Says what went wrong with BigQuery when it was to do `what` ("insert into `p.d.events`"). */
export function bigQueryProblem(error: unknown, what: string): EventError {
  if (error instanceof EventError) return error
  const thrown = thrownOf(error)
  const code = codeOf(thrown)
  const fix = NO_PROJECT.test(thrown.message) ? NAME_THE_PROJECT : FIXES[code]
  const options: EventErrorOptions = { cause: error, transient: code === 'BIGQUERY_UNAVAILABLE', ...(fix !== undefined && { fix }) }
  if (thrown.retryAfterMs !== undefined) options.retryAfterMs = thrown.retryAfterMs
  return new EventError(code, `Could not ${what}: ${sentence(thrown)}.`, options)
}

const FIXES: Readonly<Partial<Record<keyof typeof BIGQUERY_ERRORS, string>>> = {
  BIGQUERY_DENIED: '`gcloud auth application-default login`, or GOOGLE_APPLICATION_CREDENTIALS; the roles are in docs/bigquery.md.',
  BIGQUERY_MISSING: '`lorc events setup`, with the same `--smoke-namespace`, if any, makes the dataset, the tables and the view.',
  BIGQUERY_TOO_COSTLY: 'Read less (a narrower time, fewer columns), or allow more.',
}

/** Whether BigQuery says that the request is larger than it takes. */
export function isTooLarge(error: unknown): boolean {
  const { code, message } = thrownOf(error)
  return code === 413 || (code === 400 && /payload size exceeds|request too large|too large/i.test(message))
}

export function isMissing(error: unknown): boolean {
  return error instanceof EventError ? error.code === 'BIGQUERY_MISSING' : thrownOf(error).code === 404
}

function codeOf({ code, reasons, message }: Thrown): keyof typeof BIGQUERY_ERRORS {
  if (reasons.includes('bytesBilledLimitExceeded')) return 'BIGQUERY_TOO_COSTLY'
  if (reasons.some((reason) => PASSING.includes(reason))) return 'BIGQUERY_UNAVAILABLE'
  // Credentials that are refused answer 400 invalid_grant, from another server.
  if (code === 401 || code === 403 || /could not load the default credentials|invalid_grant|invalid_rapt/i.test(message) || NO_PROJECT.test(message)) return 'BIGQUERY_DENIED'
  if (code === 404 || reasons.includes('notFound')) return 'BIGQUERY_MISSING'
  if (typeof code === 'number' && code < 500 && code !== 408 && code !== 429) return 'BIGQUERY_REFUSED'
  return 'BIGQUERY_UNAVAILABLE'
}

function sentence({ message, code }: Thrown): string {
  const text = message.trim().replace(/\s*\n\s*/g, ' ').replace(/\.$/, '')
  return text === '' ? `it answered ${code ?? 'nothing'}` : text
}

function thrownOf(error: unknown): Thrown {
  const { message, code, status, errors, response } = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Partial<Record<string, unknown>>
  const listed = Array.isArray(errors) ? (errors as { reason?: string; message?: string }[]) : []
  const [first] = listed
  return {
    message: first?.message ?? (typeof message === 'string' ? message : ''),
    code: typeof code === 'number' || typeof code === 'string' ? code : typeof status === 'number' ? status : undefined,
    reasons: listed.flatMap(({ reason }) => (reason === undefined ? [] : [reason])),
    retryAfterMs: retryAfter(response),
  }
}

/** RFC 9110: seconds, or a date. */
function retryAfter(response: unknown): number | undefined {
  const headers = (response as { headers?: Record<string, unknown> } | undefined)?.headers
  const given = headers?.['retry-after']
  if (typeof given !== 'string') return undefined
  const ms = /^\d+$/.test(given) ? Number(given) * 1000 : Date.parse(given) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
