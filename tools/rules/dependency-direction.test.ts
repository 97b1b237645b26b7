import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, scratchWorkspace } from './scratch.ts'

const cruise = (files: Record<string, string>): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  workspace.write(files)
  return workspace.run('depcruise', '--config', join(root, 'tools/rules/dependency-cruiser.mjs'), 'packages')
}

test('packages that keep the rules pass, and were seen', () => {
  const { code, output } = cruise({})
  expect(output).toContain('no dependency violations found')
  expect(output).toMatch(/\b6 dependencies cruised/)
  expect(code).toBe(0)
})

test.each([
  ['direction-of-context', { 'packages/context/src/lib/up.ts': "import '../../../runner/src/index.ts'\n" }],
  ['direction-of-runner', { 'packages/runner/src/lib/up.ts': "import type {} from '../../../cli/src/index.ts'\n" }],
  ['no-deep-import', { 'packages/cli/src/lib/deep.ts': "import '../../../runner/src/lib/runner.ts'\n" }],
  ['no-import-by-path', { 'packages/cli/src/lib/path.ts': "import '../../../runner/src/index.ts'\n" }],
  ['known-packages', { 'packages/extra/src/index.ts': "import './other.ts'\n", 'packages/extra/src/other.ts': 'export {}\n' }],
  ['no-cycle', { 'packages/context/src/lib/a.ts': "import './b.ts'\n", 'packages/context/src/lib/b.ts': "import './a.ts'\n" }],
  [
    'no-cycle',
    {
      'packages/context/src/lib/a.ts': "import type { B } from './b.ts'\nexport type A = B | 1\n",
      'packages/context/src/lib/b.ts': "import type { A } from './a.ts'\nexport type B = A | 2\n",
    },
  ],
  ['no-test-in-source', { 'packages/context/src/lib/a.ts': "import './b.test.ts'\n", 'packages/context/src/lib/b.test.ts': '' }],
  ['resolvable', { 'packages/context/src/lib/a.ts': "import './nowhere.ts'\n" }],
])('%s is caught', (rule, files) => {
  const { code, output } = cruise(files)
  expect(output).toContain(`error ${rule}:`)
  expect(code).not.toBe(0)
})
