import { dirname, join, resolve } from 'node:path'
import type { RunnerOptions, RunResult, StartOptions } from './api.ts'
import { openRecipeOrThrow } from './open-or-throw.ts'
import { createRunner, workspaceRoot } from './create-runner.ts'
import { RUNNER_OPTIONS, START_OPTIONS, text } from './known-options.ts'
import { checkGiven, checkOptions } from './option-checks.ts'

/** `workspace` defaults to the recipe's folder. */
export type RunRecipeOptions = Partial<RunnerOptions> & StartOptions

/**
 * Loads a recipe, runs it to its end and closes everything again. A run that failed resolves too: see `status`. Throws
 * RunnerError RECIPE_INVALID, with the problems in `details.problems`, before anything ran, and as `Runner.start` does.
 */
export async function runRecipe(file: string, options: RunRecipeOptions = {}): Promise<RunResult> {
  checkGiven('file', file, text)
  checkOptions('runRecipe', options, { ...RUNNER_OPTIONS, ...START_OPTIONS })
  if (options.workspace !== undefined) workspaceRoot(options.workspace)
  const workspace = options.workspace ?? dirname(resolve(file))
  const stateDir = options.stateDir ?? join(workspace, '.lorc')
  const loaded = await openRecipeOrThrow(file, { root: workspace, allow: options.allow ?? [], jobs: options.jobs }, stateDir)
  const runner = await createRunner({ ...optionsOf(options, RUNNER_OPTIONS), workspace })
  try {
    const recipe = { path: loaded.path, sha256: loaded.sha256 }
    const run = await runner.start(loaded.plan, { recipe, ...optionsOf(options, START_OPTIONS) })
    return await run.result
  } finally {
    await runner.close()
  }
}

/** Those of one of the two. */
function optionsOf(options: RunRecipeOptions, names: object): RunRecipeOptions {
  return Object.fromEntries(Object.entries(options).filter(([name]) => Object.hasOwn(names, name)))
}
