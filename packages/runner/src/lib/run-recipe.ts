import { dirname, join, resolve } from 'node:path'
import type { RunnerOptions, RunResult, StartOptions } from './api.ts'
import { openRecipeOrThrow } from './open-or-throw.ts'
import { createRunner } from './create-runner.ts'

/** `workspace` defaults to the recipe's folder. */
export type RunRecipeOptions = Partial<RunnerOptions> & StartOptions

/**
 * Loads a recipe, runs it to its end and closes everything again. A run that failed resolves too: see `status`. Throws
 * RunnerError RECIPE_INVALID, with the problems in `details.problems`, before anything ran, and as `Runner.start` does.
 */
export async function runRecipe(file: string, options: RunRecipeOptions = {}): Promise<RunResult> {
  const workspace = options.workspace ?? dirname(resolve(file))
  const stateDir = options.stateDir ?? join(workspace, '.lorc')
  const loaded = await openRecipeOrThrow(file, { root: workspace, allow: options.allow ?? [], jobs: options.jobs }, stateDir)
  const runner = await createRunner({ ...options, workspace })
  try {
    const run = await runner.start(loaded.plan, { recipe: { path: loaded.path, sha256: loaded.sha256 }, ...options })
    return await run.result
  } finally {
    await runner.close()
  }
}
