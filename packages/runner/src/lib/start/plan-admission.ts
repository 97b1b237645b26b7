import type { StartOptions } from '../api.ts'
import { sealPlan, type SealedPlan } from '../plan-builder/define-plan.ts'
import type { Environment } from '../secrets/environment.ts'
import type { StepExecutor } from '../executor.ts'
import { checkTypes } from '../executor-table.ts'
import { graphOf } from '../plan/graph.ts'
import { importSteps, sourceRun, type StepImport } from '../run-state/import-steps.ts'
import { loadNeeds } from '../plan/plan-needs.ts'
import type { Plan } from '../plan.ts'
import { checkNames } from '../plan/run-order.ts'
import { secretsOf } from '../secrets/secrets.ts'
import type { RunStore } from '../store.ts'
import { withSubPlans } from '../plan/sub-plans.ts'

/** A plan that can be run as it was asked for, with the steps that another run, `source`, completed for it. */
export interface AdmittedPlan {
  readonly sealed: SealedPlan
  readonly imported: readonly StepImport[]
  readonly source?: string
}

export interface AdmissionParts {
  readonly store: RunStore
  readonly executors: ReadonlyMap<string, StepExecutor>
  readonly env: Environment
}

/** Decides whether a plan can be run here at all, before anything is changed. */
export class PlanAdmission {
  readonly #parts: AdmissionParts
  /** Plans whose executors and secrets are there: they were looked for before. */
  readonly #passed = new WeakSet<Plan>()

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /** Rejects with PLAN_INVALID, STEP_NO_EXECUTOR, SECRET_MISSING, SECRET_SHORT, RUN_STEP_UNKNOWN, RUN_NO_SOURCE, STORE_*. */
  async admit(plan: Plan, options: StartOptions): Promise<AdmittedPlan> {
    const known = sealPlan(plan)
    const sealed = known instanceof Promise ? await known : known
    this.#check(sealed.plan)
    const graph = graphOf(sealed.plan)
    checkNames(sealed.plan, graph, options)
    const loading = loadNeeds(sealed.plan)
    if (loading) await loading
    if (options.imported?.length) {
      checkNames(sealed.plan, graph, { only: options.imported.map(({ step }) => step) })
      const [{ importedFrom: source }] = options.imported as [StepImport]
      return { sealed, imported: [...options.imported], ...(source !== undefined && { source }) }
    }
    if (!options.resumeFrom?.length) return { sealed, imported: [] }
    const source = await sourceRun(this.#parts.store, sealed.plan, options.fromRun)
    return { sealed, imported: await importSteps(this.#parts.store, source, graph, options), source }
  }

  #check(plan: Plan): void {
    if (this.#passed.has(plan)) return
    for (const each of withSubPlans(plan)) {
      checkTypes(each, this.#parts.executors)
      secretsOf(each, this.#parts.env)
    }
    this.#passed.add(plan)
  }
}
