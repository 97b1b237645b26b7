import { RunnerError } from './errors.ts'
import type { Plan, PlanStep } from './plan.ts'

const OF_PLANS = ['deadlineMs', 'env'] as const satisfies (keyof Plan)[]
const OF_STEPS = ['phase', 'when', 'forEach', 'produces', 'priority', 'concurrencyGroup', 'approval', 'recipe'] as const satisfies (keyof PlanStep)[]

/** Throws PLAN_INVALID for what a plan may say and this runner does not do yet: nothing is ignored. */
export function checkSupported(plan: Plan): void {
  for (const field of OF_PLANS) if (plan[field] !== undefined) throw unsupported(field)
  for (const step of plan.steps) {
    for (const field of OF_STEPS) if (step[field] !== undefined) throw unsupported(`${step.name}.${field}`)
    if (step.success?.when !== undefined) throw unsupported(`${step.name}.success.when`)
  }
}

function unsupported(field: string): RunnerError {
  return new RunnerError('PLAN_INVALID', `The plan cannot be run. ${field}: this runner does not do that.`)
}
