import { existsSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf } from '../scripted-run.fixture.ts'
import { TEMPLATES } from '../templates/templates.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-init-')))
})
afterEach(() => rm(folder, { recursive: true }))

async function init(...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const io = fakeIo({ cwd: folder })
  const exit = await main(['init', ...words], { io, engine: engineOf(), version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

it('lists the templates', async () => {
  const { stdout } = await init()
  for (const [name, { summary }] of Object.entries(TEMPLATES)) expect(stdout).toContain(`${name.padEnd(8)} ${summary}\n`)
})

it('writes a template, with scripts that can be run, and says what is next', async () => {
  const { exit, stdout, stderr } = await init('minimal')
  expect([exit, stderr, stdout.split('\n')[0]]).toEqual([0, 'next: lorc run hello.yaml\n', 'hello.yaml'])
  expect(statSync(join(folder, 'steps/greet.sh')).mode & 0o111).toBe(0o111)
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('.lorc/\nruns/\n')
  expect((await init('etl', '-d', 'new/er')).stderr).toBe('next: cd new/er && lorc run weather.yaml\n')
})

it('leaves what is there, and writes nothing then', async () => {
  await writeFile(join(folder, '.gitignore'), 'mine')
  await writeFile(join(folder, 'numbers.yaml'), 'mine')
  const refused = await init('node')
  expect([refused.exit, refused.stderr]).toEqual([
    2,
    'error[CLI_FILE_EXISTS]: numbers.yaml is there already: nothing was written.\nfix: name another folder: --dir DIR.\n',
  ])
  expect(existsSync(join(folder, 'steps'))).toBe(false)
  await init('minimal')
  expect((await init('minimal')).stderr).toContain('hello.yaml, steps/greet.sh, steps/count.sh are there already')
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine')
})

it('knows no other template', async () => {
  expect((await init('pyhton')).stderr).toContain('fix: did you mean `python`?')
  expect((await init('zzzz')).stderr).toContain('fix: the templates are minimal, node, python, etl.')
})
