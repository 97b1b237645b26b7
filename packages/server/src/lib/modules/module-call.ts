import { moduleKey, parseItemName, type Attempt, type JsonObject } from '@lorc/runner'
import type { ModuleArgs, ModuleResult, ScenarioParams } from './scenario-plan.ts'

/** `args` of a step of type `module` that a recipe has; their `${{ }}` are resolved. */
export interface RecipeModuleArgs {
  module: string
  inputs?: JsonObject
  parameters?: JsonObject
}

/** What one attempt of a step of type `module` is to do. */
export interface ModuleCall {
  module: string
  /** The context key that the answer becomes. */
  key: string
  /** The body of the contract: `{ run_id, parameters, inputs, metadata }`. */
  body: JsonObject
  /** Modules that have to be well before it begins. */
  check: readonly string[]
  keepsArtifacts: boolean
}

/** The call that a step of a scenario or of a recipe stands for. */
export function callOf(attempt: Attempt): ModuleCall {
  const { step, runId, number, idempotencyKey, seed } = attempt
  const args = step.args as unknown as ModuleArgs | RecipeModuleArgs
  const { params, run } = attempt.scope()
  const said = isOfScenario(args) ? saidByScenario(attempt, args, params as unknown as ScenarioParams) : saidByRecipe(args, run.name)
  return {
    module: args.module,
    key: moduleKey(parseItemName(step.name)?.step ?? step.name),
    body: {
      run_id: runId,
      parameters: { seed, ...said.parameters },
      inputs: said.inputs,
      metadata: { scenario_id: said.scenario, step: step.name, attempt: number, idempotency_key: idempotencyKey },
    },
    check: said.check,
    keepsArtifacts: said.keepsArtifacts,
  }
}

/** Whether it is a scenario's step: a recipe says by itself what its modules get of each other. */
export function isOfScenario(args: object): args is ModuleArgs {
  return 'upstream' in args
}

interface Said {
  scenario: string
  inputs: JsonObject
  parameters: JsonObject
  check: readonly string[]
  keepsArtifacts: boolean
}

function saidByScenario({ step, context }: Attempt, { upstream, checks, artifacts }: ModuleArgs, params: ScenarioParams): Said {
  // One that a person skipped put nothing out.
  const results = upstream.flatMap((other) => {
    const result = context.get(moduleKey(other)) as ModuleResult | undefined
    return result ? [[other, result.outputs] as const] : []
  })
  return {
    scenario: params.scenario_id,
    inputs: { ...params.inputs, ...(results.length > 0 && { results: Object.fromEntries(results) }) },
    parameters: Object.hasOwn(params.parameters, step.name) ? params.parameters[step.name]! : {},
    check: checks ? params.check : [],
    keepsArtifacts: artifacts,
  }
}

function saidByRecipe({ inputs = {}, parameters = {} }: RecipeModuleArgs, scenario: string): Said {
  return { scenario, inputs, parameters, check: [], keepsArtifacts: true }
}
