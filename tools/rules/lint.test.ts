import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

test.each([
  ['any', 'context', 'export const f = (x: any): unknown => x\n', 'no-explicit-any'],
  ['a promise that nobody waits for', 'context', 'export const f = (): void => { Promise.reject(new Error()) }\n', 'no-floating-promises'],
  ['a switch that forgets a case', 'context', "export const f = (x: 'a' | 'b'): number => { switch (x) { case 'a': return 1 } return 2 }\n", 'switch-exhaustiveness-check'],
  ['console in a library', 'runner', 'export const f = (): void => console.log(1)\n', 'no-console'],
  ['process in a library', 'runner', 'export const f = (): string => process.cwd()\n', 'no-restricted-globals'],
  ['all of zod', 'runner', "import { z } from 'zod'\nexport const f = z\n", 'no-restricted-syntax'],
  ['eval', 'cli', "export const f = (): unknown => eval('1')\n", 'no-eval'],
  ['a rule switched off in a comment', 'context', '/* eslint-disable */\nexport const f = (x: any): unknown => x\n', 'no-explicit-any'],
])('%s is caught', (_, name, text, rule) => {
  using workspace = scratchWorkspace()
  const file = `packages/${name}/src/lib/canary.ts`
  workspace.write({ [file]: text })
  const { code, output } = workspace.run('eslint', file)
  expect(output).toContain(rule)
  expect(code).toBe(1)
})

test('sound code passes, and the CLI may write to the console', () => {
  using workspace = scratchWorkspace()
  workspace.write({ 'packages/cli/src/lib/sound.ts': 'export const f = (): void => {\n  console.log(process.argv)\n}\n' })
  expect(workspace.run('eslint', 'packages')).toEqual({ code: 0, output: '' })
})
