import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('location', { href: 'http://localhost/' })
  vi.stubGlobal('sessionStorage', { getItem: () => null })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('comes back soon, however long the service was away', async () => {
  vi.stubGlobal('document', new EventTarget())
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

it('holds no connection while the page is out of view, and goes on where it was', async () => {
  const page = Object.assign(new EventTarget(), { hidden: false })
  vi.stubGlobal('document', page)
  const turn = async (hidden: boolean): Promise<void> => {
    page.hidden = hidden
    page.dispatchEvent(new Event('visibilitychange'))
    await vi.advanceTimersByTimeAsync(0)
  }
  const held: (string | null)[] = []
  vi.stubGlobal('fetch', (_: string, { headers, signal }: { headers: Headers; signal: AbortSignal }) => {
    const place = headers.get('last-event-id')
    held.push(place)
    signal.addEventListener('abort', () => held.splice(held.indexOf(place), 1))
    const body = new ReadableStream<Uint8Array>({
      start(to) {
        to.enqueue(new TextEncoder().encode('id: 4\ndata: {}\n\n'))
        signal.addEventListener('abort', () => to.error(signal.reason))
      },
    })
    return Promise.resolve(new Response(body))
  })
  const { follow } = await import('./follow.ts')
  const over = new AbortController()
  const following = follow('r', { signal: over.signal, from: 0, onMessages: () => undefined })
  await vi.advanceTimersByTimeAsync(0)
  expect(held).toEqual([null])
  await turn(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(held).toEqual([])
  await turn(false)
  expect(held).toEqual(['4'])
  over.abort()
  await following
})
