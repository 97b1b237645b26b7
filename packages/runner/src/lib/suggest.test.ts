import { expect, test } from 'vitest'
import { suggest, suggestFile } from './suggest.ts'

test.each([
  ['compute_maen', ['compute_mean', 'compute_median'], 'compute_mean'],
  ['compute-mean', ['compute_median', 'compute_mean'], 'compute_mean'],
  ['ComputeMean', ['computemean'], 'computemean'],
  ['timout', ['timeout', 'type'], 'timeout'],
  ['tiemout', ['timeout'], 'timeout'],
  ['pyhton', ['node', 'python', 'shell'], 'python'],
  ['exp', ['fixed', 'exponential'], 'exponential'],
  ['ab', ['abcdef'], undefined],
  ['com', ['compute', 'complete'], undefined],
  ['report', ['load', 'clean'], undefined],
  ['a', ['b'], undefined],
  ['', ['a'], undefined],
  ['x'.repeat(201), ['x'.repeat(201)], undefined],
  ['same', ['same', 'sane'], 'same'],
])('%s among %j: %s', (word, candidates, expected) => {
  expect(suggest(word, candidates)).toBe(expected)
})

test.each([
  ['nope.yaml', ['gate.yaml', 'note.yaml', 'outer.yaml'], 'note.yaml'],
  ['nope.yaml', ['gate.yaml', 'demo.yaml'], undefined],
  ['daily.yml', ['weekly.yaml', 'daily.yaml'], 'daily.yaml'],
  ['dialy.yaml', ['daily.yaml'], 'daily.yaml'],
])('the file %s among %j: %s', (name, candidates, expected) => {
  expect(suggestFile(name, candidates)).toBe(expected)
})
