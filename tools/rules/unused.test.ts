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

test('an unused export, file and dependency, and a dependency that is not declared, are caught', () => {
  const { code, output } = knip({
    'packages/context/package.json': manifest({ zod: '4.6.7' }),
    'packages/context/src/lib/context.ts': 'export const context = (): string => "x"\nexport const unusedOne = 1\n',
    'packages/context/src/lib/forgotten.ts': 'export {}\n',
    'packages/runner/src/lib/runner.ts': "import { context } from '@lorc/context'\nimport { z } from 'zod'\nexport const runner = (): unknown => [context, z]\n",
  })
  for (const message of ['unusedOne', 'packages/context/src/lib/forgotten.ts', 'Unused dependencies (1)', 'Unlisted dependencies (1)']) {
    expect(output).toContain(message)
  }
  expect(code).toBe(1)
})

test('a workspace without waste passes', () => {
  expect(knip({}).code).toBe(0)
})
