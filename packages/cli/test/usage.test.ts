import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { resultLine, Workspace } from './lorc.fixture.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await Workspace.make({
    'bad.yaml': 'steps:\n  - name: a\n    type: nod\n    modul: x\n',
    'good.yaml': 'steps:\n  - { name: load, type: node, module: load.ts, function: default }\n',
    'load.ts': 'export default () => undefined\n',
  })
})
afterAll(() => workspace.remove())

it('prints its version', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  for (const word of ['--version', '-v'])
    expect(await workspace.lorc([word])).toMatchObject({ exit: 0, stdout: `${version}\n`, stderr: '' })
})

it('prints its help', async () => {
  expect(await workspace.lorc(['--help'])).toMatchObject({
    exit: 0,
    stderr: '',
    stdout: expect.stringContaining('Usage: lorc COMMAND') as string,
  })
  expect(await workspace.lorc([])).toMatchObject({
    exit: 2,
    stdout: '',
    stderr: expect.stringContaining('Usage: lorc COMMAND') as string,
  })
})

it.each([
  [['rnu'], 'CLI_COMMAND_UNKNOWN'],
  [['runs', 'list', '--limt', '3'], 'CLI_OPTION_UNKNOWN'],
  [['runs', 'list', '--limit', 'x'], 'CLI_OPTION_INVALID'],
  [['runs', 'show'], 'CLI_ARGUMENT_MISSING'],
  [['runs', 'show', 'last'], 'CLI_RUN_UNKNOWN'],
  [['runs', 'show', 'a', 'b', 'c'], 'CLI_ARGUMENT_UNEXPECTED'],
  [['verify', 'zz'], 'CLI_RUN_UNKNOWN'],
  [['cancel', 'zz'], 'CLI_RUN_UNKNOWN'],
  [['config', 'show', '--workspace', 'nowhere'], 'CLI_WORKSPACE_MISSING'],
])('%j is refused with %s', async (words, code) => {
  expect(await workspace.lorc(words)).toMatchObject({
    exit: 2,
    stdout: '',
    stderr: expect.stringContaining(`error[${code}]: `) as string,
  })
})

it.each([
  [['run'], 'CLI_ARGUMENT_MISSING'],
  [['run', 'good.yaml', '--onyl', 'load'], 'CLI_OPTION_UNKNOWN'],
  [['run', 'good.yaml', '--only', 'lod'], 'CLI_STEP_UNKNOWN'],
  [['run', 'good.yaml', '--from-run', 'last'], 'CLI_OPTION_INVALID'],
  [['run', 'good.yaml', '--resume-from', 'load'], 'RUN_NO_SOURCE'],
  [['run', 'nope.yaml'], 'RECIPE_UNREADABLE'],
  [['run', 'bad.yaml'], 'RECIPE_TYPE_UNKNOWN'],
  [['resume', 'zz'], 'CLI_RUN_UNKNOWN'],
  [['step', 'nope.ts'], 'CLI_FILE_MISSING'],
  [['step', 'load.ts', '--params', '{'], 'CLI_OPTION_INVALID'],
])('%j is refused with %s, in one JSON line too', async (words, code) => {
  const ended = await workspace.lorc(words)
  expect(ended).toMatchObject({ exit: 2, stderr: expect.stringContaining(`error[${code}]: `) as string })
  expect(resultLine(ended)).toMatchObject({
    status: 'error',
    exit_code: 2,
    step: null,
    run_id: null,
    code,
    errors: [{ code }, ...(code === 'RECIPE_TYPE_UNKNOWN' ? [{ code: 'RECIPE_FIELD_UNKNOWN' }] : [])],
  })
  expect(ended.stderr).not.toContain('    at ')
})

it('validates recipes', async () => {
  expect(await workspace.lorc(['validate', 'good.yaml'])).toMatchObject({ exit: 0, stdout: 'ok  good.yaml: 1 step\n' })
  const { exit, stdout } = await workspace.lorc(['validate', 'good.yaml', 'bad.yaml'])
  expect(exit).toBe(2)
  expect(stdout).toContain(
    'bad.yaml:3:11: there is no step type `nod` [RECIPE_TYPE_UNKNOWN]\n  3 |     type: nod\n    |           ^^^\n',
  )
  expect(stdout).toMatch(/\n2 problems in 2 recipes\n$/)
})

it('shows a stack trace with --debug alone', async () => {
  expect((await workspace.lorc(['rnu', '--debug'])).stderr).toContain('    at ')
})

it('checks the machine', async () => {
  const { exit, stdout } = await workspace.lorc(['doctor'])
  expect([exit, stdout]).toEqual([
    0,
    expect.stringMatching(/^ok {4}lorc[^]*\nok {4}node[^]*\nok {4}workspace/) as string,
  ])
})

it('tells where its Python library is', async () => {
  expect((await workspace.lorc(['python-path'])).stdout).toMatch(/^\/.*python.*\n$/)
})
