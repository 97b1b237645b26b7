import type { Plan } from '../plan.ts'
import type { CompileOptions } from './compile-options.ts'
import { draftRecipe, type Draft } from './draft.ts'
import { checkExpressions } from './rules/expression-rules.ts'
import type { StepOutline } from './outline.ts'
import type { RecipePositions } from './text/positions.ts'
import { formatPath } from '../json-path.ts'
import type { Problem } from './text/problem.ts'
import type { RuleFinding } from './step-rules.ts'
import { checkSubPlans } from './rules/sub-recipe-rules.ts'
import type { SubPlans } from './to-plan.ts'

export { STEP_TYPES, type CompileOptions } from './compile-options.ts'

export interface CompiledRecipe {
  /** Present exactly when there are no problems. */
  plan?: Plan
  /** In the order of their places. */
  problems: Problem[]
  positions: RecipePositions
  /** The steps as far as they can be read; `inspectRecipe` looks at the code that they name. */
  steps: StepOutline[]
}

/**
 * Compiles the text of a recipe to a plan, or tells every problem that the text alone shows. Pure: it reads no file and
 * throws nothing, whatever the text is. The recipes that its steps run are given by `subPlans`: `loadRecipe` reads them.
 */
export function compileRecipe(
  source: string | Uint8Array,
  options: CompileOptions & { subPlans?: SubPlans },
): CompiledRecipe {
  return finishRecipe(draftRecipe(source, options), options.subPlans ?? new Map())
}

/**
 * Checks what a draft leaves open: expressions, and what steps ask of the recipes that they run. `further` is what was
 * found when those were read.
 */
export function finishRecipe(draft: Draft, subPlans: SubPlans, further: readonly RuleFinding[] = []): CompiledRecipe {
  const { value, steps, expressions, open, positions } = draft
  const told = new Set(further.map(({ at }) => formatPath(at)))
  const asked = checkSubPlans(value, steps, subPlans).filter(({ at }) => !told.has(formatPath(at)))
  const problems = draft.report([...further, ...asked], checkExpressions(value, steps, expressions, open))
  const plan = problems.length === 0 ? draft.plan(subPlans) : undefined
  return { ...(plan ? { plan } : {}), problems, positions, steps }
}
