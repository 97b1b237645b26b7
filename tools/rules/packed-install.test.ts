import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const result = (keys: string[]): string => JSON.stringify({ status: 'ok', ctx_keys: keys, run_id: 'run_1' })
const python = spawnSync('python3', ['--version']).status === 0 ? ['sum.python_v1'] : []
const keys = ['sum.node_v1', ...python, 'sum.shell_v1']
const lorc = (...lines: string[]): string =>
  `#!/usr/bin/env node\nconsole.log(process.argv[2] === '--version' ? '0.1.0' : ${JSON.stringify(lines.join('\n'))})\n`

const install = (files: Record<string, string>): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  for (const name of ['context', 'runner', 'cli']) {
    const manifest = { name: `@lorc/${name}`, version: '0.1.0', type: 'module', files: ['dist'], exports: { '.': './dist/index.js' } }
    workspace.write({
      [`packages/${name}/package.json`]: JSON.stringify(name === 'cli' ? { ...manifest, bin: { lorc: './dist/lorc.js' } } : manifest),
      [`packages/${name}/dist/index.js`]: 'export const one = 1\n',
    })
  }
  workspace.write({ 'packages/cli/dist/lorc.js': lorc(result(keys)), 'package.json': '{"private":true}', 'pnpm-workspace.yaml': 'packages:\n  - packages/*\npmOnFail: ignore\n', ...files })
  return workspace.run('tools/rules/packed-install.ts')
}

test('packages that install and run pass', () => {
  expect(install({})).toMatchObject({ code: 0, output: expect.stringContaining('@lorc/cli, @lorc/context, @lorc/runner on Node v') })
})

test.each([
  ['an import of what is not declared', { 'packages/runner/dist/index.js': "import 'vitest'\nexport const one = 1\n" }, "Cannot find package 'vitest'"],
  ['a package that exports nothing', { 'packages/context/dist/index.js': 'export {}\n' }, 'exports nothing'],
  ['a class that has another name in the bundle', { 'packages/context/dist/index.js': 'export const One = class _One {}\n' }, 'One is named _One'],
  ['a line too much on stdout', { 'packages/cli/dist/lorc.js': lorc('hello', result(keys)) }, 'the number of lines on stdout is 2 instead of 1'],
  ['a run that did not produce what it should', { 'packages/cli/dist/lorc.js': lorc(result(['sum.node_v1'])) }, 'ctx_keys is sum.node_v1 instead of'],
  ['another version', { 'packages/cli/dist/lorc.js': "#!/usr/bin/env node\nconsole.log('9.9.9')\n" }, 'the version is 9.9.9 instead of 0.1.0'],
])('%s is caught', (_, files, message) => {
  const { code, output } = install(files)
  expect(output).toContain(message)
  expect(code).toBe(1)
})
