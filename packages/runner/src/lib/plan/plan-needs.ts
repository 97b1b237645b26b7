import { loadExpressions } from '../expressions/expressions.ts'
import { expressionUses } from '../expressions/step-expressions.ts'
import type { Plan } from '../plan.ts'

/** What a plan needs beyond the scheduler and executors: looked for once, since a run of a few steps has no time to spare. */
export interface PlanNeeds {
  expressions: { any: boolean; matches: boolean }
  items: boolean
  /** Steps name modules, scripts or jobs. */
  code: boolean
  /** The plan or its steps ask for variables of the runner's environment. */
  grants: boolean
}

const known = new WeakMap<Plan, PlanNeeds>()

export function needsOf(plan: Plan): PlanNeeds {
  let needs = known.get(plan)
  if (!needs) {
    needs = {
      expressions: expressionUses(plan),
      items: plan.steps.some(({ forEach }) => forEach !== undefined),
      code: plan.steps.some(({ module, script, job }) => (module ?? script ?? job) !== undefined),
      grants: plan.env !== undefined || plan.steps.some(({ env }) => env !== undefined),
    }
    known.set(plan, needs)
  }
  return needs
}

/** Loads what a run of the plan needs; undefined: nothing. */
export function loadNeeds(plan: Plan): Promise<unknown> | undefined {
  const { expressions } = needsOf(plan)
  return expressions.any ? loadExpressions(expressions) : undefined
}
