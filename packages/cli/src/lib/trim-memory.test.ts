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

it('gives back what nothing holds any more', () => {
  const before = process.memoryUsage().heapUsed
  const held = { garbage: Array.from({ length: 200 }, () => Array.from({ length: 10_000 }, (_, n) => n + 0.5)) }
  expect(process.memoryUsage().heapUsed - before).toBeGreaterThan(10_000_000)
  held.garbage = []
  trimMemorySoon()
  vi.advanceTimersByTime(60_000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000)
  expect(held.garbage).toEqual([])
})
