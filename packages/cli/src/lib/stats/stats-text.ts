import type { RunSummary } from '@lorc/runner'
import type { Marks } from '../render/marks.ts'
import { count, duration, timestamp } from '../render/quantity.ts'
import { paintRunStatus } from '../render/run-status.ts'
import { sparkline } from '../render/sparkline.ts'
import type { Style } from '../render/style.ts'
import { type Cell, table } from '../render/table.ts'
import { oneLine, padEnd, truncate } from '../render/text.ts'
import { type DetailedStats, PARTS, type RecipeStats } from './recipe-stats.ts'
import { flakiest, runStats, type StepStats } from './run-stats.ts'

export interface StatsView {
  style: Style
  marks: Marks
  /** Recipes or steps, no more. */
  limit: number
}

/** A line for each recipe. */
export function recipesText(recipes: readonly RecipeStats[], { style, marks, limit }: StatsView): string {
  if (recipes.length === 0) return ''
  const rows = recipes.slice(0, limit).map(({ name, runs, parts, all }): Cell[] => {
    const status = runs[0]?.status ?? 'running'
    return [
      { text: truncate(oneLine(name), 24), paint: style.bold },
      { text: String(all.runs) },
      { text: percent(all.successRate), ...paintRate(all.successRate, style) },
      { text: time(all.duration.p50) },
      { text: time(all.duration.p95) },
      { text: status, paint: paintRunStatus(status, style) },
      { text: durationChart(parts, marks), paint: style.dim },
    ]
  })
  return `${table(['RECIPE', 'RUNS', 'SUCCESS', 'P50', 'P95', 'LAST', 'OVER TIME'], rows, style)}\n`
}

/** One recipe: its runs over time, its steps, and which of them stand out. */
export function statsText(found: DetailedStats, view: StatsView): string {
  const { style, marks, limit } = view
  const { name, runs, parts, all, steps } = found
  const oldest = runs.at(-1)?.createdAt ?? 0
  const failed = [
    ...(all.failed > 0 ? [`${all.failed} failed`] : []),
    ...(all.cancelled > 0 ? [`${all.cancelled} cancelled`] : []),
  ]
  const detail = failed.length === 0 ? '' : ` (${failed.join(', ')})`
  const rates = parts.map((part) => runStats(part).successRate)
  const lines = [
    `${style.bold(oneLine(name))}: ${count(all.runs, 'run')} since ${timestamp(oldest).slice(0, 16)}, ${percent(all.successRate)} completed${detail}`,
    `success   ${style.green(sparkline(rates, marks, 0, 1))}  ${rangeText(parts)}`,
    `duration  ${style.cyan(durationChart(parts, marks))}  p50 ${time(all.duration.p50)}, p95 ${time(all.duration.p95)}`,
  ]
  const rows = steps.slice(0, limit).map((step) => stepCells(step, view))
  const more = steps.length - rows.length
  if (rows.length > 0) {
    lines.push('', table(['STEP', 'P50', 'P95', 'OVER TIME', 'TRIES', 'FAILED', 'RETRIED', 'CACHED'], rows, style))
  }
  if (more > 0) lines.push(style.dim(`and ${more} more that took less; --limit N shows more`))
  return `${[...lines, ...remarks(steps)].join('\n')}\n`
}

function rangeText(parts: readonly (readonly RunSummary[])[]): string {
  const sizes = parts.map((part) => part.length)
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)]
  return `oldest to newest, ${least === most ? least : `${least} or ${most}`} ${most === 1 ? 'run' : 'runs'} each`
}

function stepCells(step: StepStats, { style, marks }: StatsView): Cell[] {
  const tell = (number: number): string => (number === 0 ? '-' : String(number))
  return [
    { text: truncate(step.step, 24), paint: style.bold },
    { text: time(step.duration.p50) },
    { text: time(step.duration.p95) },
    { text: padEnd(sparkline(step.trend, marks, 0), PARTS - 3), paint: style.dim },
    { text: String(step.attempts) },
    { text: tell(step.failures), ...(step.failures > 0 ? { paint: style.red } : {}) },
    { text: tell(step.recovered), ...(step.recovered > 0 ? { paint: style.yellow } : {}) },
    { text: tell(step.cached) },
  ]
}

function remarks(steps: readonly StepStats[]): string[] {
  const total = steps.reduce((sum, { totalMs }) => sum + totalMs, 0)
  const [slowest] = steps
  const [worst] = flakiest(steps)
  const lines: string[] = []
  if (slowest !== undefined && total > 0) {
    lines.push(`slowest   ${slowest.step}: ${percent(slowest.totalMs / total)} of the time of all steps`)
  }
  if (worst !== undefined) {
    const said = [
      ...(worst.recovered > 0 ? [`${times(worst.recovered)} completed after failures`] : []),
      ...(worst.failedRuns > 0 ? [`${times(worst.failedRuns)} failed for good`] : []),
    ]
    lines.push(`flakiest  ${worst.step}: ${said.join(', ')}, in ${worst.runs} runs`)
  }
  return lines.length === 0 ? [] : ['', ...lines]
}

function times(number: number): string {
  return number === 1 ? 'once' : `${number} times`
}

function durationChart(parts: readonly (readonly RunSummary[])[], marks: Marks): string {
  return sparkline(parts.map((part) => runStats(part).duration.p50), marks, 0)
}

function time(ms: number | null): string {
  return ms === null ? '-' : duration(ms)
}

/** Never says 100% where something failed. */
function percent(share: number | null): string {
  return share === null ? '-' : `${share < 1 ? Math.floor(share * 100) : 100}%`
}

function paintRate(rate: number | null, style: Style): { paint?: (text: string) => string } {
  if (rate === null) return {}
  return { paint: rate === 1 ? style.green : rate < 0.9 ? style.red : style.yellow }
}
