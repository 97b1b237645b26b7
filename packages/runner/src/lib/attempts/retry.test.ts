import { describe, expect, it } from 'vitest'
import type { RetryPolicy } from '../plan.ts'
import { retryDelay } from './retry.ts'

const policy: RetryPolicy = { max: 4, delayMs: 100, backoff: 'exponential', factor: 3, maxDelayMs: 500, jitter: 0 }
const error = { code: 'STEP_FAILED', message: '' }

describe('retryDelay', () => {
  it('grows up to its limit and ends after max attempts', () => {
    expect([1, 2, 3, 4].map((failures) => retryDelay(policy, failures, error, 0))).toEqual([100, 300, 500, undefined])
  })

  it('stays the same when fixed', () => {
    expect(retryDelay({ ...policy, backoff: 'fixed' }, 3, error, 0)).toBe(100)
  })

  it('takes the share of jitter off', () => {
    expect(retryDelay({ ...policy, jitter: 0.5 }, 1, error, 0.5)).toBe(75)
  })

  it('retries only the codes it names, the runner’s or the scriptlet’s own', () => {
    const on = { ...policy, on: ['STEP_TIMEOUT', 'ECONNRESET'] }
    expect(retryDelay(on, 1, error, 0)).toBeUndefined()
    expect(retryDelay(on, 1, { ...error, code: 'STEP_TIMEOUT' }, 0)).toBe(100)
    expect(retryDelay(on, 1, { ...error, details: { code: 'ECONNRESET' } }, 0)).toBe(100)
  })

  it('knows an answer by its status and the class of that, a scriptlet by its exit code', () => {
    const on = { ...policy, on: ['5xx', 429, 75] }
    const answered = (status: number) => retryDelay(on, 1, { code: 'HTTP_STATUS', message: '', details: { status } }, 0)
    expect([503, 429, 404].map(answered)).toEqual([100, 100, undefined])
    expect([75, 1].map((exitCode) => retryDelay(on, 1, { ...error, exitCode }, 0))).toEqual([100, undefined])
    expect(retryDelay(on, 1, { ...error, details: { status: 503 } }, 0)).toBeUndefined()
  })

  it('waits no less than a server asks for, up to its limit', () => {
    const asked = (retryAfterMs: number) => retryDelay({ ...policy, jitter: 1 }, 1, { ...error, details: { retryAfterMs } }, 0.5)
    expect([asked(10), asked(200), asked(9000)]).toEqual([50, 200, 500])
  })

  it('never retries without a policy', () => {
    expect(retryDelay(undefined, 1, error, 0)).toBeUndefined()
  })
})
