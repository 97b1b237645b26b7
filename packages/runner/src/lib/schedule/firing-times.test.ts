import { describe, expect, it } from 'vitest'
import { firingTimes, isTimezone } from './firing-times.ts'

/** The next times after `from`, UTC to the minute. */
function times(cron: string, timezone: string, from: string, count = 4): string[] {
  const schedule = firingTimes(cron, timezone)
  const found: string[] = []
  let at: number | null = Date.parse(from)
  while (found.length < count) {
    at = schedule.next(at)
    if (at === null) break
    found.push(new Date(at).toISOString().slice(5, 16))
  }
  return found
}

it('tells the times of five fields and of nicknames, in a time zone', () => {
  expect(times('30 6 * * 1-5', 'UTC', '2026-01-09T12:00:00Z')).toEqual(['01-12T06:30', '01-13T06:30', '01-14T06:30', '01-15T06:30'])
  expect(times('0 0 1 jan,jul *', 'Asia/Kathmandu', '2026-01-09T12:00:00Z', 2)).toEqual(['06-30T18:15', '12-31T18:15'])
  expect(times('@weekly', 'UTC', '2026-01-09T12:00:00Z', 2)).toEqual(['01-11T00:00', '01-18T00:00'])
  expect(times('0 12 L * *', 'UTC', '2028-02-01T00:00:00Z', 2)).toEqual(['02-29T12:00', '03-31T12:00'])
  expect(times('* * * * *', 'UTC', '2026-01-09T12:00:30Z', 1)).toEqual(['01-09T12:01'])
  expect(firingTimes('* * * * *', 'UTC').next(Date.UTC(2026, 0, 1))).toBe(Date.UTC(2026, 0, 1, 0, 1))
  expect(firingTimes('0 0 30 2 *', 'UTC').next(0)).toBeNull()
})

describe('where clocks are put forward', () => {
  // Berlin: 02:00 is 03:00 on 2026-03-29, at 01:00 UTC.
  it('counts a time that does not exist at the moment of the change, once', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-03-28T00:00:00Z', 3)).toEqual(['03-28T01:30', '03-29T01:00', '03-30T00:30'])
    expect(times('0,15,30 2 * * *', 'Europe/Berlin', '2026-03-28T12:00:00Z', 2)).toEqual(['03-29T01:00', '03-30T00:00'])
  })

  it('leaves nothing out of what has a wildcard, and adds nothing', () => {
    expect(times('*/30 * * * *', 'Europe/Berlin', '2026-03-29T00:00:00Z')).toEqual(['03-29T00:30', '03-29T01:00', '03-29T01:30', '03-29T02:00'])
  })

  it('begins the day later where midnight does not exist', () => {
    expect(times('0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', 2)).toEqual(['11-04T03:00', '11-05T02:00'])
  })

  it('knows changes of half an hour', () => {
    expect(times('15 2 * * *', 'Australia/Lord_Howe', '2026-10-03T00:00:00Z', 2)).toEqual(['10-03T15:30', '10-04T15:15'])
  })
})

describe('where clocks are put back', () => {
  // Berlin: 03:00 is 02:00 on 2026-10-25, at 01:00 UTC.
  it('counts a time that comes twice once', () => {
    expect(times('30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 2)).toEqual(['10-25T00:30', '10-26T01:30'])
    expect(times('30 2,14 * * *', 'Europe/Berlin', '2026-10-24T13:00:00Z', 3)).toEqual(['10-25T00:30', '10-25T13:30', '10-26T01:30'])
  })

  it('counts it as often as it comes where there is a wildcard', () => {
    expect(times('0 * * * *', 'Europe/Berlin', '2026-10-24T23:30:00Z')).toEqual(['10-25T00:00', '10-25T01:00', '10-25T02:00', '10-25T03:00'])
  })
})

it('refuses what is not an expression, and knows time zones', () => {
  for (const cron of ['', 'a', '* * * *', '0 0 0 * * *', '61 * * * *', '? * * * *', '@reboot']) expect(() => firingTimes(cron, 'UTC')).toThrow(Error)
  expect(['UTC', 'Europe/Berlin', 'Mars/X', ''].map(isTimezone)).toEqual([true, true, false, false])
})
