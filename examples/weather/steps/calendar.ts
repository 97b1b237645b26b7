import type { ScriptletContext } from '@lorc/runner'
import { daysOf, mean, round, type CalendarDay, type Days } from './weather.ts'

/** Sets weather.calendar_v1: for each day of the year the records of all years, and smoothed averages. */
export function calendar(ctx: ScriptletContext, params: { smooth_days?: number }) {
  ctx.set('weather.calendar_v1', calendarOf(daysOf(ctx), params.smooth_days ?? 15))
}

export function calendarOf(days: Days, smoothDays: number): CalendarDay[] {
  const lows: number[][] = Array.from({ length: 366 }, () => [])
  const highs: number[][] = Array.from({ length: 366 }, () => [])
  for (const [at, date] of days.date.entries()) {
    const day = dayOfYear(date)
    lows[day]?.push(days.temp_min[at]!)
    highs[day]?.push(days.temp_max[at]!)
  }
  return lows.map((_, day) => ({
    record_low: Math.min(...seen(lows, day)),
    record_high: Math.max(...seen(highs, day)),
    low: round(mean(around(lows, day, smoothDays))),
    high: round(mean(around(highs, day, smoothDays))),
  }))
}

/** 0 to 365, as in a leap year: the same date is the same day in every year. */
export function dayOfYear(date: string): number {
  return (Date.parse(`2000-${date.slice(5)}T00:00:00Z`) - Date.parse('2000-01-01T00:00:00Z')) / 86_400_000
}

/** The values of a day; without a leap year there are none on 29 February, so its neighbours stand in. */
function seen(values: readonly number[][], day: number): number[] {
  return values[day]!.length > 0 ? values[day]! : around(values, day, 3)
}

/** The values of `width` days with `day` in their middle; December is followed by January. */
function around(values: readonly number[][], day: number, width: number): number[] {
  const reach = Math.floor(width / 2)
  return Array.from({ length: 2 * reach + 1 }, (_, at) => values.at((day + at - reach) % 366)!).flat()
}
