import { expect, it } from 'vitest'
import { ago, ahead, bytes, counted, duration, listed, number, timestamp } from './quantity.ts'

it('writes times for people', () => {
  expect([-5, 0, 999, 1000, 59_949, 59_951, 184_000, 7_500_000, 49 * 3_600_000].map(duration)).toEqual(['0ms', '0ms', '999ms', '1.0s', '59.9s', '1m 00s', '3m 04s', '2h 05m', '2d 1h'])
  expect([-9, 4, 30, 90, 7200, 200_000].map((seconds) => ago(0, seconds * 1000))).toEqual(['just now', 'just now', '30s ago', '1m ago', '2h ago', '2d ago'])
  expect([-5, 30, 90, 7500, 200_000].map((seconds) => ahead(seconds * 1000, 0))).toEqual(['now', 'in 30s', 'in 2m', 'in 2h 5m', 'in 2d 7h'])
  expect(timestamp(new Date(2026, 0, 31, 8, 5, 9).getTime())).toBe('2026-01-31 08:05:09')
  expect(timestamp('2026-07-01T22:30:00Z', 'Europe/Madrid')).toBe('2026-07-02 00:30:00')
})

it('writes numbers and lists for people', () => {
  expect([0, 1023, 1536, 5 * 1024 ** 3].map(bytes)).toEqual(['0 B', '1023 B', '1.5 KiB', '5.0 GiB'])
  expect([number(12_345), counted(1, 'step'), counted(0, 'run')]).toEqual(['12,345', '1 step', '0 runs'])
  expect([listed(['a', 'b']), listed(['a', 'b'], 7), listed(['a', 'b', 'c', 'd', 'e', 'f'])]).toEqual(['a, b', 'a, b and 5 more', 'a, b, c, d, e and 1 more'])
})
