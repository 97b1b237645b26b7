import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const source = { 'packages/runner/src/lib/errors/store.ts': "export const STORE_ERRORS = { STORE_FULL: 'The disk is full.', STORE_CLOSED: 'Closed.' } as const\n" }
const page = (name: string, ...rows: string[]): string =>
  `# Errors\n\n<!-- codes: ${name} -->\n| code | what it means | what to do |\n|---|---|---|\n${rows.map((row) => `${row}\n`).join('')}<!-- /codes -->\n`
const full = '| `STORE_FULL` | The disk is full. | Free some. |'
const closed = '| `STORE_CLOSED` | Closed. | Open it. |'

const check = (text: string, ...flags: string[]): { code: number | null; output: string } => {
  using workspace = scratchWorkspace()
  workspace.write({ ...source, 'docs/errors.md': text })
  const first = workspace.run('tools/rules/error-docs.ts', ...flags)
  return flags.length === 0 ? first : workspace.run('tools/rules/error-docs.ts')
}

test('a page that agrees passes', () => {
  expect(check(page('STORE_ERRORS', full, closed))).toEqual({ code: 0, output: '1 tables, 0 differences\n' })
})

test.each([
  ['a code without a row', page('STORE_ERRORS', full), 'no row for STORE_CLOSED'],
  ['a row without a code', page('STORE_ERRORS', full, closed, '| `STORE_GONE` | x | y |'), 'a row for STORE_GONE, which no package reports'],
  ['another meaning', page('STORE_ERRORS', full.replace('disk', 'moon'), closed), 'another meaning of STORE_FULL'],
  ['a row without advice', page('STORE_ERRORS', full, '| `STORE_CLOSED` | Closed. |  |'), 'no advice for STORE_CLOSED'],
  ['another order', page('STORE_ERRORS', closed, full), 'another order'],
  ['a table without a section', page('RUN_ERRORS', full, closed), 'no section <!-- codes: STORE_ERRORS -->'],
])('%s is caught', (_, text, message) => {
  const { code, output } = check(text)
  expect(output).toContain(message)
  expect(code).toBe(1)
})

test('the rows can be written, but not the advice', () => {
  const { output } = check(page('STORE_ERRORS', full), '--update')
  expect(output).not.toContain('STORE_FULL')
  expect(output).toContain('no advice for STORE_CLOSED')
})
