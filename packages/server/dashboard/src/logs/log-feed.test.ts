import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.stubGlobal('location', { href: 'http://localhost/' })
  vi.stubGlobal('sessionStorage', { getItem: () => null })
  vi.stubGlobal('document', new EventTarget())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const lineOf = (text: string): string => `${JSON.stringify({ step: 'a', attempt: 1, text })}\n`

/** An answer that a test sends bit by bit. */
function answer(): { response: Response; send: (...texts: string[]) => void; end: () => void; cut: () => void } {
  let to!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({ start: (controller) => void (to = controller) })
  return {
    response: new Response(body),
    send: (...texts) => to.enqueue(new TextEncoder().encode(texts.map(lineOf).join(''))),
    end: () => to.close(),
    cut: () => to.error(new TypeError('network error')),
  }
}

it('reads on over a broken connection what is printed, and shows no less meanwhile', async () => {
  const [first, second] = [answer(), answer()]
  const asked = vi.fn().mockResolvedValueOnce(first.response).mockRejectedValueOnce(new TypeError('fetch failed')).mockResolvedValueOnce(second.response)
  vi.stubGlobal('fetch', asked)
  const { LogFeed } = await import('./log-feed.ts')
  const feed = new LogFeed({ runId: 'r', step: '', attempt: undefined, follow: true })
  const close = feed.open()
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)
  const shown = (): unknown[] => [feed.state().lines.map(({ text }) => text), feed.state().error instanceof Error, feed.state().open]
  first.send('one', 'two')
  await pass(200)
  expect(shown()).toEqual([['one', 'two'], false, true])
  first.cut()
  await pass(600)
  expect(shown()).toEqual([['one', 'two'], true, true])
  await pass(4000)
  second.send('one')
  await pass(200)
  expect(shown()).toEqual([['one', 'two'], true, true])
  second.send('two', 'three')
  await pass(200)
  expect(shown()).toEqual([['one', 'two', 'three'], false, true])
  second.end()
  await pass(200)
  expect(shown()).toEqual([['one', 'two', 'three'], false, false])
  expect(asked).toHaveBeenCalledTimes(3)
  close()
})
