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
  return await initWith({}, ...words)
}

async function initWith(env: Record<string, string>, ...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const io = fakeIo({ cwd: folder, env })
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
    'error[CLI_FILE_EXISTS]: numbers.yaml is there already: nothing was written.\nfix: name another folder: lorc init TEMPLATE DIR.\n',
  ])
  expect(existsSync(join(folder, 'steps'))).toBe(false)
  await init('minimal')
  expect((await init('minimal')).stderr).toContain('hello.yaml, steps/greet.sh, steps/count.sh are there already')
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine')
})

it('writes nothing either where a file is in the place of a folder', async () => {
  await writeFile(join(folder, 'steps'), '')
  const refused = (path: string): string => `error[CLI_FILE_EXISTS]: ${path} is there already and is not a folder: nothing was written.\nfix: name another folder: lorc init TEMPLATE DIR.\n`
  expect(await init('minimal')).toEqual({ exit: 2, stdout: '', stderr: refused('steps') })
  expect(existsSync(join(folder, 'hello.yaml'))).toBe(false)
  expect((await init('minimal', 'steps/new')).stderr).toBe(refused('steps'))
})

it('says which file cannot be written', async () => {
  const long = 'x'.repeat(300)
  const { exit, stderr } = await init('minimal', long)
  expect([exit, stderr]).toEqual([1, expect.stringMatching(/^error\[CLI_OUTPUT_FAILED\]: `.*x\/hello.yaml` cannot be written: /)])
})

it('says what is next as whoever called it can call it again', async () => {
  expect((await initWith({ npm_command: 'exec' }, 'etl', 'new')).stderr).toBe('next: cd new && npx lorc run weather.yaml\n')
  expect((await initWith({ npm_command: 'exec' }, 'job', 'job')).stderr).toBe('next: cd job && npm install && npm test\n')
})

it('keeps what npm installs out of git where it has installed', async () => {
  await writeFile(join(folder, 'package.json'), '{}')
  await init('minimal')
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('node_modules/\ndist/\n.lorc/\nruns/\n')
})

it('knows no other template', async () => {
  expect((await init('pyhton')).stderr).toContain('fix: did you mean `python`?')
  expect((await init('zzzz')).stderr).toContain('fix: the templates are minimal, node, python, etl, recipe, job, pipeline, modules.')
})

it('calls packages like their folder', async () => {
  const { exit, stderr } = await init('job', 'My Mail.Box')
  expect([exit, stderr]).toEqual([0, 'next: cd "My Mail.Box" && npm install && npm test\n'])
  const manifest = JSON.parse(readFileSync(join(folder, 'My Mail.Box/package.json'), 'utf8')) as Record<string, Record<string, string>>
  expect(manifest).toMatchObject({ name: 'my-mail-box', dependencies: { '@lorc/event-client': expect.stringMatching(/^\^\d/) }, devDependencies: { typescript: expect.stringMatching(/^\^\d/) } })
  expect(manifest).not.toHaveProperty('private')
  expect(readFileSync(join(folder, 'My Mail.Box/README.md'), 'utf8')).toContain('npx lorc run my-mail-box extract_earthquakes')
  expect(readFileSync(join(folder, 'My Mail.Box/.gitignore'), 'utf8')).toBe('node_modules/\ndist/\n.lorc/\nruns/\n')
})

it.each(['recipe', 'job', 'pipeline', 'modules'])('leaves no name of the example in %s, and no version that only this repository has', async (template) => {
  await init(template, 'quakes')
  const { globSync } = await import('node:fs')
  const files = globSync('**/*', { cwd: join(folder, 'quakes') }).filter((path) => statSync(join(folder, 'quakes', path)).isFile())
  expect(files.length).toBeGreaterThan(5)
  for (const path of files) expect(readFileSync(join(folder, 'quakes', path), 'utf8'), path).not.toMatch(/@lorc-examples|example-weather|example-policy|@lorc\/source|"(catalog|workspace):|\.\.\/lorc|\.\.\/docs|<!--/)
})

it('names the schema of recipes where the package has it', async () => {
  await init('pipeline', 'quakes')
  const [first] = readFileSync(join(folder, 'quakes/earthquakes.yaml'), 'utf8').split('\n')
  const place = first?.split('./node_modules/@lorc/cli/')[1] ?? ''
  expect(JSON.parse(readFileSync(join(import.meta.dirname, '../../..', place), 'utf8'))).toHaveProperty('$schema')
})

it('makes a workspace of a pipeline', async () => {
  await init('pipeline', 'quakes')
  const read = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(folder, 'quakes', path), 'utf8')) as Record<string, unknown>
  expect(read('package.json')).toMatchObject({ name: 'quakes', private: true, workspaces: ['packages/*'], dependencies: { '@quakes/ingester': '^0.1.0' } })
  expect(read('packages/final-form/package.json')).toMatchObject({ name: '@quakes/final-form', version: '0.1.0' })
})

it('takes one folder', async () => {
  expect((await init('job', 'a', '--dir', 'b')).stderr).toContain('the folder is given twice: `a` and --dir b.\nfix: leave --dir out.')
  expect((await init('job', 'a', '-C', 'b')).stderr).toContain('the folder is given twice: `a` and --workspace b.\nfix: leave --workspace out.')
  expect(existsSync(join(folder, 'a'))).toBe(false)
})

it('writes to the workspace that is named', async () => {
  expect((await init('minimal', '-C', 'elsewhere')).stderr).toBe('next: cd elsewhere && lorc run hello.yaml\n')
  expect([existsSync(join(folder, 'elsewhere/hello.yaml')), existsSync(join(folder, 'hello.yaml'))]).toEqual([true, false])
})
