import { systemClock, type JsonObject, type Plan } from '@lorc/runner'
import { describe, expect, it } from 'vitest'
import { readServiceConfig } from '../config.ts'
import { ModuleRegistry } from './module-registry.ts'
import { ScenarioPlans } from './scenario-plans.ts'
import { scenarioParams, scenarioPlan, type ModuleArgs, type Scenario, type ScenarioModule } from './scenario-plan.ts'

const { modules: configs } = readServiceConfig({
  modules: { a: { url: 'http://a' }, b: { url: 'http://b', retries: 2 }, c: { url: 'http://c', headers: { x: '${{ env.KEY }}', y: "${{ env['OTHER'] }}" } } },
})
const registry = new ModuleRegistry(configs, {}, systemClock)

function planned(modules: (string | ScenarioModule)[], more: Partial<Scenario> = {}): { plan: Plan; params: JsonObject } {
  const named = modules.map((one) => (typeof one === 'string' ? { module: one } : one))
  const scenario = { scenario_id: 's', modules: named, inputs: {}, parallel: false, saveArtifacts: true, healthCheck: true, ...more }
  return { plan: scenarioPlan(scenario, registry), params: scenarioParams(scenario) }
}

const argsOf = ({ plan }: { plan: Plan }): ModuleArgs[] => plan.steps.map(({ args }) => args as unknown as ModuleArgs)

describe('scenarioPlan', () => {
  it('runs modules one after the other, each with what those before put out', () => {
    const scenario = planned(['a', 'b', 'c'])
    expect(scenario.plan.steps.map(({ name, stage, dependsOn }) => [name, stage, dependsOn])).toEqual([['a', 0, undefined], ['b', 1, undefined], ['c', 2, undefined]])
    expect(argsOf(scenario).map(({ upstream, checks }) => [upstream, checks])).toEqual([[[], true], [['a'], false], [['a', 'b'], false]])
    expect(scenario.params['check']).toEqual(['a', 'b', 'c'])
  })

  it('runs them at once with `parallel`, and as a graph with a `depends_on`', () => {
    expect(argsOf(planned(['a', 'b'], { parallel: true })).map(({ upstream, checks }) => [upstream, checks])).toEqual([[[], true], [[], true]])
    const graph = planned(['c', { module: 'b', depends_on: ['a', 'a'] }, 'a', { module: 'a', id: 'last', depends_on: ['b', 'c'] }])
    expect(graph.plan.steps.map(({ name, dependsOn, stage }) => [name, dependsOn, stage])).toEqual([['c', [], 0], ['b', ['a'], 0], ['a', [], 0], ['last', ['b', 'c'], 0]])
    expect(argsOf(graph).map(({ module, upstream, checks }) => [module, upstream, checks])).toEqual([['c', [], true], ['b', ['a'], false], ['a', [], true], ['a', ['c', 'b', 'a'], false]])
  })

  it('tries again what may pass, as often as the module says, and names the secrets of those that are called', () => {
    expect(planned(['a', 'b']).plan.steps.map(({ retry }) => [retry?.max, retry?.on])).toEqual([[undefined, undefined], [3, ['MODULE_UNREACHABLE', 'MODULE_TIMEOUT', 'MODULE_UNAVAILABLE', 'MODULE_UNHEALTHY']]])
    expect(planned(['a']).plan.secrets).toBeUndefined()
    expect(planned(['a', 'c']).plan.secrets).toEqual(['KEY', 'OTHER'])
  })

  it('keeps what a request says out of the plan', () => {
    const { plan, params } = planned([{ module: 'a', parameters: { x: '${{ env.KEY }}' } }], { inputs: { y: '${{ 1 }}' }, healthCheck: false, saveArtifacts: false })
    expect(JSON.stringify(plan)).not.toContain('${{')
    expect(params).toEqual({ scenario_id: 's', inputs: { y: '${{ 1 }}' }, parameters: { a: { x: '${{ env.KEY }}' } }, check: [] })
    expect(plan.steps[0]?.args).toEqual({ module: 'a', upstream: [], checks: false, artifacts: false })
  })

  it.each([
    ['the same module twice', ['a', 'a'], {}, 'are the same step'],
    ['names that are one as a key', [{ module: 'a', id: 'x-y' }, { module: 'b', id: 'x_y' }], {}, '`x-y` and `x_y` are the same step'],
    ['one that is not there', [{ module: 'a', depends_on: ['b'] }], {}, 'depends on `b`'],
    ['one that waits for itself', [{ module: 'a', depends_on: ['a'] }], {}, 'a → a'],
    ['a circle', [{ module: 'a', depends_on: ['c'] }, { module: 'b', depends_on: ['a'] }, { module: 'c', depends_on: ['b'] }], {}, 'a → c → b → a'],
    ['results among the inputs', ['a'], { inputs: { results: {} } }, '/body/inputs/results'],
  ] as [string, (string | ScenarioModule)[], Partial<Scenario>, string][])('refuses %s', (_, modules, more, message) => {
    expect(() => planned(modules, more)).toThrow(expect.objectContaining({ code: 'SCENARIO_INVALID', message: expect.stringContaining(message) as string }) as Error)
  })

  it('knows the modules of the configuration alone', () => {
    expect(() => planned(['d'])).toThrow(expect.objectContaining({ code: 'MODULE_UNKNOWN' }) as Error)
    expect(() => registry.get('bb')).toThrow(expect.objectContaining({ fix: 'Did you mean `b`?' }) as Error)
    expect(() => registry.get('something')).toThrow(expect.objectContaining({ fix: 'The configuration has a, b, c.' }) as Error)
    expect(() => new ModuleRegistry({}, {}, systemClock).get('toString')).toThrow(expect.objectContaining({ fix: expect.stringContaining('modules: {') as string }) as Error)
  })
})

describe('ScenarioPlans', () => {
  const scenario = { scenario_id: 's', modules: [{ module: 'a', parameters: { x: 1 } }], parallel: false, saveArtifacts: true, healthCheck: true }

  it('makes a plan once for the same modules, whatever they are given, and keeps 200', () => {
    const plans = new ScenarioPlans(registry)
    const first = plans.of(scenario)
    expect(plans.of({ ...scenario, modules: [{ module: 'a', parameters: { x: 2 } }] })).toBe(first)
    expect(plans.of({ ...scenario, healthCheck: false })).not.toEqual(first)
    expect(plans.of({ ...scenario, modules: [{ module: 'a', id: 'b' }] }).steps[0]?.name).toBe('b')
    for (let i = 0; i < 199; i++) {
      plans.of({ ...scenario, scenario_id: `s${i}` })
      if (i < 100) plans.of(scenario)
    }
    expect(plans.of(scenario)).toBe(first)
    for (let i = 0; i < 200; i++) plans.of({ ...scenario, scenario_id: `t${i}` })
    expect(plans.of(scenario)).not.toBe(first)
  })
})
