import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root, scratchWorkspace } from './scratch.ts'

const mistakes = [
  ['a wrong type', "export const one: number = 'one'\n", 'TS2322'],
  ['an index that may lead nowhere', 'export const first = (all: string[]): string => all[0]\n', 'TS2322'],
  ['syntax that types alone cannot be stripped from', 'export enum One { a }\n', 'TS1294'],
] as const

test(`caught by the types: ${mistakes.map(([what]) => what).join(', ')}`, () => {
  using workspace = scratchWorkspace()
  const check = (): { code: number | null; output: string } => workspace.run('../typescript7/bin/tsc', '-p', 'tsconfig.json')
  expect(check()).toEqual({ code: 0, output: '' })
  for (const [index, [, text]] of mistakes.entries()) workspace.write({ [`packages/context/src/lib/canary-${index}.ts`]: text })
  const { code, output } = check()
  for (const [index, [, , message]] of mistakes.entries()) {
    expect(output).toMatch(new RegExp(`canary-${index}\\.ts.*${message}`))
  }
  expect(code).not.toBe(0)
})

const covered = (branchTest: string): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  cpSync(join(root, 'vitest.config.ts'), join(workspace.path, 'vitest.config.ts'))
  cpSync(join(root, 'tools/config'), join(workspace.path, 'tools/config'), { recursive: true })
  workspace.write({
    'packages/context/vitest.config.ts': "import { project } from '../../tools/config/vitest.ts'\nexport default project('context')\n",
    'packages/context/src/lib/context.ts': "export const context = (): string => 'context'\nexport const sign = (x: number): string => {\n  if (x < 0) return 'minus'\n  return 'plus'\n}\n",
    'packages/context/src/lib/context.test.ts': `import { expect, test } from 'vitest'\nimport { context, sign } from './context.ts'\ntest('x', () => {\n  expect(context() + sign(1)).toBe('contextplus')\n  ${branchTest}\n})\n`,
    ...Object.fromEntries(['context', 'runner', 'cli'].map((name) => [`packages/${name}/src/index.ts`, undefined])),
    'packages/runner/src/lib/runner.ts': undefined,
    'packages/cli/src/lib/cli.ts': undefined,
  })
  return workspace.run('vitest', 'run', '--coverage')
}

test('coverage below the limit is caught, of branches too', () => {
  expect(covered("expect(sign(-1)).toBe('minus')")).toMatchObject({ code: 0 })
  const { code, output } = covered('')
  expect(output).toContain('does not meet global threshold (90%)')
  expect(code).toBe(1)
})
