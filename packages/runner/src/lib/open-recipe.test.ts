import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { knownRequests } from './code/code-requests.ts'
import { openRecipe } from './open-recipe.ts'
import { parametersOf } from './plan/params.ts'

let root: string
let state: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-open-')))
  state = join(root, '.lorc')
  mkdirSync(state)
  write('a.mjs', 'export const go = () => {}')
  write('a.yaml', 'steps:\n  - { name: a, type: node, module: a.mjs, function: go }\n')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text)
}

const open = (allow: string[] = []) => openRecipe(join(root, 'a.yaml'), { root, allow }, state)
const calling = (secrets: string[] | undefined) =>
  openRecipe(join(root, 'm.yaml'), { root, allow: [], modules: { locate: () => (secrets ? { secrets } : Promise.reject(new Error('There is no such module.'))) } }, state)
const keptFile = () => join(state, 'plans', readdirSync(join(state, 'plans'))[0]!)

/** Marks the kept plan, so that it can be told from a compiled one. */
async function keepMarked(): Promise<void> {
  await open()
  writeFileSync(keptFile(), readFileSync(keptFile(), 'utf8').replace(/"sha256":"\w+"/, (hash) => `${hash},"mark":1`))
}

/** Whether the plan was compiled anew, which writes the file without the mark. */
const compiled = (): boolean => !readFileSync(keptFile(), 'utf8').includes('"mark"')

it('takes a plan that was kept, the same in every part', async () => {
  const first = await open()
  await keepMarked()
  expect(await open()).toEqual(first)
  expect(compiled()).toBe(false)
})

it('has parameters in the order of the recipe, from what was kept, too', async () => {
  write('a.yaml', 'params: { to: string, from: string, days: 7 }\nsteps:\n  - { name: a, type: node, module: a.mjs, function: go }\n')
  const names = async (): Promise<string[]> => parametersOf((await open()).plan!).map(({ name }) => name)
  expect(await names()).toEqual(['to', 'from', 'days'])
  await keepMarked()
  expect(await names()).toEqual(['to', 'from', 'days'])
  expect(compiled()).toBe(false)
})

it('knows what the code asks for from what was kept', async () => {
  write('a.mjs', "import './b.mjs'\nexport const go = () => {}")
  write('b.mjs', '')
  await open()
  const [first = '', plan] = readFileSync(keptFile(), 'utf8').split('\n')
  const kept = JSON.parse(first) as { requests: Record<string, string[]> }
  expect(Object.values(kept.requests)).toEqual([['./b.mjs'], []])
  writeFileSync(keptFile(), `${JSON.stringify({ ...kept, requests: { ...kept.requests, 'of-another-process.mjs': ['x'] } })}\n${plan}`)
  await open()
  expect(knownRequests({ 'c.mjs': 'of-another-process' })).toEqual({ 'of-another-process.mjs': ['x'] })
})

it.each([
  ['the recipe', () => write('a.yaml', 'steps:\n  - { name: b, type: node, module: a.mjs, function: go }\n')],
  ['the code', () => write('a.mjs', 'export const go = () => 1')],
  ['the kept plan itself', () => writeFileSync(keptFile(), readFileSync(keptFile(), 'utf8').replace('"name":"a"', '"name":"x"'))],
  ['the version of lorc', () => writeFileSync(keptFile(), readFileSync(keptFile(), 'utf8').replace(/"runner":"/, '"runner":"0.'))],
  ['the kept file to no JSON', () => writeFileSync(keptFile(), '"mark"{')],
])('compiles again when somebody changed %s', async (_, change) => {
  await keepMarked()
  change()
  expect((await open()).plan).toBeDefined()
  expect(compiled()).toBe(true)
})

it('compiles again under another allowlist', async () => {
  await keepMarked()
  await open(['/elsewhere'])
  expect(compiled()).toBe(true)
})

it('tells the problem when code is gone, whatever was kept', async () => {
  await open()
  rmSync(join(root, 'a.mjs'))
  const { plan, problems } = await open()
  expect(plan).toBeUndefined()
  expect(problems).toHaveLength(1)
})

it('leaves nothing behind where there is no state yet, or a problem', async () => {
  rmSync(state, { recursive: true })
  expect((await open()).plan).toBeDefined()
  expect(existsSync(state)).toBe(false)
  mkdirSync(state)
  write('a.yaml', 'steps: 1')
  await open()
  expect(existsSync(join(state, 'plans'))).toBe(false)
})

it('adds the secrets of the modules that it calls, as the configuration has them now', async () => {
  write('inner.yaml', 'name: inner\nsteps:\n  - { name: m, type: module, module: macro }\n')
  write('m.yaml', 'secrets: [OWN]\nsteps:\n  - { name: m, type: module, module: macro }\n  - { name: r, type: recipe, recipe: inner.yaml }\n')
  const secretsOf = async (secrets: string[]) => {
    const { plan } = await calling(secrets)
    return [plan?.secrets, plan?.steps[1]?.recipe?.plan.secrets]
  }
  expect(await secretsOf(['KEY', 'OWN'])).toEqual([['OWN', 'KEY'], ['KEY', 'OWN']])
  expect(await secretsOf(['KEY', 'OWN'])).toEqual([['OWN', 'KEY'], ['KEY', 'OWN']])
  expect(await secretsOf(['OTHER'])).toEqual([['OWN', 'OTHER'], ['OTHER']])
  expect(await secretsOf([])).toEqual([['OWN'], undefined])
  const { plan, problems } = await calling(undefined)
  expect([plan, problems.map(({ code, path }) => `${code} ${path}`)]).toEqual([
    undefined,
    ['RECIPE_MODULE_UNKNOWN steps[0].module', 'RECIPE_INVALID steps[1].recipe', 'RECIPE_MODULE_UNKNOWN steps[0].module'],
  ])
})
