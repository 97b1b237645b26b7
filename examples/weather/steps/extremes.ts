import type { ScriptletContext } from '@lorc/runner'
import { daysOf, type DatedValue, type Days, type Extremes, type Spell } from './weather.ts'

/** Sets weather.extremes_v1: the days and the spells to remember. */
export function extremes(ctx: ScriptletContext) {
  ctx.set('weather.extremes_v1', extremesOf(daysOf(ctx)))
}

export function extremesOf(days: Days): Extremes {
  const most = (values: readonly number[], sign = 1): DatedValue => {
    const at = values.reduce((best, value, index) => (sign * value > sign * values[best]! ? index : best), 0)
    return { date: days.date[at]!, value: values[at]! }
  }
  return {
    hottest: most(days.temp_max),
    coldest: most(days.temp_min, -1),
    wettest: most(days.precipitation),
    windiest: most(days.wind),
    longest_dry_spell: longest(days, (rain) => rain === 0),
    longest_wet_spell: longest(days, (rain) => rain > 0),
  }
}

function longest(days: Days, counts: (rain: number) => boolean): Spell {
  let best: Spell = { from: '', days: 0 }
  let start = 0
  for (const [at, rain] of days.precipitation.entries()) {
    if (!counts(rain)) start = at + 1
    else if (at + 1 - start > best.days) best = { from: days.date[start]!, days: at + 1 - start }
  }
  return best
}
