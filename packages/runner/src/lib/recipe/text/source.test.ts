import { expect, test } from 'vitest'
import { RecipeSource } from './source.ts'

const source = new RecipeSource('r.yaml', 'one\r\ntwo\n\nfour')

test.each([
  [[0, 3], 1, 1, 4, 'one'],
  [[2, 8], 1, 3, 4, 'one'],
  [[5, 8], 2, 1, 4, 'two'],
  [[9, 9], 3, 1, 2, ''],
  [[10, 14], 4, 1, 5, 'four'],
  [[99, 100], 4, 5, 6, 'four'],
] as const)('places %j', (range, line, column, endColumn, snippet) => {
  expect(source.place(range)).toEqual({ line, column, endColumn, snippet })
})

test('keeps of a very long line the part around the place', () => {
  const long = new RecipeSource('r.yaml', `${'a'.repeat(5000)}HERE${'b'.repeat(5000)}\nnext`)
  expect(long.place([5000, 5004])).toEqual({
    line: 1,
    column: 5001,
    endColumn: 5005,
    snippetColumn: 4801,
    snippet: `${'a'.repeat(200)}HERE${'b'.repeat(196)}`,
  })
  expect(long.place([0, 1])).toMatchObject({ column: 1, snippet: 'a'.repeat(200) })
  expect(long.place([0, 1])).not.toHaveProperty('snippetColumn')
})
