import { PHASES } from '../plan/graph.ts'
import type { Plan, PlanStep } from '../plan.ts'

export type Phase = NonNullable<PlanStep['phase']>

/** What a plan says of who waits for whom, by step index. A step without `dependsOn` waits for its phase's lower stages. */
export interface PlanOrder {
  plan: Plan
  index: ReadonlyMap<string, number>
  phase: readonly Phase[]
  /** Indices of the steps that each names in `dependsOn`; undefined: it stands at its stage's barrier. */
  needs: readonly (readonly number[] | undefined)[]
  stages: number
}

/** A phase begins when these are over. */
export function phasesBefore(phase: Phase): readonly Phase[] {
  return PHASES.slice(0, PHASES.indexOf(phase))
}

const orders = new WeakMap<Plan, PlanOrder>()

/** O(steps + edges), once for each plan object. Names that the plan does not have are left out. */
export function orderOf(plan: Plan): PlanOrder {
  let order = orders.get(plan)
  if (order === undefined) orders.set(plan, (order = buildOrder(plan)))
  return order
}

function buildOrder(plan: Plan): PlanOrder {
  const index = new Map(plan.steps.map(({ name }, i) => [name, i]))
  return {
    plan,
    index,
    phase: plan.steps.map((step) => step.phase ?? 'main'),
    needs: plan.steps.map(({ dependsOn }) => dependsOn && [...new Set(dependsOn)].flatMap((name) => index.get(name) ?? [])),
    stages: plan.steps.reduce((most, { stage }) => Math.max(most, stage + 1), 0),
  }
}
