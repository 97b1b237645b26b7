import { expect, test } from 'vitest'
import { readData } from './read-data.ts'

test.each([
  ['days: 3\ntags: [a]', { days: 3, tags: ['a'] }],
  ['{"days": 3}', { days: 3 }],
  ['', null],
])('%j', (text, value) => {
  expect(readData(text, { file: 'p.yaml' })).toEqual({ value, problems: [] })
})

test.each([
  [new Uint8Array([0xff]), '1:1 RECIPE_NOT_UTF8'],
  ['a: [1\nb: 2', '1:4 RECIPE_YAML'],
  ['a: 1\na: 2', '2:1 RECIPE_KEY_DUPLICATE'],
  ['a: 9007199254740993', '1:4 RECIPE_NUMBER'],
])('tells what is wrong with %j, and where', (source, problem) => {
  const { value, problems } = readData(source, { file: 'p.yaml' })
  expect(value).toBeNull()
  expect(problems.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([problem])
})
