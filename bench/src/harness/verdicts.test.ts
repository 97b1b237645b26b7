import { expect, it } from 'vitest'
import { atLeastPerSecond, atLeastShare, atMost, atMostMore, atMostTimes } from './verdicts.ts'
import type { Medians } from './workload.ts'

const medians: Medians = (entry) => ({ fast: 0.1, slow: 0.2 })[entry]

it.each([
  ['a rate', atLeastPerSecond('fast', 10_000), atLeastPerSecond('slow', 5001), '10,000/s', '5,000/s'],
  ['a multiple', atMostTimes('slow', 'fast', 2), atMostTimes('slow', 'fast', 1.9), '2x', '2x'],
  ['a share', atLeastShare('slow', 'fast', 0.5), atLeastShare('slow', 'fast', 0.51), '50%', '50%'],
  ['a time', atMost('fast', 0.1, 'ms'), atMost('fast', 9, 'ms', 100), '0.1 ms', '10 ms'],
  ['a difference', atMostMore('slow', 'fast', 11, 100), atMostMore('slow', 'fast', 9, 100), '10 ms more', '10 ms more'],
])('judges %s at its limit', (_what, met, missed, reached, reachedToo) => {
  expect(met(medians)).toEqual({ reached, met: true })
  expect(missed(medians)).toEqual({ reached: reachedToo, met: false })
})

it('judges nothing that was not measured', () => {
  expect(atLeastPerSecond('gone', 1)(medians)).toBeUndefined()
  expect(atMostTimes('fast', 'gone', 1)(medians)).toBeUndefined()
  expect(atLeastShare('gone', 'fast', 1)(medians)).toBeUndefined()
  expect(atMost('gone', 1, 'ms')(medians)).toBeUndefined()
  expect(atMostMore('gone', 'fast', 1, 1)(medians)).toBeUndefined()
})
