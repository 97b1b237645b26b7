import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const knip = (files: Record<string, string>): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  workspace.write({
    'eslint.config.js': undefined,
    'package.json': JSON.stringify({ name: 'scratch', private: true, type: 'module' }),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    ...files,
  })
  return workspace.run('knip', '--no-progress')
}
const manifest = (dependencies: Record<string, string>): string =>
  JSON.stringify({ name: '@lorc/context', version: '0.1.0', type: 'module', exports: { '.': { '@lorc/source': './src/index.ts' } }, dependencies })

test.each([
  ['an unused export', { 'packages/context/src/lib/context.ts': 'export const context = (): string => "x"\nexport const unusedOne = 1\n' }, 'unusedOne'],
  ['an unused file', { 'packages/context/src/lib/forgotten.ts': 'export {}\n' }, 'packages/context/src/lib/forgotten.ts'],
  ['an unused dependency', { 'packages/context/package.json': manifest({ zod: '4.6.7' }) }, 'Unused dependencies (1)'],
  ['a dependency that is not declared', { 'packages/context/src/lib/context.ts': "import { z } from 'zod'\nexport const context = (): unknown => z\n" }, 'Unlisted dependencies (1)'],
])('%s is caught', (_, files, message) => {
  const { code, output } = knip(files)
  expect(output).toContain(message)
  expect(code).toBe(1)
})

test('a workspace without waste passes', () => {
  expect(knip({}).code).toBe(0)
})
