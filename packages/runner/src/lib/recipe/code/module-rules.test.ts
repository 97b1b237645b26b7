import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { moduleKey } from '../../plan/module-key.ts'
import type { ModuleFinder } from '../../module-port.ts'
import { planToSource } from '../../plan-builder/plan-source.ts'
import { compileRecipe } from '../compile.ts'
import { planToYaml } from '../from-plan.ts'
import { inspectRecipe } from './inspect.ts'

const finder: ModuleFinder = {
  locate(name) {
    if (name === 'macro') return { secrets: ['KEY'] }
    throw Object.assign(new Error(`There is no module \`${name}\`.`), { code: 'MODULE_UNKNOWN', ...(name.startsWith('mac') && { fix: 'Did you mean `macro`?' }) })
  },
}

const step = (rest: string): string => `steps:\n  - { name: a, type: module, ${rest} }\n`

/** Each as `line:column CODE: message (fix)`. */
async function problemsOf(yaml: string, { modules }: { modules?: ModuleFinder } = { modules: finder }): Promise<string[]> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'lorc-modules-')))
  onTestFinished(() => rm(root, { recursive: true }))
  const compiled = compileRecipe(yaml, { file: 'r.yaml' })
  const found = [...compiled.problems, ...(await inspectRecipe(compiled, { root, allow: [], modules }))]
  return found.map(({ line, column, code, message, fix }) => `${line}:${column} ${code}: ${message}${fix === undefined ? '' : ` (${fix})`}`)
}

test('a step becomes a call, whose texts may hold expressions', async () => {
  const yaml = `params: { n: 1 }\n${step("module: macro, inputs: { n: '${{ params.n }}' }, parameters: { deep: ['${{ run.id }}'] }, timeout: 5, retry: { max: 2, on: [MODULE_TIMEOUT] }, for_each: '[1, 2]'")}`
  expect(await problemsOf(yaml)).toEqual([])
  const { plan } = compileRecipe(yaml, { file: 'r.yaml' })
  expect(plan?.steps).toMatchObject([{ type: 'module', args: { module: 'macro', inputs: { n: '${{ params.n }}' }, parameters: { deep: ['${{ run.id }}'] } }, timeoutMs: 5000, forEach: { items: '[1, 2]' } }])
  expect(plan?.steps[0]).not.toHaveProperty('module')
  expect(plan?.steps[0]).not.toHaveProperty('inputs')
  expect(compileRecipe(planToYaml(plan!), { file: 'r.yaml' }).plan).toEqual(plan)
  expect(planToSource(plan!)).toContain(".module('a', {")
})

test('a step of a scenario, which says more, is written as a step of any type', () => {
  const plan = { lorc: 1 as const, name: 's', steps: [{ name: 'a', type: 'module', stage: 0, args: { module: 'macro', upstream: [], checks: true, artifacts: true } }] }
  expect(planToSource(plan)).toContain(".step('a', {")
  expect(() => planToYaml(plan)).toThrow(expect.objectContaining({ code: 'CONVERT_IMPOSSIBLE' }) as Error)
})

test.each([
  ['an unknown module', step('module: macor'), '2:38 RECIPE_MODULE_UNKNOWN: there is no module `macor` (did you mean `macro`?)'],
  ['one far from any', step('module: other'), '2:38 RECIPE_MODULE_UNKNOWN: there is no module `other`'],
  ['none', step('inputs: {}'), '`a` is a module step and has no `module`'],
  ['an expression for a name', step("module: '${{ params.m }}'"), 'is not a valid name of a module'],
  ['inputs that are files', step('module: macro, inputs: [a.csv]'), 'RECIPE_FIELD_TYPE: `inputs` must be a map, not a list'],
  ['inputs that are a text', step('module: macro, inputs: x'), 'RECIPE_FIELD_TYPE: `inputs` must be a list of files, or of a module step a map, not the text `x`'],
  ['inputs of files that are a map', 'steps: [{ name: a, type: shell, script: a.sh, inputs: { a: 1 } }]', '`inputs` must be a list of files, not a map'],
  ['parameters that are a list', step('module: macro, parameters: [1]'), '`parameters` must be a map, not a list'],
  ['arguments', step('module: macro, args: { n: 1 }'), '`args` does not go with `type: module` (did you mean `inputs`?)'],
  ['params', step('module: macro, params: { n: 1 }'), '`params` does not go with `type: module` (did you mean `parameters`?)'],
  ['a function', step('module: macro, function: f'), '`function` does not go with `type: module`'],
  ['parameters of others', 'steps: [{ name: a, type: shell, script: a.sh, parameters: { a: 1 } }]', '`parameters` does not go with `type: shell` (did you mean `args`?)'],
  ['an unknown parameter of the recipe', `params: { n: 1 }\n${step("module: macro, inputs: { m: '${{ params.m }}' }")}`, 'RECIPE_REFERENCE_UNKNOWN: there is no parameter `m`'],
  ['the same key twice', 'steps:\n  - { name: a-b, type: module, module: macro }\n  - { name: a.B, type: module, module: macro }\n', '3:13 RECIPE_NAME_DUPLICATE: the answers of `a-b` and `a.B` would both be `modules.a_b_v1`'],
])('refuses %s', async (_, yaml, problem) => {
  expect((await problemsOf(yaml)).join('\n')).toContain(problem)
})

test('without a configuration, any module may be there', async () => {
  expect(await problemsOf(step('module: whatever'), {})).toEqual([])
})

test.each([
  ['simulate', 'modules.simulate_v1'],
  ['policy-simulator', 'modules.policy_simulator_v1'],
  ['Load.Data--x_', 'modules.load_data_x_v1'],
  ['_1st', 'modules.step_1st_v1'],
  ['_', 'modules.step_v1'],
])('the answer of %s becomes %s', (name, key) => {
  expect(moduleKey(name)).toBe(key)
})
