import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JournalEvent } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DEFAULT_CONFIG, type LorcConfig } from './config/config.ts'
import { RecipeRefused } from './errors.ts'
import { fakeIo } from './fake-io.fixture.ts'
import { main } from './main.ts'
import { realEngine } from './real-engine.ts'
import type { LoadedWorkspace } from './workspace.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-engine-')))
  await writeFile(join(folder, 'a.ts'), "export const go = (ctx) => ctx.set('demo.a_v1', 1)\n")
  await writeFile(join(folder, 'a.yaml'), 'steps:\n  - { name: a, type: node, module: a.ts, function: go }\n')
})
afterEach(() => rm(folder, { recursive: true }))

function workspace(config: Partial<LorcConfig> = {}): LoadedWorkspace {
  return { root: folder, configFile: null, stateDir: join(folder, '.lorc'), config: { ...DEFAULT_CONFIG, ...config } }
}

const engine = realEngine('1.2.3')

describe('openRunner', () => {
  it.each([
    [{ store: 'sqlite', durability: 'process' }, false, '.lorc/lorc.db'],
    [{ store: 'files', durability: 'process', concurrency: 2, python: 'python3' }, false, '.lorc/journals'],
    [{}, true, undefined],
  ] as const)('runs a recipe with %j, forgetting it: %s', async (config, forget, made) => {
    const { plan, recipe } = await engine.compile(join(folder, 'a.yaml'), workspace())
    expect(recipe.path).toBe('a.yaml')
    const open = await engine.openRunner({ workspace: workspace(config), env: {}, forget })
    const handle = await open.runner.start(plan, { recipe })
    expect((await handle.result).context.get('demo.a_v1')).toBe(1)
    expect((await open.store.list())[0]?.runId).toBe(handle.runId)
    const events = handle.events()[Symbol.asyncIterator]()
    const { value: created } = (await events.next()) as IteratorYieldResult<JournalEvent>
    expect(created).toMatchObject({ type: 'run.created', versions: { lorc: '1.2.3' } })
    await open.close()
    for (const name of ['.lorc/lorc.db', '.lorc/journals']) expect(existsSync(join(folder, name))).toBe(name === made)
  })

  it.each(['runs list', 'runs show last', 'explain last', 'stats', 'approve last', 'runs prune --keep 1d', 'run a.yaml --dry-run'])(
    'makes no store for `%s`, where there is none',
    async (words) => {
      await main(words.split(' '), { io: fakeIo({ cwd: folder }), engine, version: '1.2.3' })
      expect(existsSync(join(folder, '.lorc/lorc.db'))).toBe(false)
    },
  )

  it('closes the store when there can be no runner', async () => {
    const nowhere = { ...workspace(), root: join(folder, 'nowhere') }
    await expect(engine.openRunner({ workspace: nowhere, env: {}, forget: true })).rejects.toMatchObject({
      code: 'WORKSPACE_INVALID',
    })
  })
})

describe('compile', () => {
  async function refusal(text: string | undefined): Promise<RecipeRefused> {
    if (text !== undefined) await writeFile(join(folder, 'b.yaml'), text)
    const error: unknown = await engine.compile(join(folder, 'b.yaml'), workspace()).catch((thrown: unknown) => thrown)
    if (error instanceof RecipeRefused) return error
    throw new Error('was accepted', { cause: error })
  }

  it('tells every problem with its place, fix and line', async () => {
    const refused = await refusal('steps:\n  - name: a\n    type: nod\n    modul: x\n')
    expect(refused.message).toMatch(/b\.yaml has 2 problems: nothing was run\.$/)
    expect(refused.code).toBe('RECIPE_TYPE_UNKNOWN')
    expect(refused.problems).toMatchObject([
      { line: 3, column: 11, fix: 'did you mean `node`?' },
      { code: 'RECIPE_FIELD_UNKNOWN', line: 4 },
    ])
    expect(refused.show(false)).toContain('  3 |     type: nod\n    |           ^^^')
    expect(refused.show(true)).toContain('\x1b[')
  })

  it('of a file that is not there is one sentence', async () => {
    const refused = await refusal(undefined)
    expect([refused.message, refused.show(false)]).toEqual(['`b.yaml` does not exist.', ''])
  })
})

it('knows where the Python library is', async () => {
  expect(await engine.pythonPath()).toMatch(/python/)
})
