import { expect, it } from 'vitest'
import { MinuteCounts } from './minute-counts.ts'

function counts() {
  const clock = { at: 0, monotonic: () => clock.at }
  const made = new MinuteCounts(clock)
  const count = (key: string, of = made): number[] => {
    let told: number[] = []
    of.incr(key, (_, { current, ttl }) => void (told = [current, ttl]), 60_000)
    return told
  }
  return { clock, made, count }
}

it('counts each name within a window that begins with its first', () => {
  const { clock, made, count } = counts()
  expect([count('a'), count('a'), count('b'), count('a', made.child())]).toEqual([[1, 60_000], [2, 60_000], [1, 60_000], [1, 60_000]])
  clock.at = 59_000
  expect(count('a')).toEqual([3, 1000])
  clock.at = 60_000
  expect(count('a')).toEqual([1, 60_000])
})

it('forgets the name that was counted longest ago where there are more than it keeps', () => {
  const { count } = counts()
  for (let n = 0; n < 5000; n++) count(`name ${n}`)
  expect(count('name 0')).toEqual([2, 60_000])
  count('one more')
  expect([count('name 0'), count('name 1')]).toEqual([[3, 60_000], [1, 60_000]])
})
