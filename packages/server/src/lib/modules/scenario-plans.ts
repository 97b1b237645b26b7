import { definePlan, type Plan } from '@lorc/runner'
import type { ModuleRegistry } from './module-registry.ts'
import { scenarioPlan, type Scenario } from './scenario-plan.ts'

/** Plans that are kept. */
const KEPT = 200

/**
 * Plans of scenarios, each made once, as long as the same is asked for with other inputs: a plan that is known is neither
 * checked nor hashed again.
 */
export class ScenarioPlans {
  readonly #registry: ModuleRegistry
  readonly #plans = new Map<string, Plan>()

  constructor(registry: ModuleRegistry) {
    this.#registry = registry
  }

  /** Throws as `scenarioPlan` does. */
  of({ scenario_id: id, modules, parallel, saveArtifacts, healthCheck }: Omit<Scenario, 'inputs'>): Plan {
    const key = JSON.stringify([id, modules.map(({ id: step, module, depends_on: needs }) => [step, module, needs]), parallel, saveArtifacts, healthCheck])
    const made = this.#plans.get(key) ?? definePlan(scenarioPlan({ scenario_id: id, modules, parallel, saveArtifacts, healthCheck }, this.#registry))
    this.#plans.delete(key)
    this.#plans.set(key, made)
    const [oldest] = this.#plans.keys()
    if (this.#plans.size > KEPT && oldest !== undefined) this.#plans.delete(oldest)
    return made
  }
}
