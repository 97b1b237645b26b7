import type { Plan, PlanStep } from '../plan.ts'

/**
 * A plan's steps as executors are to see them: with the plan's `env`, and without what the runner has decided before
 * they start. Made when first asked for; a step to which nothing of that applies is the plan's own.
 */
export class ExecutedSteps {
  readonly #plan: Plan
  readonly #made: (PlanStep | undefined)[] = []

  constructor(plan: Plan) {
    this.#plan = plan
  }

  of(index: number): PlanStep {
    const step = this.#plan.steps[index]!
    if (!this.#plan.env && !step.forEach && !step.concurrencyGroup && step.when === undefined) return step
    return (this.#made[index] ??= this.#make(step))
  }

  #make({ forEach: _forEach, when: _when, concurrencyGroup: _group, ...step }: PlanStep): PlanStep {
    const { env, secrets = [] } = this.#plan
    if (!env) return step
    const grant = env.grant.filter((name) => !secrets.includes(name))
    return { ...step, env: { grant: [...new Set([...grant, ...(step.env?.grant ?? [])])], set: { ...env.set, ...step.env?.set } } }
  }
}
