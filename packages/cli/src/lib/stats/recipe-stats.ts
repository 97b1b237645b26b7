import { parseItemName, type RunStore, type RunSummary } from '@lorc/runner'
import { inParts, type RunStats, runStats, type StepStats, stepStats } from './run-stats.ts'

/** Parts that the time is told in. */
export const PARTS = 12
/** Attempts are asked for by number: a run is taken to have no more than this many of each step. */
const ATTEMPTS_A_STEP = 3
const ATTEMPTS_MAX = 500_000

/** How the runs of one recipe went; `parts` are the same runs, oldest first. */
export interface RecipeStats {
  name: string
  runs: readonly RunSummary[]
  parts: RunSummary[][]
  all: RunStats
}

/** The same with each step, the one that took the most time first. */
export interface DetailedStats extends RecipeStats {
  steps: StepStats[]
}

export function recipeStats(name: string, runs: readonly RunSummary[]): RecipeStats {
  return { name, runs, parts: inParts(runs, PARTS), all: runStats(runs) }
}

/** The recipe that ran last comes first. */
export function byRecipe(runs: readonly RunSummary[]): RecipeStats[] {
  const lists = new Map<string, RunSummary[]>()
  for (const run of runs) {
    const list = lists.get(run.name)
    if (list === undefined) lists.set(run.name, [run])
    else list.push(run)
  }
  return [...lists].map(([name, list]) => recipeStats(name, list))
}

/** With what the steps of these runs took, from the attempts that the store keeps. `runs` are the newest first, with or without `children`. */
export async function statsOf(store: RunStore, name: string, runs: readonly RunSummary[], children: boolean): Promise<DetailedStats> {
  const found = recipeStats(name, runs)
  const steps = runs.reduce((sum, run) => sum + run.steps, 0)
  const limit = Math.min(ATTEMPTS_MAX, ATTEMPTS_A_STEP * steps)
  const attempts = limit === 0 ? [] : await store.attempts({ name, topLevel: !children, limit })
  return { ...found, steps: stepStats(found.parts, attempts, foldItems) }
}

function foldItems(step: string): string {
  const item = parseItemName(step)
  return item === undefined ? step : `${item.step}[]`
}

