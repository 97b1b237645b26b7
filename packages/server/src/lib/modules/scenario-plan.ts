import { moduleKey, type JsonObject, type JsonValue, type Plan, type PlanStep } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import type { ModuleRegistry } from './module-registry.ts'
import { retryOf } from './module-retry.ts'

/** A module as a request names it. */
export interface ScenarioModule {
  module: string
  /** Its step's name: for a module that is called more than once. Default: the module's. */
  id?: string | undefined
  parameters?: JsonObject | undefined
  depends_on?: readonly string[] | undefined
}

export interface Scenario {
  scenario_id: string
  modules: readonly ScenarioModule[]
  inputs: JsonObject
  parallel: boolean
  saveArtifacts: boolean
  healthCheck: boolean
}

/** `args` of a step of type `module` of a scenario; those of a recipe are less. */
export interface ModuleArgs {
  module: string
  /** Steps whose outputs it gets. */
  upstream: string[]
  /** Whether all of the scenario's modules have to be well before it begins. */
  checks: boolean
  /** Whether its artifacts are kept. */
  artifacts: boolean
}

/** Parameters of the run of a scenario. */
export interface ScenarioParams {
  scenario_id: string
  inputs: JsonObject
  /** By step. */
  parameters: { [step: string]: JsonObject }
  /** Modules that have to be well before the first begins. */
  check: string[]
}

/** What a module put out, as the context has it. */
export interface ModuleResult {
  outputs: JsonObject
  /** Names of files. */
  artifacts: string[]
  evidence?: JsonValue
}

/**
 * The plan of a scenario: the modules one after the other, or as a graph with `parallel` or a `depends_on`. Throws
 * ServerError MODULE_UNKNOWN, SCENARIO_INVALID.
 */
export function scenarioPlan(scenario: Omit<Scenario, 'inputs'>, registry: ModuleRegistry): Plan {
  const { modules, scenario_id: name } = scenario
  const used = [...new Set(modules.map(({ module }) => module))].map((module) => registry.get(module))
  const { isGraph, names, before } = orderOf(scenario)
  const upstream = transitive(names, before)
  const steps = modules.map(({ module }, index): PlanStep => {
    const waits = isGraph ? before[index]!.length > 0 : index > 0
    const retry = retryOf(registry.get(module))
    const args: ModuleArgs = { module, upstream: upstream[index]!, checks: scenario.healthCheck && !waits, artifacts: scenario.saveArtifacts }
    return {
      name: names[index]!,
      type: 'module',
      stage: isGraph ? 0 : index,
      args: { ...args },
      ...(isGraph && { dependsOn: before[index]! }),
      ...(retry && { retry }),
    }
  })
  const secrets = [...new Set(used.flatMap((module) => module.secrets))]
  return {
    lorc: 1,
    name,
    concurrency: Math.min(64, steps.length),
    params: { type: 'object', properties: { scenario_id: {}, inputs: {}, parameters: {}, check: {} } },
    ...(secrets.length > 0 && { secrets }),
    steps,
  }
}

/**
 * The parameters of a scenario's run: what a request says goes here, not into the plan, so that nothing of it is read as an
 * expression. Throws ServerError SCENARIO_INVALID.
 */
export function scenarioParams({ scenario_id: id, modules, inputs, healthCheck }: Scenario): JsonObject {
  if (Object.hasOwn(inputs, 'results')) throw invalid('`inputs.results` is where modules find what those before them put out', ['inputs', 'results'])
  const parameters = Object.fromEntries(modules.flatMap((one) => (one.parameters ? [[nameOf(one), one.parameters]] : [])))
  const check = healthCheck ? [...new Set(modules.map(({ module }) => module))] : []
  return { scenario_id: id, inputs, parameters, check }
}

function nameOf({ id, module }: Pick<ScenarioModule, 'id' | 'module'>): string {
  return id ?? module
}

/** The names of the steps, and which others each waits for. */
function orderOf({ modules, parallel }: Omit<Scenario, 'inputs'>): { isGraph: boolean; names: string[]; before: string[][] } {
  const isGraph = parallel || modules.some(({ depends_on: needs }) => needs !== undefined)
  const names = modules.map(nameOf)
  for (const [at, name] of names.entries()) {
    const same = names.findIndex((other, earlier) => earlier < at && moduleKey(other) === moduleKey(name))
    if (same !== -1) throw invalid(`\`${names[same]!}\` and \`${name}\` are the same step`, ['modules', at], 'Give one of them an `id` of its own.')
  }
  const before = modules.map(({ depends_on: needs = [] }, at) => {
    if (!isGraph) return names.slice(0, at)
    const stranger = needs.find((need) => !names.includes(need))
    if (stranger !== undefined) throw invalid(`\`${names[at]!}\` depends on \`${stranger}\`, which is not a module of the scenario`, ['modules', at, 'depends_on'])
    return [...new Set(needs)]
  })
  return { isGraph, names, before }
}

/** For each step all that it waits for, in the order of the request. Throws where steps wait for each other. */
function transitive(names: readonly string[], before: readonly (readonly string[])[]): string[][] {
  const index = new Map(names.map((name, at) => [name, at]))
  const done = new Map<string, Set<string>>()
  const visit = (name: string, path: readonly string[]): Set<string> => {
    const known = done.get(name)
    if (known) return known
    if (path.includes(name)) throw invalid(`modules wait for each other: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`, ['modules'])
    const all = new Set<string>()
    for (const need of before[index.get(name)!]!) {
      for (const further of [need, ...visit(need, [...path, name])]) all.add(further)
    }
    done.set(name, all)
    return all
  }
  return names.map((name) => {
    const all = visit(name, [])
    return names.filter((other) => all.has(other))
  })
}

function invalid(why: string, at: readonly (string | number)[], fix?: string): ServerError {
  return new ServerError('SCENARIO_INVALID', `/body/${at.join('/')}: ${why}.`, fix === undefined ? {} : { fix })
}
