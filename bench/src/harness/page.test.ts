import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withTable } from './page.ts'
import type { Results } from './results.ts'
import { resultsTable } from './table.ts'

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')

it('puts a table between the marks of a page, and leaves the rest alone', () => {
  const page = 'before\n<!-- results: written by pnpm bench -->\n\nold\n\n<!-- end of results -->\nafter\n'
  expect(withTable(page, 'new')).toBe(page.replace('old', 'new'))
  expect(withTable(withTable(page, 'newer'), 'new')).toBe(page.replace('old', 'new'))
  expect(() => withTable('no marks', 'new')).toThrow('no place for results')
})

it('the table in the docs is that of the results', () => {
  const page = read('docs/benchmarks.md')
  expect(withTable(page, resultsTable(JSON.parse(read('bench/results.json')) as Results))).toBe(page)
})
