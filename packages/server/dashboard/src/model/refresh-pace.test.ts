import { expect, it } from 'vitest'
import { LONGEST_MS, nextPause, SHORTEST_MS } from './refresh-pace.ts'

it('a list is read again often while something goes on, else more and more seldom', () => {
  const pauses = [SHORTEST_MS]
  for (let i = 0; i < 8; i++) pauses.push(nextPause(pauses.at(-1)!, false))
  expect(pauses.slice(0, 4)).toEqual([2000, 3000, 4500, 6750])
  expect(pauses.at(-1)).toBe(LONGEST_MS)
  expect(nextPause(LONGEST_MS, true)).toBe(SHORTEST_MS)
})
