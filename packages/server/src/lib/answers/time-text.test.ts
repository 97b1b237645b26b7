import { expect, it } from 'vitest'
import { timeOrNull, timeText } from './time-text.ts'

const DAY = 86_400_000

it('words times as Date does, whatever it worded before', () => {
  const days = [0, DAY, -DAY, 20_778 * DAY, -62_167_219_200_000, 253_402_300_800_000]
  const within = [0, 1, 99, 100, 999, 59_999, 60_000, 35_999_999, 36_000_000, DAY - 1, 0.9]
  const times = days.flatMap((day) => within.map((ms) => day + ms))
  const worded = [...times, ...times.toReversed()]
  expect(worded.map(timeText)).toEqual(worded.map((ms) => new Date(ms).toISOString()))
})

it('refuses what is no time, also after one that is', () => {
  expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z')
  for (const none of [NaN, Infinity, 8.64e15 + DAY]) expect(() => timeText(none)).toThrow(RangeError)
  expect(timeText(0)).toBe('1970-01-01T00:00:00.000Z')
})

it('leaves out a time that there is none of', () => {
  expect(timeOrNull(null)).toBeNull()
  expect(timeOrNull(0)).toBe('1970-01-01T00:00:00.000Z')
})
