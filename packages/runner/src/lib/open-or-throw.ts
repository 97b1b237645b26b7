import { RunnerError } from './errors.ts'
import { openRecipe } from './open-recipe.ts'
import type { Plan } from './plan.ts'
import type { LoadedRecipe } from './recipe/load-recipe.ts'
import type { Workspace } from './workspace/workspace.ts'

/** The recipe, without problems. Throws RunnerError RECIPE_INVALID with the problems in `details.problems`. `stateDir`: as for `openRecipe`. */
export async function openRecipeOrThrow(file: string, workspace: Workspace, stateDir: string | null): Promise<LoadedRecipe & { plan: Plan }> {
  const loaded = await openRecipe(file, workspace, stateDir)
  const { plan, problems } = loaded
  if (plan) return { ...loaded, plan }
  const [first] = problems
  throw new RunnerError('RECIPE_INVALID', `${file} has ${problems.length} problem(s): ${first?.message ?? ''}`, {
    details: { problems: problems.map((problem) => ({ ...problem })) },
  })
}
