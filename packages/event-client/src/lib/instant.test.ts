import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { durationMs } from './duration.ts'
import { readTimeWindow } from './instant.ts'

const NOW = Date.parse('2026-03-15T12:00:00Z')
const since = (text: string | Date): string | undefined => readTimeWindow({ since: text }, NOW).since?.toISOString()

describe('an instant', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-01-31T12:30', '2026-01-31T12:30:00.000Z'],
    ['2026-01-31T12:30:15', '2026-01-31T12:30:15.000Z'],
    ['2026-01-31T12:30:15.5Z', '2026-01-31T12:30:15.500Z'],
    ['2026-01-31T12:30:15.123456789z', '2026-01-31T12:30:15.123Z'],
    ['2026-01-31T00:30:00+02:00', '2026-01-30T22:30:00.000Z'],
    ['2026-01-31T12:30-0530', '2026-01-31T18:00:00.000Z'],
    ['0001-01-01', '0001-01-01T00:00:00.000Z'],
    ['30m', '2026-03-15T11:30:00.000Z'],
    ['24h', '2026-03-14T12:00:00.000Z'],
    ['7d', '2026-03-08T12:00:00.000Z'],
    ['2w', '2026-03-01T12:00:00.000Z'],
    ['90s', '2026-03-15T11:58:30.000Z'],
    ['1.5h', '2026-03-15T10:30:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(since(text)).toBe(instant)
  })

  it('may be a Date', () => {
    expect(since(new Date(5))).toBe('1970-01-01T00:00:00.005Z')
  })

  it.each([
    '', ' ', 'yesterday', '7', '7 d', '-7d', '7y', '1e3d', '2026-13-01', '2026-02-29', '2026-00-10', '2026-01-32', '2026-1-1', '20260131',
    '2026-01-31T24:00Z', '2026-01-31T12:60Z', '2026-01-31T12:00:60Z', '2026-01-31T12Z', '2026-01-31 12:00', '2026-01-31T12:00+24:00',
    '2026-01-31T12:00+02:60', '2026-01-31Z', '999999999999w', 'NaN', '2026-01-31\n',
  ])('is not %j', (text) => {
    expect(() => since(text)).toThrow(expect.objectContaining({ code: 'JOB_TIME_INVALID' }))
  })

  it('says which one is wrong, with its value, and how to write it', () => {
    expect(() => readTimeWindow({ until: new Date(NaN) }, NOW)).toThrow('`until` is `Invalid Date`, which is not a time.')
    expect(() => readTimeWindow({ since: 'now' }, NOW)).toThrow(
      expect.objectContaining({ message: '`since` is `now`, which is not a time.', fix: expect.stringContaining('2026-01-31T12:00:00Z') as string }),
    )
  })

  it('is read as it is written, whatever it is', () => {
    const date = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    fc.assert(fc.property(date, (instant) => since(instant.toISOString()) === instant.toISOString()))
  })
})

describe('a window', () => {
  it('may be open at either end', () => {
    expect(readTimeWindow({}, NOW)).toEqual({ since: undefined, until: undefined })
    expect(readTimeWindow({ until: '1h' }, NOW)).toEqual({ since: undefined, until: new Date('2026-03-15T11:00:00Z') })
  })

  it('may be empty, but not end before it begins', () => {
    expect(readTimeWindow({ since: '1h', until: '60m' }, NOW).since).toEqual(new Date('2026-03-15T11:00:00Z'))
    expect(() => readTimeWindow({ since: '1h', until: '2h' }, NOW)).toThrow(
      '`since` (2026-03-15T11:00:00.000Z) is after `until` (2026-03-15T10:00:00.000Z).',
    )
  })
})

it('reads durations', () => {
  expect(['500ms', '30s', '5m', '24h', '7d', '2w', '0.5s'].map(durationMs)).toEqual([500, 30_000, 300_000, 86_400_000, 604_800_000, 1_209_600_000, 500])
  expect(['', '5', 's', '5 s', '-1s', '5M', '1.2345s', '1h30m'].map(durationMs)).toEqual(Array(8).fill(undefined))
})
