import { expect, it } from 'vitest'
import { UnsettledFiles } from './unsettled-files.ts'

it.each<[string, string, boolean]>([
  ['out/a.csv', 'out/a.csv', true],
  ['./out//a.csv', 'out/a.csv', true],
  ['out/a.csv', 'out', true],
  ['out/a.csv', 'out/', true],
  ['out/a.csv', '.', true],
  ['out/a.csv', 'out/a', false],
  ['out/a.csv', 'ou', false],
  ['out/a.csv', 'out/a.csv/b', false],
  ['out/deep/a.csv', 'out', true],
  ['out/a.csv', 'out/*.csv', true],
  ['out/a.csv', 'out/a*.txt', true],
  ['out/a.csv', 'o*', true],
  ['out/a.csv', '**/*.csv', true],
  ['out/a.csv', 'out/b*', false],
  ['out/a.csv', 'in/[ab].csv', false],
])('of %s, `%s` could stand for it: %s', (file, input, could) => {
  const files = new UnsettledFiles()
  expect(files.couldHold(input)).toBe(false)
  files.add('other/x')
  files.add(file)
  expect([files.couldHold(input), files.couldHold(input)]).toEqual([could, could])
})

it('looks at a file once for a pattern, and finds one that comes later', () => {
  const files = new UnsettledFiles()
  files.add('a/1')
  expect(files.couldHold('b/*')).toBe(false)
  files.add('b/1')
  expect(files.couldHold('b/*')).toBe(true)
})
