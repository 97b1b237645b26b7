import { CHILDREN_OPTION, defineCommand, JSON_OPTION } from '../command-line/command.ts'
import { sinceOption } from '../duration-text.ts'
import { EXIT } from '../exit-codes.ts'
import { marksFor } from '../render/marks.ts'
import { newestRuns, recipeName } from '../lookup/runs-of-recipe.ts'
import { snakeCased } from '../snake-case.ts'
import { byRecipe, type DetailedStats, type RecipeStats, recipeStats, statsOf } from '../stats/recipe-stats.ts'
import { flakiest } from '../stats/run-stats.ts'
import { recipesText, statsText } from '../stats/stats-text.ts'
import { withRunner } from '../with-runner.ts'

const RUNS_MAX = 10_000
const RUNS_DEFAULT = 1000

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
    ...CHILDREN_OPTION,
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
    const { children } = options
    const window = { since, children, most: Math.min(RUNS_MAX, options.last ?? (since === null ? RUNS_DEFAULT : RUNS_MAX)) }
    const { recipe } = invocation.arguments
    const view = { style: out, marks: marksFor(io.env), limit: options.limit }
    const { root } = await workspace()
    return await withRunner(invocation, async ({ store }) => {
      const name = recipe === undefined ? undefined : await recipeName(store, recipe, io.cwd, root)
      const { runs, truncated } = await newestRuns(store, window, name)
      const perhapsChildren = name !== undefined && since === null && !children
      if (runs.length === 0) io.stderr.write(perhapsChildren ? 'no runs at the top; --children counts those that steps of other runs started\n' : 'no runs\n')
      else if (truncated) io.stderr.write(out.dim(`the newest ${runs.length} runs; --last N looks at more\n`))
      if (name === undefined) {
        const recipes = byRecipe(runs)
        io.stdout.write(options.json ? json(recipes.map(recipeJson)) : recipesText(recipes, view))
        return EXIT.ok
      }
      const found = await statsOf(store, name, runs, children)
      io.stdout.write(options.json ? json(statsJson(found)) : runs.length === 0 ? '' : statsText(found, view))
      return EXIT.ok
    })
  },
})

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

function statsJson(found: DetailedStats): object {
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
