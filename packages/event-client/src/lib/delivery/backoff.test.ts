import { expect, it } from 'vitest'
import { backoff } from './backoff.ts'

it('doubles up to the longest, however often it failed', () => {
  expect([1, 2, 3, 4].map((failures) => backoff(failures, 1000, 0))).toEqual([200, 400, 800, 1000])
  expect(backoff(5000, 1000, 0)).toBe(1000)
})

it('takes up to a half off at random', () => {
  expect(backoff(2, 1000, 0.5)).toBe(300)
  expect(backoff(2, 1000, 0.999)).toBe(200)
})

it('is no shorter than what was asked for', () => {
  expect(backoff(1, 1000, 0, 5000)).toBe(5000)
  expect(backoff(3, 1000, 0, 500)).toBe(800)
})
