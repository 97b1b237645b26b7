import type { JsonValue, ScriptletContext } from '@lorc/runner'

/** weather.days_v1: one entry a day in each list, in order of date. Millimetres, degrees Celsius, metres per second. */
export interface Days {
  date: string[]
  precipitation: number[]
  temp_max: number[]
  temp_min: number[]
  wind: number[]
  weather: string[]
}

/** weather.calendar_v1: what each day of the year (366) was like over all years. */
export interface CalendarDay {
  record_low: number
  record_high: number
  /** Smoothed averages. */
  low: number
  high: number
}

/** weather.monthly_v1: an average year's twelve months. */
export interface Month {
  low: number
  high: number
  rain: number
  rainy_days: number
}

export interface DatedValue {
  date: string
  value: number
}
export interface Spell {
  from: string
  days: number
}

/** weather.extremes_v1 */
export interface Extremes {
  hottest: DatedValue
  coldest: DatedValue
  wettest: DatedValue
  windiest: DatedValue
  longest_dry_spell: Spell
  longest_wet_spell: Spell
}

/** weather.percentiles_v1: `values` in the order of `percents`. Rain counts the days on which it rained. */
export interface Percentiles {
  percents: number[]
  values: { temp_max: number[]; temp_min: number[]; rain: number[]; wind: number[] }
}

/** weather.summary_v1 */
export interface Summary {
  from: string
  to: string
  days: number
  dropped: number
  calendar: CalendarDay[]
  months: Month[]
  extremes: Extremes
  percentiles: Percentiles
}

/** The value of a key that an earlier step has set. */
export function need(ctx: ScriptletContext, key: string): JsonValue {
  const value = ctx.get(key)
  if (value === undefined) throw new Error(`${key} is not set: run the step that sets it first`)
  return value
}

export const daysOf = (ctx: ScriptletContext): Days => need(ctx, 'weather.days_v1') as unknown as Days

/** To one decimal place. */
export const round = (value: number): number => Math.round(value * 10) / 10

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
