import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BitQueue } from './bit-queue.ts'

it.each([1, 31, 32, 33, 1024, 1025, 100_000])('tells the least of up to %i members', (limit) => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(limit - 1), fc.boolean()), { maxLength: 60 }), (changes) => {
      const queue = new BitQueue(limit)
      const members = new Set<number>()
      for (const [member, adds] of changes) {
        if (adds) queue.add(member)
        else queue.delete(member)
        if (adds) members.add(member)
        else members.delete(member)
        expect(queue.first()).toBe(members.size === 0 ? -1 : Math.min(...members))
        expect(queue.isEmpty).toBe(members.size === 0)
      }
      queue.clear()
      expect(queue.first()).toBe(-1)
    }),
    { numRuns: 50 },
  )
})

it('holds nothing where there is nothing to hold', () => {
  expect(new BitQueue(0).first()).toBe(-1)
})
