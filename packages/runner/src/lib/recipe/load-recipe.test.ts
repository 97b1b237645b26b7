import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { underPermissions } from '../../../../../tools/config/permissions.ts'
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
    recipes: [],
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
  for (const [name, target] of [['lost.yaml', 'gone'], ['round.yaml', 'round.yaml']] as const) {
    await symlink(target, join(root, name))
    const [problem] = (await load(name)).problems
    expect(problem).toMatchObject({ code: 'RECIPE_UNREADABLE', message: `\`${name}\` is a symlink that leads nowhere, to \`${target}\`` })
    expect(problem).not.toHaveProperty('fix')
    await rm(join(root, name))
  }
  const elsewhere = relative('', join(root, 'recipes/daily.yaml'))
  expect((await loadRecipe('recipes/daily.yaml', { root, allow: [] })).problems).toMatchObject([
    { code: 'RECIPE_UNREADABLE', fix: `did you mean \`${elsewhere}\`? A path is relative to the current folder, not to the workspace` },
  ])
  const fixFor = async (file: string) => (await load(file)).problems[0]?.fix
  expect(await fixFor('nowhere/x.yaml')).toBe(`there is no folder \`${join(root, 'nowhere')}\``)
  expect(await fixFor('recipes/quite-another.yaml')).toBe(`in \`${join(root, 'recipes')}\` there is \`daily.yaml\``)
  await mkdir(join(root, 'many'))
  expect(await fixFor('many/x.yaml')).toBe(`there is no recipe in \`${join(root, 'many')}\`; a path is relative to the current folder`)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await writeFile(join(root, `many/${name}${name}${name}.yaml`), GOOD)
  expect(await fixFor('many/quite-another.yaml')).toMatch(/`eee.yaml` and 2 more$/)
  expect((await load('recipes')).problems).toMatchObject([
    { code: 'RECIPE_UNREADABLE', message: '`recipes` is a folder' },
  ])
  expect((await load('a\0b')).problems).toMatchObject([{ code: 'RECIPE_UNREADABLE' }])
})

