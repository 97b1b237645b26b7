import type { ScriptletContext } from '@lorc/runner'
import { daysOf, type Days, type Percentiles } from './weather.ts'

/** Sets weather.percentiles_v1, as percentiles.py does, where there is no Python. */
export function percentiles(ctx: ScriptletContext, params: { percents: number[] }) {
  ctx.set('weather.percentiles_v1', percentilesOf(daysOf(ctx), params.percents))
}

export function percentilesOf(days: Days, percents: readonly number[]): Percentiles {
  const all = (values: readonly number[]): number[] => percents.map((percent) => percentile(values, percent))
  return {
    percents: [...percents],
    values: {
      temp_max: all(days.temp_max),
      temp_min: all(days.temp_min),
      rain: all(days.precipitation.filter((rain) => rain > 0)),
      wind: all(days.wind),
    },
  }
}

/** Linear interpolation between the two closest ranks, to two decimal places. */
export function percentile(values: readonly number[], percent: number): number {
  const ordered = [...values].sort((a, b) => a - b)
  const rank = ((ordered.length - 1) * percent) / 100
  const below = Math.floor(rank)
  const low = ordered[below]!
  const high = ordered[Math.min(below + 1, ordered.length - 1)]!
  return Number((low + (high - low) * (rank - below)).toFixed(2))
}
