import type { JsonObject, JsonValue, Plan, PlanStep } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import { TRANSIENT_CODES } from './module-error.ts'
import type { ModuleRegistry } from './module-registry.ts'

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

/** `args` of a step of type `module`. */
export interface ModuleArgs {
  module: string
  /** Steps whose outputs it gets. */
  upstream: string[]
  /** Modules that have to be well before it begins: all of the scenario's for those that begin it. */
  check: string[]
  /** Whether its artifacts are kept. */
  artifacts: boolean
}

/** Parameters of the run of a scenario. */
export interface ScenarioParams {
  scenario_id: string
  inputs: JsonObject
  /** By step. */
  parameters: { [step: string]: JsonObject }
}

/** The context key that a module's answer becomes. */
export function contextKey(step: string): string {
  return `modules.${step.replaceAll('-', '_')}_v1`
}

/**
 * The plan of a scenario: the modules one after the other, or as a graph with `parallel` or a `depends_on`. What a request
 * says goes into the run's parameters, so that nothing of it is read as an expression. Throws ServerError MODULE_UNKNOWN,
 * SCENARIO_INVALID.
 */
export function scenarioPlan(scenario: Scenario, registry: ModuleRegistry): { plan: Plan; params: JsonObject } {
  const { modules, inputs, parallel, scenario_id: name } = scenario
  const graph = parallel || modules.some(({ depends_on: needs }) => needs !== undefined)
  const names = modules.map(nameOf)
  const before = names.map((_, index) => (graph ? [...(modules[index]!.depends_on ?? [])] : names.slice(0, index)))
  const upstream = transitive(names, before)
  if (Object.hasOwn(inputs, 'results')) throw invalid('`inputs.results` is where modules find what those before them put out', ['inputs', 'results'])
  const used = [...new Set(modules.map(({ module }) => module))].map((module) => registry.get(module))
  const steps = modules.map(({ module }, index): PlanStep => {
    const { retries } = registry.get(module).config
    const first = graph ? before[index]!.length === 0 : index === 0
    const check = scenario.healthCheck ? (first ? used.map((one) => one.name) : [module]) : []
    const args: ModuleArgs = { module, upstream: upstream[index]!, check, artifacts: scenario.saveArtifacts }
    return {
      name: names[index]!,
      type: 'module',
      stage: graph ? 0 : index,
      args: { ...args },
      ...(graph && { dependsOn: before[index]! }),
      ...(retries > 0 && { retry: { max: retries + 1, delayMs: 200, backoff: 'exponential', factor: 2, maxDelayMs: 10_000, jitter: 0.5, on: [...TRANSIENT_CODES] } }),
    }
  })
  const secrets = [...new Set(used.flatMap((module) => module.secrets))]
  const plan: Plan = {
    lorc: 1,
    name,
    concurrency: Math.min(64, steps.length),
    params: { type: 'object', properties: { scenario_id: {}, inputs: {}, parameters: {} } },
    ...(secrets.length > 0 && { secrets }),
    steps,
  }
  const parameters: JsonObject = Object.fromEntries(modules.flatMap(({ parameters: given }, index) => (given ? [[names[index]!, given as JsonValue]] : [])))
  return { plan, params: { scenario_id: name, inputs, parameters } }
}

export function nameOf({ id, module }: Pick<ScenarioModule, 'id' | 'module'>): string {
  return id ?? module
}

/** For each step all that it waits for, in the order of the request. */
function transitive(names: readonly string[], before: readonly (readonly string[])[]): string[][] {
  const index = new Map<string, number>()
  for (const [at, name] of names.entries()) {
    const same = names.findIndex((other, earlier) => earlier < at && contextKey(other) === contextKey(name))
    if (same !== -1) throw invalid(`\`${names[same]!}\` and \`${name}\` are the same step`, ['modules', at], 'Give one of them an `id` of its own.')
    index.set(name, at)
  }
  const done = new Map<string, Set<string>>()
  const visit = (name: string, path: readonly string[]): Set<string> => {
    const known = done.get(name)
    if (known) return known
    if (path.includes(name)) throw invalid(`modules wait for each other: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`, ['modules'])
    const all = new Set<string>()
    for (const need of before[index.get(name)!]!) {
      if (!index.has(need)) throw invalid(`\`${name}\` depends on \`${need}\`, which is no module of the scenario`, ['modules', index.get(name)!, 'depends_on'])
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
