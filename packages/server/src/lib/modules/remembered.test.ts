import { expect, it } from 'vitest'
import { Remembered } from './remembered.ts'

it('asks once for all who want it, again when the answer is old or forgotten, and keeps no failure', async () => {
  let now = 0
  let asked = 0
  let fails = false
  const clock = (): number => now
  const remembered = new Remembered(async () => {
    asked += 1
    if (fails) throw new Error('no')
    return Promise.resolve(asked)
  }, 100)
  expect(await Promise.all([remembered.get(clock), remembered.get(clock)])).toEqual([1, 1])
  now = 100
  expect(await remembered.get(clock)).toBe(1)
  now = 101
  expect(await remembered.get(clock)).toBe(2)
  remembered.forget()
  const before = remembered.get(clock)
  remembered.forget()
  expect([await before, await remembered.get(clock)]).toEqual([3, 4])
  remembered.forget()
  fails = true
  await expect(remembered.get(clock)).rejects.toThrow('no')
  fails = false
  expect(await remembered.get(clock)).toBe(6)
})
