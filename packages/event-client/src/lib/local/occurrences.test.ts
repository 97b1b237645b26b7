import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { Occurrences } from './occurrences.ts'

const id = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)

/** With so few slots, most ids are kept in the temporary database. */
describe.each([1 << 20, 1 << 10])('with at most %d slots', (most) => {
  it('counts as a Map does, for ids that come again soon and late', () => {
    const occurrences = new Occurrences(most)
    const counts = new Map<string, number>()
    for (let n = 0; n < 12_000; n += 1) {
      const one = id(String(n % 5000 < 4000 ? n % 5000 : n))
      counts.set(one, (counts.get(one) ?? 0) + 1)
      if (occurrences.next(one) !== counts.get(one)) throw new Error(`wrong count of the ${n}th`)
    }
    for (const [one, count] of counts) expect(occurrences.next(one)).toBe(count + 1)
  })
})
