import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const health = (files: Record<string, string | undefined>): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  for (const name of ['context', 'runner', 'cli']) {
    workspace.write({
      [`packages/${name}/package.json`]: JSON.stringify({
        name: `@lorc/${name}`, version: '0.1.0', license: 'MIT', type: 'module', files: ['dist', 'API.md', 'CHANGELOG.md'],
        exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
      }),
      [`packages/${name}/dist/index.js`]: 'export const one = 1\n',
      [`packages/${name}/dist/index.d.ts`]: 'export declare const one = 1;\n',
      [`packages/${name}/README.md`]: '# x\n',
      [`packages/${name}/LICENSE`]: 'MIT\n',
      [`packages/${name}/API.md`]: '# x\n',
      [`packages/${name}/CHANGELOG.md`]: '# x\n',
    })
  }
  workspace.write({ 'pnpm-workspace.yaml': 'packages:\n  - packages/*\npmOnFail: ignore\n', 'package.json': '{"private":true}' })
  workspace.write(files)
  return workspace.run('tools/rules/package-health.ts')
}

test('sound packages pass', () => {
  const { code, output } = health({})
  expect(output.match(/All good!/g)).toHaveLength(3)
  expect(output.match(/node16 \(from ESM\): OK/g)).toHaveLength(3)
  expect(code).toBe(0)
})

test('what would be wrong with a package is caught, of all packages at once', () => {
  const gone = { name: '@lorc/runner', version: '0.1.0', license: 'MIT', type: 'module', files: ['dist'], exports: { '.': './dist/gone.js' } }
  const { code, output } = health({
    'packages/runner/package.json': JSON.stringify(gone),
    'packages/cli/dist/index.d.ts': "import x = require('./other.js')\nexport = x\n",
    'packages/context/dist/index.test.js': '',
    'packages/context/README.md': undefined,
    'packages/context/CHANGELOG.md': undefined,
  })
  for (const message of [
    './dist/gone.js but the file does not exist',
    'dist/index.test.js should not be published',
    '@lorc/context: README.md is missing',
    '@lorc/context: CHANGELOG.md is missing',
    'node16 (from ESM): Internal resolution error',
  ]) {
    expect(output).toContain(message)
  }
  expect(code).toBe(1)
})
