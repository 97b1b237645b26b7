import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getuid } from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadRecipe } from './load-recipe.ts'

let root = ''
const GOOD = 'steps: [{ name: a, type: shell, script: a.sh }]\n'

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'load-')))
  await mkdir(join(root, 'recipes'))
  await writeFile(join(root, 'a.sh'), '')
  await writeFile(join(root, 'recipes/daily.yaml'), GOOD)
})

afterAll(() => rm(root, { recursive: true }))

const load = (file: string, options = {}) => loadRecipe(join(root, file), { root, allow: [] }, options)

test('reads, compiles and looks at the code', async () => {
  expect(await load('recipes/daily.yaml')).toEqual({
    plan: { lorc: 1, name: 'daily', steps: [{ name: 'a', type: 'shell', script: 'a.sh', stage: 0 }] },
    problems: [],
    sha256: createHash('sha256').update(GOOD).digest('hex'),
    path: 'recipes/daily.yaml',
  })
})

test('gives no plan where the code is missing', async () => {
  await writeFile(join(root, 'missing.yaml'), GOOD.replace('a.sh', 'b.sh'))
  const { plan, problems } = await load('missing.yaml')
  expect(plan).toBeUndefined()
  expect(problems).toMatchObject([{ code: 'FILE_MISSING', line: 1, column: 41, file: join(root, 'missing.yaml') }])
})

test('orders what compiling and what inspecting found', async () => {
  await writeFile(
    join(root, 'both.yaml'),
    `steps:
  - { name: a, type: shell, script: gone.sh }
  - { name: b, type: shell, script: a.sh, x: 1 }
  - { name: c, type: shell, script: lost.sh }
`,
  )
  expect((await load('both.yaml')).problems.map(({ line, code }) => `${line} ${code}`)).toEqual([
    '2 FILE_MISSING',
    '3 RECIPE_FIELD_UNKNOWN',
    '4 FILE_MISSING',
  ])
})

test('tells why a file cannot be read', async () => {
  const missing = await load('recipes/dayly.yaml')
  expect(missing).toMatchObject({ sha256: '', path: 'recipes/dayly.yaml' })
  expect(missing.problems).toMatchObject([
    {
      code: 'RECIPE_UNREADABLE',
      message: '`dayly.yaml` does not exist',
      fix: `did you mean \`${join(root, 'recipes/daily.yaml')}\`?`,
      line: 1,
      column: 1,
      snippet: '',
    },
  ])
  expect((await load('nowhere/x.yaml')).problems[0]).not.toHaveProperty('fix')
  expect((await load('recipes')).problems).toMatchObject([
    { code: 'RECIPE_UNREADABLE', message: '`recipes` is a folder' },
  ])
  expect((await load('a\0b')).problems).toMatchObject([{ code: 'RECIPE_UNREADABLE' }])
})

test.skipIf(getuid?.() === 0)('tells that it may not read a file', async () => {
  await writeFile(join(root, 'secret.yaml'), GOOD)
  await chmod(join(root, 'secret.yaml'), 0)
  expect((await load('secret.yaml')).problems[0]?.message).toContain('permission denied')
})

test('reads no more than the limit', async () => {
  expect((await load('recipes/daily.yaml', { limits: { bytes: 10 } })).problems).toMatchObject([
    { code: 'RECIPE_TOO_LARGE' },
  ])
  expect((await load('recipes/daily.yaml', { limits: { bytes: GOOD.length } })).problems).toEqual([])
})

test.runIf(process.platform === 'linux')('reads no more than the limit of what tells no size', async () => {
  const { problems } = await loadRecipe('/dev/zero', { root, allow: [] }, { limits: { bytes: 10_000 } })
  expect(problems).toMatchObject([{ code: 'RECIPE_TOO_LARGE' }])
})
