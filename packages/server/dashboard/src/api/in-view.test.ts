import { afterEach, expect, it, vi } from 'vitest'
import { whileInView } from './in-view.ts'

afterEach(() => vi.unstubAllGlobals())

function pageThat(hidden: boolean): { turn: (hidden: boolean) => void } {
  const page = Object.assign(new EventTarget(), { hidden })
  vi.stubGlobal('document', page)
  return {
    turn(to) {
      page.hidden = to
      page.dispatchEvent(new Event('visibilitychange'))
    },
  }
}

it('gives the connection back when the page is out of view', async () => {
  const page = pageThat(false)
  const held = whileInView(new AbortController().signal, async (signal) => {
    page.turn(true)
    return signal.aborted
  })
  expect(await held).toBe(true)
})

it('connects once the page is in view, or not at all', async () => {
  const page = pageThat(true)
  const connect = vi.fn((signal: AbortSignal) => Promise.resolve(signal.aborted))
  const over = new AbortController()
  const [seen, left] = [whileInView(new AbortController().signal, connect), whileInView(over.signal, connect)]
  await Promise.resolve()
  expect(connect).not.toHaveBeenCalled()
  over.abort()
  expect(await left).toBe(true)
  page.turn(false)
  expect(await seen).toBe(false)
})
