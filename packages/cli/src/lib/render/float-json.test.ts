import { expect, it } from 'vitest'
import { withFloats } from './float-json.ts'

const text = (...given: Parameters<typeof withFloats>): string => JSON.stringify(withFloats(...given))

it('writes whole numbers that are marked as floats with a fraction', () => {
  expect(text(3, true)).toBe('3.0')
  expect(text({ mean: 3, count: 3, rows: [1, 2, 2.5] }, { mean: true, rows: { 1: true } })).toBe('{"mean":3.0,"count":3,"rows":[1,2.0,2.5]}')
  expect(text([1, { a: -2 }, 'x', null, 1e21], true)).toBe('[1.0,{"a":-2.0},"x",null,1e+21]')
})

it('leaves what is not marked as it is', () => {
  const value = { a: [1] }
  expect(withFloats(value, undefined)).toBe(value)
})
