import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
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
