import { expect, it } from 'vitest'
import { closest } from './closest.ts'

it.each([
  ['rnu', ['run', 'resume'], 'run'],
  ['VALIDATE', ['run', 'validate'], 'validate'],
  ['compute_maen', ['compute_mean', 'compute_max'], 'compute_mean'],
  ['xyz', ['run', 'resume'], undefined],
  ['', ['run'], undefined],
])('%s of %j is %s', (word, candidates, found) => {
  expect(closest(word, candidates)).toBe(found)
})
