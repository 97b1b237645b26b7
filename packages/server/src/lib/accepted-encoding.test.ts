import { expect, it } from 'vitest'
import { takesEncoding } from './accepted-encoding.ts'

it.each([
  ['gzip', true],
  ['gzip, deflate, br, zstd', true],
  ['br;q=1.0, GZIP;q=0.8', true],
  ['x-gzip', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, br', false],
  ['br', false],
  ['notgzip', false],
  ['identity', false],
  ['', false],
  [undefined, false],
])('%s takes gzip: %s', (header, takes) => {
  expect(takesEncoding('gzip', header)).toBe(takes)
})

it.each([
  ['br', true],
  ['gzip, deflate, br', true],
  ['gzip, br;q=0', false],
  ['gzip', false],
])('%s takes br: %s', (header, takes) => {
  expect(takesEncoding('br', header)).toBe(takes)
})
