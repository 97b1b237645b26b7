import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const files = (catalog: string, version = 'catalog:'): Record<string, string> => ({
  'package.json': JSON.stringify({ devDependencies: { zod: version } }),
  'pnpm-workspace.yaml': `packages:\n  - packages/*\ncatalog:\n  ${catalog}\n`,
  'docs/decisions/001-dependencies.md': '| zod | checks |\n| @scope/tool | checks |\n',
})

test.each([
  ['an exact version', files('zod: 4.6.7'), ''],
  ['another name for an exact version', files("zod: npm:@scope/zod@4.6.7-r.1"), ''],
  ['a range', files('zod: ^4.6.7'), 'zod is ^4.6.7, which is not an exact version'],
  ['a dependency without a reason', files('yaml: 2.9.1'), 'has no reason for yaml'],
  ['a version past the catalog', files('zod: 4.6.7', '4.6.7'), 'package.json: zod is 4.6.7 instead of catalog:'],
])('%s', (_, given, message) => {
  using workspace = scratchWorkspace()
  workspace.write(given)
  const { code, output } = workspace.run('tools/rules/dependency-versions.ts')
  expect(output).toContain(message)
  expect(code).toBe(message === '' ? 0 : 1)
})
