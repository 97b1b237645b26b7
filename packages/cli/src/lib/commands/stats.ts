import { itemOf, type RunStore, type RunSummary } from '@lorc/runner'
import { defineCommand, JSON_OPTION } from '../command.ts'
import { sinceOption } from '../duration-text.ts'
import { EXIT } from '../exit-codes.ts'
import { type Marks, marksFor } from '../render/marks.ts'
import { count, duration, timestamp } from '../render/quantity.ts'
import { paintRunStatus } from '../render/run-status.ts'
import { sparkline } from '../render/sparkline.ts'
import type { Style } from '../render/style.ts'
import { type Cell, table } from '../render/table.ts'
import { oneLine, padEnd, truncate } from '../render/text.ts'
import { newestRuns, recipeName } from '../runs-of-recipe.ts'
import { flakiest, inParts, type RunStats, runStats, type StepStats, stepStats } from '../stats/run-stats.ts'
import { snakeCased } from '../snake-case.ts'
import { withRunner } from '../with-runner.ts'

/** Values of a chart. */
const PARTS = 12
const RUNS_MAX = 10_000
const RUNS_DEFAULT = 1000
/** Attempts are asked for by number: a run is taken to have no more than this many of each step. */
const ATTEMPTS_A_STEP = 3
const ATTEMPTS_MAX = 500_000

export const stats = defineCommand({
  description:
    'Shows how the runs of a recipe went over time: the share that completed, how long they and their steps took, which ' +
    'steps are the slowest, and which fail or need retries. Without RECIPE, every recipe in a line. It looks at the ' +
    `newest runs, ${RUNS_MAX} at most.`,
  arguments: { recipe: { label: 'RECIPE', summary: "A recipe's name or file", required: false } },
  options: {
    since: { kind: 'text', label: 'WHEN', summary: 'Only runs that began since: 12h, 30d, 2w, or a date, 2026-01-31' },
    last: { kind: 'integer', label: 'N', min: 1, summary: 'Only the last N runs. Default: 1000, or all with --since' },
    limit: { kind: 'integer', label: 'N', short: 'n', min: 1, default: 20, summary: 'No more steps or recipes than this' },
    ...JSON_OPTION,
  },
  examples: [
    ['stats', 'each recipe in a line'],
    ['stats daily', 'the last 1000 runs of the recipe `daily`'],
    ['stats recipes/daily.yaml --since 30d --json', 'of the last 30 days, for a program'],
  ],
  async run(invocation) {
    const { io, out, options, workspace } = invocation
    const since = options.since === undefined ? null : sinceOption('since', options.since, io.now())
    const window = { since, most: Math.min(RUNS_MAX, options.last ?? (since === null ? RUNS_DEFAULT : RUNS_MAX)) }
    const { recipe } = invocation.arguments
    const view = { style: out, marks: marksFor(io.env), limit: options.limit }
    const { root } = await workspace()
    return await withRunner(invocation, async ({ store }) => {
      const name = recipe === undefined ? undefined : await recipeName(store, recipe, io.cwd, root)
      const { runs, truncated } = await newestRuns(store, window, name)
      if (runs.length === 0) io.stderr.write('no runs\n')
      else if (truncated) io.stderr.write(out.dim(`the newest ${runs.length} runs; --last N looks at more\n`))
      if (name === undefined) {
        const recipes = byRecipe(runs)
        io.stdout.write(options.json ? json(recipes.map(recipeJson)) : recipesText(recipes, view))
        return EXIT.ok
      }
      const found = await statsOf(store, name, runs)
      io.stdout.write(options.json ? json(statsJson(found)) : runs.length === 0 ? '' : statsText(found, view))
      return EXIT.ok
    })
  },
})

interface View {
  style: Style
  marks: Marks
  limit: number
}

interface RecipeStats {
  name: string
  runs: readonly RunSummary[]
  parts: RunSummary[][]
  all: RunStats
}

interface Stats extends RecipeStats {
  steps: StepStats[]
}

function recipeStats(name: string, runs: readonly RunSummary[]): RecipeStats {
  return { name, runs, parts: inParts(runs, PARTS), all: runStats(runs) }
}

/** The recipe that ran last comes first. */
function byRecipe(runs: readonly RunSummary[]): RecipeStats[] {
  const lists = new Map<string, RunSummary[]>()
  for (const run of runs) {
    const list = lists.get(run.name)
    if (list === undefined) lists.set(run.name, [run])
    else list.push(run)
  }
  return [...lists].map(([name, list]) => recipeStats(name, list))
}

async function statsOf(store: RunStore, name: string, runs: readonly RunSummary[]): Promise<Stats> {
  const found = recipeStats(name, runs)
  const steps = runs.reduce((sum, run) => sum + run.steps, 0)
  const limit = Math.min(ATTEMPTS_MAX, ATTEMPTS_A_STEP * steps)
  const attempts = limit === 0 ? [] : await store.attempts({ name, limit })
  return { ...found, steps: stepStats(found.parts, attempts, foldItems) }
}

function foldItems(step: string): string {
  const parent = itemOf(step)
  return parent === undefined ? step : `${parent}[]`
}

function recipesText(recipes: readonly RecipeStats[], { style, marks, limit }: View): string {
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

function statsText(found: Stats, view: View): string {
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

function stepCells(step: StepStats, { style, marks }: View): Cell[] {
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

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function recipeJson({ name, runs, all }: RecipeStats): object {
  const times = runs.map(({ createdAt }) => createdAt)
  const at = (time: number): string | null => (runs.length === 0 ? null : new Date(time).toISOString())
  const { duration: took, ...counts } = all
  return {
    recipe: name,
    ...snakeCased(counts),
    p50_ms: took.p50,
    p95_ms: took.p95,
    first_at: at(Math.min(...times)),
    last_at: at(Math.max(...times)),
  }
}

function statsJson(found: Stats): object {
  const { steps, parts } = found
  return {
    ...recipeJson(found),
    over_time: parts.map((part) => recipeJson(recipeStats(found.name, part))),
    steps: steps.map(({ duration: took, trend, ...counts }) => ({
      ...snakeCased(counts),
      p50_ms: took.p50,
      p95_ms: took.p95,
      p50_ms_over_time: trend,
    })),
    slowest: steps[0]?.step ?? null,
    flakiest: flakiest(steps).map(({ step }) => step),
  }
}
