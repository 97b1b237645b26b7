import { setImmediate } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { trimMemorySoon } from './trim-memory.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('collects garbage once, a while later, unless it is called off', () => {
  const collect = vi.fn()
  trimMemorySoon(() => collect)
  trimMemorySoon(() => collect)()
  expect(collect).not.toHaveBeenCalled()
  vi.advanceTimersByTime(60_000)
  expect(collect).toHaveBeenCalledExactlyOnceWith({ type: 'major', execution: 'sync', flavor: 'last-resort' })
})

it('gives back what nothing holds any more', async () => {
  const garbage = new WeakRef(Array.from({ length: 1000 }, (_, n) => n + 0.5))
  await setImmediate() // a weak reference holds what it refers to until the turn that made it ends
  trimMemorySoon()
  vi.advanceTimersByTime(60_000)
  expect(garbage.deref()).toBeUndefined()
})
