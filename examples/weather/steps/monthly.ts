import type { ScriptletContext } from '@lorc/runner'
import { daysOf, mean, round, type Days, type Month } from './weather.ts'

/** Sets weather.monthly_v1: an average year's twelve months. */
export function monthly(ctx: ScriptletContext) {
  ctx.set('weather.monthly_v1', monthsOf(daysOf(ctx)))
}

export function monthsOf(days: Days): Month[] {
  const years = new Set(days.date.map((date) => date.slice(0, 4))).size
  return Array.from({ length: 12 }, (_, month) => {
    const picked = days.date.flatMap((date, at) => (Number(date.slice(5, 7)) === month + 1 ? [at] : []))
    const rain = picked.map((at) => days.precipitation[at]!)
    return {
      low: round(mean(picked.map((at) => days.temp_min[at]!))),
      high: round(mean(picked.map((at) => days.temp_max[at]!))),
      rain: round(rain.reduce((sum, value) => sum + value, 0) / years),
      rainy_days: round(rain.filter((value) => value > 0).length / years),
    }
  })
}
