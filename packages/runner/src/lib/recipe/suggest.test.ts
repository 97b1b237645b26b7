import { expect, test } from 'vitest'
import { suggest } from './suggest.ts'

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
