import { basename } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const canaries = [
  ['any', 'context', 'export const f = (x: any): unknown => x\n', '@typescript-eslint/no-explicit-any'],
  ['a promise that nobody waits for', 'context', 'export const f = (): void => { Promise.reject(new Error()) }\n', '@typescript-eslint/no-floating-promises'],
  ['a switch that forgets a case', 'context', "export const f = (x: 'a' | 'b'): number => { switch (x) { case 'a': return 1 } return 2 }\n", '@typescript-eslint/switch-exhaustiveness-check'],
  ['console in a library', 'runner', 'export const f = (): void => console.log(1)\n', 'no-console'],
  ['process in a library', 'runner', 'export const f = (): string => process.cwd()\n', 'no-restricted-globals'],
  ['all of zod', 'runner', "import { z } from 'zod'\nexport const f = z\n", 'no-restricted-syntax'],
  ['a function that outlives its run', 'runner', 'export const f = (x: { y: () => void }): void => {\n  x.y = () => {}\n}\n', 'no-restricted-syntax'],
  ['syntax that Node 22 does not know', 'runner', 'export const f = (x: Disposable): void => {\n  using y = x\n  y.toString()\n}\n', 'no-restricted-syntax'],
  ['eval', 'cli', "export const f = (): unknown => eval('1')\n", 'no-eval'],
  ['a rule switched off in a comment', 'context', '/* eslint-disable */\nexport const f = (x: any): unknown => x\n', '@typescript-eslint/no-explicit-any'],
] as const

/** Rules that each canary breaks, by the name of its file. One run for all: most of its time goes into starting. */
const broken = new Map<string, (string | null)[]>()

interface FileReport {
  filePath: string
  messages: { ruleId: string | null }[]
}

beforeAll(() => {
  using workspace = scratchWorkspace()
  for (const [index, [, name, text]] of canaries.entries()) workspace.write({ [`packages/${name}/src/lib/canary-${index}.ts`]: text })
  workspace.write({ 'packages/cli/src/lib/sound.ts': 'export const f = (): void => {\n  console.log(process.argv)\n}\n' })
  const reports = JSON.parse(workspace.run('eslint', 'packages', '--format', 'json').output) as FileReport[]
  for (const { filePath, messages } of reports) broken.set(basename(filePath, '.ts'), messages.map(({ ruleId }) => ruleId))
}, 120_000)

test.each(canaries.map(([what, , , rule], index) => [what, rule, index] as const))('%s is caught', (_, rule, index) => {
  expect(broken.get(`canary-${index}`)).toContain(rule)
})

test('sound code passes, and the CLI may write to the console', () => {
  expect([...broken].filter(([name, rules]) => !name.startsWith('canary') && rules.length > 0)).toEqual([])
  expect(broken.get('sound')).toEqual([])
})
