import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('comes back soon, however long the service was away', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('location', { href: 'http://localhost/' })
  vi.stubGlobal('sessionStorage', { getItem: () => null })
  const asked = vi.fn(() => Promise.reject(new TypeError('fetch failed')))
  vi.stubGlobal('fetch', asked)
  const { followChanges } = await import('./follow.ts')
  const over = new AbortController()
  const following = followChanges(over.signal, () => undefined)
  await vi.advanceTimersByTimeAsync(60_000)
  asked.mockClear()
  await vi.advanceTimersByTimeAsync(4000)
  expect(asked).toHaveBeenCalledOnce()
  over.abort()
  await following
})
