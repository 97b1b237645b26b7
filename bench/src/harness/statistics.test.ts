import { describe, expect, it } from 'vitest'
import { quantile, summarize } from './statistics.ts'

describe('summarize', () => {
  it('takes the middle of an odd number of values, whatever their order', () => {
    expect(summarize([30, 10, 20])).toEqual({ median: 20, min: 10, max: 30, spread: 0.25 })
  })

  it('takes the mean of the two in the middle of an even number', () => {
    expect(summarize([4, 1, 3, 2]).median).toBe(2.5)
  })

  it('is not moved by one outlier', () => {
    expect(summarize([10, 10, 10, 10, 1000])).toMatchObject({ median: 10, spread: 0 })
  })

  it('knows no spread of one value, nor of zeros', () => {
    expect(summarize([7]).spread).toBe(0)
    expect(summarize([0, 0]).spread).toBe(0)
  })

  it('refuses nothing', () => {
    expect(() => summarize([])).toThrow(RangeError)
  })
})

it('interpolates quantiles', () => {
  expect(quantile([0, 10], 0.25)).toBe(2.5)
  expect(quantile([1, 2, 3], 1)).toBe(3)
})
