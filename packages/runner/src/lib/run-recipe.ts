import { dirname, join, resolve } from 'node:path'
import type { RunnerOptions, RunResult, StartOptions } from './api.ts'
import { RunnerError } from './errors.ts'
import { openRecipe } from './open-recipe.ts'
import { createRunner } from './runner.ts'

/** `workspace` defaults to the recipe's folder. */
export type RunRecipeOptions = Partial<RunnerOptions> & StartOptions

/**
 * Loads a recipe, runs it to its end and closes everything again. A run that failed resolves too: see `status`. Throws
 * RunnerError RECIPE_INVALID, with the problems in `details.problems`, before anything ran, and as `Runner.start` does.
 */
export async function runRecipe(file: string, options: RunRecipeOptions = {}): Promise<RunResult> {
  const workspace = options.workspace ?? dirname(resolve(file))
  const loaded = await openRecipe(file, { root: workspace, allow: options.allow ?? [] }, options.stateDir ?? join(workspace, '.lorc'))
  if (!loaded.plan) {
    const [first] = loaded.problems
    throw new RunnerError('RECIPE_INVALID', `${file} has ${loaded.problems.length} problem(s): ${first?.message ?? ''}`, {
      details: { problems: loaded.problems.map((problem) => ({ ...problem })) },
    })
  }
  const runner = await createRunner({ ...options, workspace })
  try {
    const run = await runner.start(loaded.plan, { recipe: { path: loaded.path, sha256: loaded.sha256 }, ...options })
    return await run.result
  } finally {
    await runner.close()
  }
}
