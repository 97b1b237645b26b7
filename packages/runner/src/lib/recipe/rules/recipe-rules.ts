import { checkGraph } from './graph-rules.ts'
import { checkModule, checkModuleKeys } from '../code/module-rules.ts'
import { stagesOf } from './order.ts'
import type { StepOutline } from '../outline.ts'
import { STEP_LIST_NAMES } from '../text/step-lists.ts'
import { checkStep, type RuleFinding } from '../step-rules.ts'
import { checkRecipeValues, checkValues } from './value-rules.ts'

/** What a recipe's value shows to be wrong beside its schema. */
export function rulesOf(
  recipe: unknown,
  steps: readonly StepOutline[],
  stages: readonly number[],
  types: readonly string[],
): RuleFinding[] {
  const byStep = steps.flatMap((step) => {
    const raw = (recipe as Record<string, unknown[]>)[step.list]![step.index]
    return checkStep(step, raw, types).concat(checkModule(step, raw), checkValues(step, raw))
  })
  return checkRecipeValues(recipe).concat(byStep, checkModuleKeys(steps), checkGraph(steps, stages).findings)
}

/** Each list of steps has stages of its own. */
export function stagesByList(steps: readonly StepOutline[]): number[] {
  return STEP_LIST_NAMES.flatMap((list) => stagesOf(steps.filter((step) => step.list === list)))
}
