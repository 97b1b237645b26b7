import { canonicalize } from '../journal/canonical-json.ts'
import { expressionUses } from '../expressions/step-expressions.ts'
import type { Plan } from '../plan.ts'
import { sha256Hex } from '../journal/sha256.ts'

/** A checked plan with its canonical JSON and that text's SHA-256 (hex). */
export interface SealedPlan {
  plan: Plan
  json: string
  hash: string
}

const sealed = new WeakMap<Plan, SealedPlan>()
const defined = new WeakSet<Plan>()

/**
 * Gives a plan made in code its type, and freezes it, so that it is checked once, when it is first started, however
 * often it is run. What is wrong with it is told there (PLAN_INVALID).
 */
export function definePlan(plan: Plan): Plan {
  if (typeof plan === 'object' && plan !== null) defined.add(deepFreeze(plan))
  return plan
}

/**
 * Checks a plan, unless that was done before, and gives what the journal needs of it. Throws RunnerError PLAN_INVALID.
 * Answers at once for a plan that is known: a run of a few steps has no time to spare.
 */
export function sealPlan(plan: Plan): SealedPlan | Promise<SealedPlan> {
  return sealed.get(plan) ?? checkAndSeal(plan)
}

/** Takes a plan as checked: one that the recipe compiler, or a command line whose words were checked, made. */
export function trustPlan(plan: Plan): SealedPlan {
  const json = canonicalize(plan)
  return trustSealed({ plan, json, hash: sha256Hex(json) })
}

/** Takes a plan as checked, and its canonical JSON and hash as they are given. */
export function trustSealed(made: SealedPlan): SealedPlan {
  deepFreeze(made.plan)
  sealed.set(made.plan, made)
  return made
}

async function checkAndSeal(plan: Plan): Promise<SealedPlan> {
  // Checking needs zod, which costs more to load than a short run takes.
  const { checkPlan } = await import('../recipe/check-plan.ts')
  const copy = checkPlan(plan)
  if (expressionUses(copy).any) (await import('../recipe/rules/plan-expressions.ts')).requireExpressions(copy)
  // A plan that cannot change any more needs no copy: one of 100,000 steps has its size.
  return trustPlan(defined.has(plan) ? plan : copy)
}

/** What is frozen is not entered: parts of a plan that somebody wrote may refer to each other. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  Object.freeze(value)
  if (Array.isArray(value)) for (const inner of value) deepFreeze(inner)
  else for (const key in value) deepFreeze(value[key])
  return value
}
