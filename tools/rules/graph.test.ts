import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scratchWorkspace } from './scratch.ts'

const page = 'Before.\n\n<!-- graph: written by `pnpm graph` -->\n<!-- /graph -->\n\nAfter.\n'

test('the graph that was written is that of the packages, until one depends on another', () => {
  using workspace = scratchWorkspace()
  workspace.write({ 'docs/architecture.md': page })
  expect(workspace.run('tools/rules/graph.ts').code).toBe(1)
  workspace.run('tools/rules/graph.ts', '--update')
  expect(workspace.run('tools/rules/graph.ts')).toEqual({ code: 0, output: '' })
  const written = readFileSync(join(workspace.path, 'docs/architecture.md'), 'utf8')
  expect(written).toMatch(/^Before\.[\s\S]*cli --> context\n {2}cli --> runner\n {2}context\n {2}runner --> context[\s\S]*After\.\n$/)
  workspace.write({ 'packages/context/package.json': JSON.stringify({ name: '@lorc/context', dependencies: { '@lorc/cli': '1' } }) })
  expect(workspace.run('tools/rules/graph.ts').output).toContain('is not that of the packages')
})

test('a page without a place for the graph is told', () => {
  using workspace = scratchWorkspace()
  workspace.write({ 'docs/architecture.md': '# Nothing\n' })
  expect(workspace.run('tools/rules/graph.ts').output).toContain('has no place for the graph')
})
