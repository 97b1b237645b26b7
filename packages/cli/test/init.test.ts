import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TEMPLATES } from '../src/lib/templates/templates.ts'
import { resultLine, Workspace } from './lorc.fixture.ts'

let workspace: Workspace
beforeEach(async () => {
  workspace = await Workspace.make({})
})
afterEach(() => workspace.remove())

it('lists the templates', async () => {
  const { exit, stdout } = await workspace.lorc(['init'])
  expect(exit).toBe(0)
  expect(stdout.trim().split('\n').map((line) => line.split(' ')[0])).toEqual(Object.keys(TEMPLATES))
})

it('refuses an unknown template', async () => {
  expect((await workspace.lorc(['init', 'nod'])).stderr).toContain('fix: did you mean `node`?')
  expect((await workspace.lorc(['init', 'zzzzz'])).stderr).toContain('the templates are minimal, node, python, etl, recipe, job, pipeline, modules.')
})

it('never overwrites, and writes nothing where a file is in the way', async () => {
  await workspace.write('steps/greet.sh', 'mine')
  const refused = await workspace.lorc(['init', 'minimal'])
  expect(refused).toMatchObject({ exit: 2, stdout: '', stderr: expect.stringContaining('error[CLI_FILE_EXISTS]: steps/greet.sh is there already') as string })
  expect([existsSync(join(workspace.folder, 'hello.yaml')), readFileSync(join(workspace.folder, 'steps/greet.sh'), 'utf8')]).toEqual([false, 'mine'])
  await workspace.write('.gitignore', 'mine')
  expect(await workspace.lorc(['init', 'node'])).toMatchObject({ exit: 0 })
  expect(readFileSync(join(workspace.folder, '.gitignore'), 'utf8')).toBe('mine')
})

const KEYS = {
  minimal: ['hello.greeting_v1', 'hello.length_v1'],
  node: ['numbers.mean_v1', 'numbers.rows_v1', 'numbers.sum_v1'],
  python: ['words.counts_v1', 'words.list_v1'],
  etl: ['weather.extremes_v1', 'weather.means_v1', 'weather.readings_v1'],
}

describe.each(Object.entries(KEYS))('the template %s', (name, keys) => {
  it('runs as it is, by the command that init names', async () => {
    const made = await workspace.lorc(['init', name, '--dir', 'new'])
    expect(made.stderr).toMatch(/^next: cd new && lorc run \S+\.yaml\n$/)
    const words = made.stderr.trim().split('lorc ')[1]?.split(' ') ?? []
    const ran = await workspace.shell(`${words[0]} new/${words[1]} -C new`)
    expect(resultLine(ran)).toMatchObject({ status: 'ok', ctx_keys: keys })
  })
})
