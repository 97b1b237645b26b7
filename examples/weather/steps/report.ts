import type { NodeStep, ScriptletContext } from '@lorc/runner'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chart } from './chart.ts'
import { need, round, type DatedValue, type Spell, type Summary } from './weather.ts'

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June',
  'July', 'August', 'September', 'October', 'November', 'December',
]

/** Writes report.md and chart.svg as artifacts of the run; sets weather.report_v1. */
export async function report(ctx: ScriptletContext, params: { title: string }, step: NodeStep) {
  const summary = need(ctx, 'weather.summary_v1') as unknown as Summary
  await writeFile(join(step.artifactsDir, 'chart.svg'), chart(params.title, summary))
  await writeFile(join(step.artifactsDir, 'report.md'), markdown(params.title, summary))
  step.log.info('wrote %s', join(step.artifactsDir, 'report.md'))
  ctx.set('weather.report_v1', { files: ['report.md', 'chart.svg'], rain_mm_a_year: rainOf(summary) })
}

export function markdown(title: string, summary: Summary): string {
  const { extremes, months, percentiles } = summary
  const dated = ({ date, value }: DatedValue, unit: string): string => `${value} ${unit} | ${date}`
  const spell = ({ from, days }: Spell): string => `${days} days | from ${from}`
  const row = (name: string, values: readonly number[]): string[] => [name, ...values.map((value) => value.toFixed(1))]
  return `# The weather of ${title}

${summary.days} days, ${summary.from} to ${summary.to}; ${summary.dropped} rows of the source were dropped as malformed.
An average year brings ${rainOf(summary)} mm of rain.

![Temperature and rain through the year](chart.svg)

## An average year

${table(
    ['', 'low, °C', 'high, °C', 'rain, mm', 'days with rain'],
    months.map((month, at) => row(MONTHS[at]!, [month.low, month.high, month.rain, month.rainy_days])),
  )}

## To remember

| | | |
|---|---:|---|
| Hottest day | ${dated(extremes.hottest, '°C')} |
| Coldest night | ${dated(extremes.coldest, '°C')} |
| Wettest day | ${dated(extremes.wettest, 'mm')} |
| Windiest day | ${dated(extremes.windiest, 'm/s')} |
| Longest dry spell | ${spell(extremes.longest_dry_spell)} |
| Longest wet spell | ${spell(extremes.longest_wet_spell)} |

## Percentiles

${table(
    ['', ...percentiles.percents.map((percent) => `${percent}%`)],
    [
      row('Highest temperature of the day, °C', percentiles.values.temp_max),
      row('Lowest temperature of the day, °C', percentiles.values.temp_min),
      row('Rain on a day with rain, mm', percentiles.values.rain),
      row('Wind, m/s', percentiles.values.wind),
    ],
  )}

Source: \`seattle-weather.csv\` of the npm package vega-datasets (NOAA daily observations).
`
}

const rainOf = (summary: Summary): number => round(summary.months.reduce((sum, month) => sum + month.rain, 0))

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map(line)].join('\n')
}
