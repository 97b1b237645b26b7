import { expect, it } from 'vitest'
import { jobBackoff, retryWait } from './retry-wait.ts'

const policy = jobBackoff({ retry: { max: 4, delayMs: 100_000 } })

it('doubles the wait up to the longest one, and ends', () => {
  expect([1, 2, 3, 4].map((failures) => retryWait(policy, failures, 0))).toEqual([100_000, 200_000, 300_000, undefined])
  expect([1, 2].map((failures) => retryWait({ ...policy, backoff: 'fixed' }, failures, 0))).toEqual([100_000, 100_000])
})

it('draws a part of it, and waits as long as it is asked to', () => {
  expect(retryWait(policy, 1, 0.5)).toBe(90_000)
  expect(retryWait(policy, 1, 0.5, 95_000)).toBe(95_000)
  expect(retryWait(policy, 1, 0.5, 1_000_000)).toBe(300_000)
})

it('waits as ever where what it is asked is not a number', () => {
  expect([Number.NaN, Infinity, 'soon'].map((asked) => retryWait(policy, 1, 0, asked as number))).toEqual([100_000, 100_000, 100_000])
})

it('may be given another number of attempts', () => {
  expect(retryWait(jobBackoff({ retry: { max: 4, delayMs: 1 } }, 1), 1, 0)).toBeUndefined()
})
