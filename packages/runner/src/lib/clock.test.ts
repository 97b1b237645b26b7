import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { systemClock } from './clock.ts'

const DAY = 24 * 60 * 60 * 1000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('sleep', () => {
  it.each([['a moment', 5], ['sixty days', 60 * DAY]])('wakes once after %s', (_, ms) => {
    const wake = vi.fn()
    systemClock.sleep(ms, wake)
    vi.advanceTimersByTime(ms - 1)
    expect(wake).not.toHaveBeenCalled()
    vi.advanceTimersByTime(DAY)
    expect(wake).toHaveBeenCalledOnce()
  })

  it.each([['at once', 0], ['after thirty days', 30 * DAY]])('can be called off %s', (_, ms) => {
    const wake = vi.fn()
    const stop = systemClock.sleep(60 * DAY, wake)
    vi.advanceTimersByTime(ms)
    stop()
    vi.advanceTimersByTime(90 * DAY)
    expect(wake).not.toHaveBeenCalled()
  })
})

it('tells the time', () => {
  vi.setSystemTime(1000)
  expect(systemClock.now()).toBe(1000)
  const before = systemClock.monotonic()
  vi.advanceTimersByTime(7)
  expect(systemClock.monotonic() - before).toBe(7)
})
