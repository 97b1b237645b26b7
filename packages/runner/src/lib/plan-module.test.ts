import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRecipe } from './open-recipe.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-plan-module-')))
  writeFileSync(join(root, 'a.mjs'), 'export const go = () => {}; export default go')
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const open = async (text: string, name = 'x.plan.ts') => {
  writeFileSync(join(root, name), text)
  return openRecipe(join(root, name), { root, allow: [] }, join(root, '.lorc'))
}
const plan = (step: string) => `const none: string[] = []\nexport default {\n  lorc: 1, name: 'p',\n  steps: [{ ${step} }],\n}\n`

describe('a plan in TypeScript', () => {
  it('is its default export, or what that builds; a changed file is read again', async () => {
    const first = await open(plan("name: 'a', type: 'node', stage: 0, module: 'a.mjs', function: 'go'"))
    expect(first).toMatchObject({ problems: [], path: 'x.plan.ts', recipes: [], plan: { name: 'p', steps: [{ name: 'a' }] } })
    expect(first.sha256).toMatch(/^[0-9a-f]{64}$/)
    const second = await open("export default { build: () => ({ lorc: 1, name: 'q', steps: [{ name: 'b', type: 'node', stage: 0, module: 'a.mjs' }] }) }")
    expect([second.plan?.name, second.problems]).toEqual(['q', []])
  })

  it('is checked as a recipe is: its code, its expressions, each problem at the name of its step', async () => {
    const { problems, plan: made } = await open(
      plan("name: 'a', type: 'node', stage: 0, module: 'a.mjs', function: 'gone', args: { x: '${{ nix.y }}' } }, { name: 'b', type: 'odd', stage: 1"),
    )
    expect(made).toBeUndefined()
    expect(problems.map(({ code, line, snippet, column }) => [code, line, snippet.slice(column - 1, column + 2)])).toEqual([
      ['RECIPE_EXPRESSION', 4, "'a'"],
      ['EXPORT_MISSING', 4, "'a'"],
      ['RECIPE_TYPE_UNKNOWN', 4, "'b'"],
    ])
  })

  it('that is not of the form of a plan says of which step, and where in it', async () => {
    const { problems } = await open(plan("name: 'a', type: 'node', stage: 0, module: 'a.mjs' }, { name: 'ask', type: 'http', stage: 1, http: {}, timeoutMs: 'x'"))
    expect(problems.map(({ message, line, snippet, column }) => [message, line, snippet.slice(column - 1, column + 4)])).toEqual([
      ['steps[1].timeoutMs: Invalid input: expected number, received string', 4, "'ask'"],
      ['steps[1].http.method: it is missing: a value of type string', 4, "'ask'"],
      ['steps[1].http.url: it is missing: a value of type string', 4, "'ask'"],
    ])
  })

  it.each([
    ['export const x = 1', 'RECIPE_MODULE', 'it has no default export', 1],
    ['export default 3', 'RECIPE_MODULE', 'its default export is not a plan', 1],
    ["export default { lorc: 1, name: 'p' }", 'PLAN_INVALID', 'steps: it is missing: a value of type array', 1],
    ["import '@lorc/nowhere'", 'RECIPE_MODULE', 'it cannot be imported: ', 1],
    ["\n\nthrow new Error('on my own')", 'RECIPE_MODULE', 'it cannot be imported: on my own', 3],
    ['export default {', 'RECIPE_MODULE', 'it cannot be imported: ', 1],
  ])('%j is refused', async (text, code, message, line) => {
    const { problems, plan: made } = await open(text, 'y.mjs')
    expect([made, problems.length]).toEqual([undefined, 1])
    expect(problems[0]).toMatchObject({ code, line })
    expect(problems[0]?.message).toContain(message)
  })

  it('tells of a file that is not there as of a recipe', async () => {
    const { problems } = await openRecipe(join(root, 'gone.ts'), { root, allow: [] }, root)
    expect(problems).toMatchObject([{ code: 'RECIPE_UNREADABLE' }])
  })
})
