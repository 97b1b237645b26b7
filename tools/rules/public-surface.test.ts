import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchWorkspace, type Scratch } from './scratch.ts'

const declared = 'interface Inner { a: number }\nexport declare const one: (a: number) => string;\nexport declare const inner: Inner;\nexport {};\n'

const reviewed = (): Scratch => {
  const workspace = scratchWorkspace()
  const program = JSON.stringify({ name: 'program', exports: { './package.json': './package.json' } })
  workspace.write({ 'packages/context/package.json': program, 'packages/cli/package.json': program, 'packages/runner/dist/index.d.ts': declared })
  expect(workspace.run('tools/rules/api.ts', '--update').code).toBe(0)
  return workspace
}

test('a surface that was reviewed passes', () => {
  using workspace = reviewed()
  expect(workspace.run('tools/rules/api.ts')).toEqual({ code: 0, output: '' })
  expect(readFileSync(join(workspace.path, 'packages/runner/etc/runner.api.md'), 'utf8')).toContain('export const one: (a: number) => string;')
})

test('members of an enum that the compiler wrote in another order are no difference', () => {
  using workspace = reviewed()
  const declares = (...members: string[]): Record<string, string> => {
    const lines = members.map((member) => `    ${member}: "${member}";\n`).join('')
    const text = `interface ZodEnum<T> { of: T }\nexport declare const state: ZodEnum<{\n${lines}}>;\nexport {};\n`
    return { 'packages/runner/dist/index.d.ts': text }
  }
  workspace.write(declares('waiting', 'done'))
  expect(workspace.run('tools/rules/api.ts', '--update').code).toBe(0)
  workspace.write(declares('done', 'waiting'))
  expect(workspace.run('tools/rules/api.ts')).toEqual({ code: 0, output: '' })
  workspace.write(declares('done', 'waits'))
  expect(workspace.run('tools/rules/api.ts').code).toBe(1)
})

const changes = [
  ['a changed signature', declared.replace('(a: number)', '(a: string)'), '+ export const one: (a: string) => string;'],
  ['a further export', `${declared}export declare const two: 2;\n`, '+ export const two: 2;'],
  ['a changed type that is not exported', declared.replace('Inner { a: number }', 'Inner { b: number }'), 'b: number'],
  ['an export that is gone', 'export {};\n', '- export const one: (a: number) => string;'],
  ['a changed docstring', declared.replace('export declare const one', '/** Of one. */\nexport declare const one'), '+ Of one.'],
  ['a type that is named but not there', 'export declare const one: Gone;\n', 'Unable to follow symbol for "Gone"'],
] as const

test(`caught: ${changes.map(([what]) => what).join(', ')}`, () => {
  using workspace = reviewed()
  for (const [what, text, message] of changes) {
    workspace.write({ 'packages/runner/dist/index.d.ts': text })
    const { code, output } = workspace.run('tools/rules/api.ts')
    expect(output, what).toContain(message)
    expect(code, what).toBe(1)
  }
})
