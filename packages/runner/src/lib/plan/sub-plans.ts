import { RunnerError } from '../errors.ts'
import type { Plan } from '../plan.ts'

/** How deep plans may run each other. */
const DEEPEST = 16

/** A plan and every plan that its steps of type `recipe` run, outermost first. Throws PLAN_INVALID beyond 16 levels. */
export function* withSubPlans(plan: Plan, depth = 0): Generator<Plan> {
  if (depth > DEEPEST) {
    throw new RunnerError('PLAN_INVALID', `The plan cannot be run: its recipes run each other more than ${DEEPEST} deep.`, {
      fix: 'Have one recipe run several others rather than each the next.',
    })
  }
  yield plan
  for (const { recipe } of plan.steps) if (recipe) yield* withSubPlans(recipe.plan, depth + 1)
}
