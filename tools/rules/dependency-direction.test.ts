import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { root, scratchWorkspace } from './scratch.ts'

const cruise = (files: Record<string, string>, rules = 'dependency-cruiser'): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  workspace.write(files)
  return workspace.run('depcruise', '--config', join(root, `tools/rules/${rules}.mjs`), 'packages')
}

test('packages that keep the rules pass, and were seen', () => {
  const { code, output } = cruise({})
  expect(output).toContain('no dependency violations found')
  expect(output).toMatch(/\b6 dependencies cruised/)
  expect(code).toBe(0)
})

const violations = [
  ['direction-of-context', 'packages/context/src/lib/up.ts', "import '../../../runner/src/index.ts'\n"],
  ['direction-of-runner', 'packages/runner/src/lib/up.ts', "import type {} from '../../../cli/src/index.ts'\n"],
  ['no-deep-import', 'packages/cli/src/lib/deep.ts', "import '../../../runner/src/lib/runner.ts'\n"],
  ['no-import-by-path', 'packages/cli/src/lib/path.ts', "import '../../../runner/src/index.ts'\n"],
  ['known-packages', 'packages/extra/src/index.ts', "import './other.ts'\n"],
  ['no-cycle', 'packages/context/src/lib/a.ts', "import './b.ts'\n"],
  ['no-cycle', 'packages/context/src/lib/c.ts', "import type { D } from './d.ts'\nexport type C = D | 1\n"],
  ['no-test-in-source', 'packages/context/src/lib/tested.ts', "import './tested.test.ts'\n"],
  ['resolvable', 'packages/context/src/lib/lost.ts', "import './nowhere.ts'\n"],
] as const

/** One run for all: most of its time goes into starting. */
let broken: { code: number | null; output: string }
beforeAll(() => {
  broken = cruise({
    ...Object.fromEntries(violations.map(([, file, text]) => [file, text])),
    'packages/extra/src/other.ts': 'export {}\n',
    'packages/context/src/lib/b.ts': "import './a.ts'\n",
    'packages/context/src/lib/d.ts': "import type { C } from './c.ts'\nexport type D = C | 2\n",
    'packages/context/src/lib/tested.test.ts': '',
  })
}, 60_000)

test.each(violations)('%s is caught in %s', (rule, file) => {
  expect(broken.output).toContain(`error ${rule}: ${file}`)
  expect(broken.code).not.toBe(0)
})

test('folders that need each other are caught, but for what only tests need', () => {
  const { code, output } = cruise(
    {
      'packages/context/src/lib/near/a.ts': "import '../far/b.ts'\n",
      'packages/context/src/lib/far/b.ts': 'export {}\n',
      'packages/context/src/lib/far/c.ts': "import type {} from '../near/d.ts'\n",
      'packages/context/src/lib/near/d.ts': 'export {}\n',
      'packages/context/src/lib/near/e.test.ts': "import '../tried/f.ts'\n",
      'packages/context/src/lib/tried/f.ts': "import '../near/d.ts'\n",
    },
    'folder-direction',
  )
  expect(output.match(/no-cycle-of-folders: \S+/g)?.sort()).toEqual(['far', 'near'].map((name) => `no-cycle-of-folders: packages/context/src/lib/${name}`))
  expect(code).not.toBe(0)
})
