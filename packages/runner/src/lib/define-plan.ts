import { hash } from 'node:crypto'
import { canonicalize } from './canonical-json.ts'
import { checkPlan } from './recipe/check-plan.ts'
import type { Plan } from './plan.ts'

/** A checked plan with its canonical JSON and that text's SHA-256 (hex). */
export interface SealedPlan {
  plan: Plan
  json: string
  hash: string
}

const sealed = new WeakMap<Plan, SealedPlan>()

/** Checks a plan made in code; the result is frozen and may be run many times. Throws RunnerError PLAN_INVALID. */
export function definePlan(plan: Plan): Plan {
  return sealPlan(plan).plan
}

/** `definePlan`, with what the journal needs of it. A plan that was defined before is not checked again. */
export function sealPlan(plan: Plan): SealedPlan {
  const known = sealed.get(plan)
  if (known) return known
  const checked = deepFreeze(checkPlan(plan))
  const json = canonicalize(checked)
  const made = { plan: checked, json, hash: hash('sha256', json, 'hex') }
  sealed.set(checked, made)
  return made
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member)
    Object.freeze(value)
  }
  return value
}
