import type { ScriptletContext } from '@lorc/runner'
import { daysOf, need } from './weather.ts'

const PARTS = ['weather.calendar_v1', 'weather.monthly_v1', 'weather.extremes_v1', 'weather.percentiles_v1']

/** Brings the statistics together: sets weather.summary_v1. */
export class Summarize {
  validate(ctx: ScriptletContext) {
    for (const key of PARTS) need(ctx, key)
  }

  run(ctx: ScriptletContext) {
    const { date } = daysOf(ctx)
    const [calendar, months, extremes, percentiles] = PARTS.map((key) => need(ctx, key))
    const { dropped } = need(ctx, 'weather.sanitized_v1') as { dropped: number }
    const period = { from: date[0], to: date.at(-1), days: date.length, dropped }
    ctx.set('weather.summary_v1', { ...period, calendar, months, extremes, percentiles })
  }
}