test('tells that it may not read a file', async () => {
  underPermissions(root)
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

test('reads a recipe from a pipe to its end', async () => {
  const pipe = join(root, 'pipe')
  execFileSync('mkfifo', [pipe])
  const [{ problems }] = await Promise.all([load('pipe'), writeFile(pipe, `${'# a comment\n'.repeat(20_000)}${GOOD}`)])
  expect(problems).toEqual([])
})

describe('recipes that run recipes', () => {
  const runs = (...paths: string[]) =>
    `steps: [${paths.map((path, i) => `{ name: s${i}, type: recipe, recipe: ${path} }`).join(', ')}]\n`
  const write = (name: string, text: string) => writeFile(join(root, name), text)
  const told = async (file: string) =>
    (await load(file)).problems.map(({ file: where, code, message }) => `${where.slice(root.length + 1)} ${code} ${message}`)

  test('hold their plans, at any depth', async () => {
    await write('outer.yaml', runs('mid.yaml', 'recipes/daily.yaml'))
    await write('mid.yaml', runs('recipes/daily.yaml'))
    const { plan, problems, recipes } = await load('outer.yaml')
    expect(problems).toEqual([])
    expect(plan?.steps[0]?.recipe?.plan.steps[0]?.recipe?.plan.name).toBe('daily')
    expect(plan?.steps[1]?.recipe).toMatchObject({ path: 'recipes/daily.yaml', plan: { name: 'daily' } })
    expect(recipes.map(({ path }) => path)).toEqual(['mid.yaml', 'recipes/daily.yaml'])
    expect(recipes[1]?.sha256).toBe(createHash('sha256').update(GOOD).digest('hex'))
  })

  test('in TypeScript are refused, as reading one would run its code', async () => {
    await writeFile(join(root, 'outer.yaml'), 'steps: [{ name: a, type: recipe, recipe: plans/./daily.plan.ts }]\n')
    await mkdir(join(root, 'plans'))
    await writeFile(join(root, 'plans/daily.plan.ts'), 'globalThis.ran = true\n')
    expect((await load('outer.yaml')).problems).toMatchObject([
      {
        code: 'RECIPE_FIELD_VALUE',
        message: expect.stringContaining('`plans/daily.plan.ts` is code') as string,
        fix: 'run its YAML: `lorc convert plans/daily.plan.ts -o plans/daily.yaml`; or write this recipe in TypeScript, too',
        path: 'steps[0].recipe',
      },
    ])
    expect(globalThis).not.toHaveProperty('ran')
  })

  test('in a circle are told with the whole path', async () => {
    await write('a.yaml', runs('b.yaml'))
    await write('b.yaml', runs('c.yaml'))
    await write('c.yaml', runs('a.yaml'))
    await write('self.yaml', runs('./self.yaml'))
    expect(await told('a.yaml')).toEqual([
      'a.yaml RECIPE_INVALID the recipe `b.yaml` has 2 problems of its own',
      'b.yaml RECIPE_INVALID the recipe `c.yaml` has 1 problem of its own',
      'c.yaml RECIPE_CIRCLE recipes run each other in a circle: `a.yaml`, which runs `b.yaml`, which runs `c.yaml`, which runs `a.yaml`',
    ])
    expect(await told('self.yaml')).toEqual([
      'self.yaml RECIPE_CIRCLE recipes run each other in a circle: `self.yaml`, which runs `self.yaml`',
    ])
  })

  test('have their problems told where they are, once', async () => {
    await write('broken.yaml', 'steps:\n  - { name: a, type: shel, script: a.sh }\n')
    await write('twice.yaml', runs('broken.yaml', 'broken.yaml', 'gone.yaml', '../x.yaml'))
    expect(await told('twice.yaml')).toEqual([
      'twice.yaml RECIPE_INVALID the recipe `broken.yaml` has 1 problem of its own',
      'twice.yaml RECIPE_INVALID the recipe `broken.yaml` has 1 problem of its own',
      expect.stringMatching(/^twice.yaml FILE_MISSING/),
      'twice.yaml PATH_OUTSIDE_WORKSPACE `../x.yaml` leads outside the workspace',
      'broken.yaml RECIPE_TYPE_UNKNOWN there is no step type `shel`',
    ])
  })

  test('are at most 16 deep', async () => {
    for (let i = 0; i < 18; i++) await write(`deep${i}.yaml`, i === 17 ? GOOD : runs(`deep${i + 1}.yaml`))
    expect((await told('deep0.yaml')).at(-1)).toBe('deep16.yaml RECIPE_NESTING recipes run each other more than 16 deep')
    expect(await told('deep1.yaml')).toEqual([])
    // Loaded for the one that may, and then too deep for the other.
    await write('both.yaml', runs('deep2.yaml', 'deep1.yaml'))
    expect((await told('both.yaml')).at(-1)).toBe('deep1.yaml RECIPE_NESTING recipes run each other more than 16 deep')
  })

  test('have a limit on all of their steps', async () => {
    await write('wide15.yaml', GOOD)
    for (let i = 0; i < 15; i++) await write(`wide${i}.yaml`, runs(...Array.from({ length: 4 }, () => `wide${i + 1}.yaml`)))
    expect((await told('wide0.yaml')).at(-1)).toMatch(/RECIPE_TOO_LARGE the recipe has more than 250000 steps/)
  })

  test('tell what they lack of parameters, and where', async () => {
    await write('wants.yaml', `params: { day: string }\n${GOOD}`)
    await write('gives.yaml', 'steps:\n  - name: a\n    type: recipe\n    recipe: wants.yaml\n    params: { dya: x }\n')
    const { problems } = await load('gives.yaml')
    expect(problems.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([
      '5:13 RECIPE_FIELD_MISSING',
      '5:15 RECIPE_FIELD_UNKNOWN',
    ])
  })
})
