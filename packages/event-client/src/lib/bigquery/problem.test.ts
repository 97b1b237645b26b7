import { expect, it } from 'vitest'
import { EventError } from '../errors.ts'
import { bigQueryProblem, isMissing, isTooLarge } from './problem.ts'

/** As the client throws it. */
const answer = (code: number | string | undefined, reason?: string, message = 'It went wrong.', headers: Record<string, string> = {}): Error =>
  Object.assign(new Error(message), { code, response: { headers }, ...(reason !== undefined && { errors: [{ reason, message }] }) })

const problem = (error: unknown) => {
  const { code, transient, retryAfterMs, message } = bigQueryProblem(error, 'ask')
  return { code, transient, retryAfterMs, message }
}

it.each([
  [answer(503, 'backendError'), 'BIGQUERY_UNAVAILABLE'],
  [answer(408), 'BIGQUERY_UNAVAILABLE'],
  [answer(429), 'BIGQUERY_UNAVAILABLE'],
  [answer(403, 'rateLimitExceeded'), 'BIGQUERY_UNAVAILABLE'],
  [answer(403, 'quotaExceeded'), 'BIGQUERY_UNAVAILABLE'],
  [answer(400, 'jobBackendError'), 'BIGQUERY_UNAVAILABLE'],
  [answer('ECONNRESET'), 'BIGQUERY_UNAVAILABLE'],
  [answer(undefined), 'BIGQUERY_UNAVAILABLE'],
  ['a text', 'BIGQUERY_UNAVAILABLE'],
  [null, 'BIGQUERY_UNAVAILABLE'],
  [answer(401), 'BIGQUERY_DENIED'],
  [answer(403, 'accessDenied'), 'BIGQUERY_DENIED'],
  [answer(undefined, undefined, 'Could not load the default credentials. Browse to ...'), 'BIGQUERY_DENIED'],
  [answer(400, undefined, 'invalid_grant'), 'BIGQUERY_DENIED'],
  [answer(undefined, undefined, 'Unable to detect a Project Id in the current environment.'), 'BIGQUERY_DENIED'],
  [answer(404, 'notFound'), 'BIGQUERY_MISSING'],
  [answer(400, 'notFound'), 'BIGQUERY_MISSING'],
  [answer(400, 'bytesBilledLimitExceeded'), 'BIGQUERY_TOO_COSTLY'],
  [answer(400, 'invalidQuery'), 'BIGQUERY_REFUSED'],
  [Object.assign(new Error('x'), { status: 409 }), 'BIGQUERY_REFUSED'],
] as const)('%s is %s', (error, code) => {
  expect(problem(error)).toMatchObject({ code, transient: code === 'BIGQUERY_UNAVAILABLE' })
})

it('keeps what BigQuery asks to wait: seconds, or until a date', () => {
  expect(problem(answer(503, undefined, '', { 'retry-after': '7' })).retryAfterMs).toBe(7000)
  expect(problem(answer(503, undefined, '', { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })).retryAfterMs).toBeGreaterThan(50_000)
  expect(problem(answer(503, undefined, '', { 'retry-after': new Date(0).toUTCString() })).retryAfterMs).toBe(0)
  expect(problem(answer(503, undefined, '', { 'retry-after': 'soon' })).retryAfterMs).toBeUndefined()
  expect(problem(answer(503)).retryAfterMs).toBeUndefined()
})

it('says what failed, in a sentence', () => {
  expect(problem(answer(400, 'invalid', 'Not so. ')).message).toBe('Could not ask: Not so.')
  expect(problem(answer(502, undefined, '')).message).toBe('Could not ask: it answered 502.')
  expect(problem(answer(undefined, undefined, '')).message).toBe('Could not ask: it answered nothing.')
  const own = new EventError('SQL_TYPE', 'x')
  expect(bigQueryProblem(own, 'ask')).toBe(own)
})

it('says how to name a project, in one line', () => {
  const { message, fix } = bigQueryProblem(new Error('Unable to detect a Project Id in the current environment. \nTo learn more, visit: \nhttps://cloud.google.com/x.'), 'find out the project')
  expect(message).toBe('Could not find out the project: Unable to detect a Project Id in the current environment. To learn more, visit: https://cloud.google.com/x.')
  expect(fix).toContain('GOOGLE_CLOUD_PROJECT')
})

it('knows what is too large, and what is missing', () => {
  expect([answer(413), answer(400, 'invalid', 'Request payload size exceeds the limit: 10485760 bytes.'), answer(400), answer(503)].map(isTooLarge)).toEqual([true, true, false, false])
  expect([answer(404), bigQueryProblem(answer(404), 'ask'), answer(403), new EventError('SQL_TYPE', 'x')].map(isMissing)).toEqual([true, true, false, false])
})
