import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { planOf } from '../scripted-run.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-sources-')))
  runs = new RealRuns({ workspace: folder })
  await mkdir(join(folder, 'deep'))
  for (const path of ['b.yaml', 'deep/c.yml', 'deep/d.txt', '.hidden.yaml']) await writeFile(join(folder, path), '')
})
afterEach(() => rm(folder, { recursive: true }))

async function ask(...words: string[]): Promise<string[]> {
  const { exit, stdout } = await runs.lorc('__complete', '--', ...words)
  expect(exit).toBe(0)
  return stdout === '' ? [] : stdout.trimEnd().split('\n')
}

it('are recipes and folders, hidden ones where they are asked for', async () => {
  expect(await ask('run', '')).toEqual(['b.yaml', 'deep/'])
  expect(await ask('run', 'deep/')).toEqual(['deep/c.yml'])
  expect(await ask('run', '.h')).toEqual(['.hidden.yaml'])
  expect(await ask('run', './b')).toEqual(['./b.yaml'])
  expect(await ask('run', '-C', '')).toEqual(['deep/'])
  expect(await ask('run', 'gone/')).toEqual([])
})

it('are plans in TypeScript, any file where one is meant, and what is there under absolute paths', async () => {
  await writeFile(join(folder, 'plan.ts'), "import { definePlan } from '@lorc/runner/recipe'")
  await writeFile(join(folder, 'steps.ts'), 'export const load = 1')
  expect(await ask('run', '')).toEqual(['b.yaml', 'deep/', 'plan.ts'])
  expect(await ask('report', 'last', '-o', 's')).toEqual(['steps.ts'])
  expect(await ask('run', `${folder}/deep/`)).toEqual([`${folder}/deep/c.yml`])
})

it('are what links lead to, and leave those out that lead nowhere', async () => {
  await symlink('deep', join(folder, 'to-deep'))
  await symlink('b.yaml', join(folder, 'to-b.yaml'))
  for (const name of ['lost.yaml', 'lost.ts']) await symlink('gone', join(folder, name))
  expect(await ask('run', '')).toEqual(['b.yaml', 'deep/', 'to-b.yaml', 'to-deep/'])
  expect(await ask('run', 'to-deep/')).toEqual(['to-deep/c.yml'])
})

it('are asked in words as they are typed, and of the workspace that is named', async () => {
  await writeFile(join(folder, 'my plan.yaml'), '')
  expect(await ask('run', "'my pl")).toEqual(['my plan.yaml'])
  expect(await ask('run', 'my\\ plan.yaml', '--only', '')).toEqual(['a\tnode'])
  await runs.run(planOf('load'))
  expect(await ask('-C', folder, 'runs', 'list', '--name', '')).toEqual(['demo'])
  expect(await ask('-C', join(folder, 'gone'), 'run', 'b.yaml', '--only', '')).toEqual([])
})

it('are items that failed', async () => {
  for (const item of ['each[2]', 'each[11]'])
    runs.work[item] = () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no luck' } })
  await runs.run(planOf({ name: 'each', forEach: { items: '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]' } }))
  expect(await ask('explain', 'last', 'each[')).toEqual(['each[2]\tan item that failed', 'each[11]\tan item that failed'])
})

it('are runs, recipes that ran, and steps, each with what it is', async () => {
  const { runId } = await runs.run(planOf('load', 'report'))
  expect(await ask('runs', 'show', '')).toEqual(['last\tthe newest run', `${runId}\tdemo, completed`])
  expect(await ask('runs', 'list', '--name', '')).toEqual(['demo'])
  expect(await ask('runs', 'logs', 'last', '')).toEqual(['load\tnode', 'report\tnode'])
  expect(await ask('run', 'b.yaml', '--only', '')).toEqual(['a\tnode'])
  expect(await ask('runs', 'logs', 'zz', '')).toEqual([])
})

it('prints the script of each shell', async () => {
  for (const shell of ['bash', 'zsh', 'fish']) expect((await runs.lorc('completion', shell)).stdout).toContain('lorc __complete -- ')
  expect((await runs.lorc('completion', 'tcsh')).stderr).toContain('SHELL is one of bash, zsh, fish, not `tcsh`.')
})
