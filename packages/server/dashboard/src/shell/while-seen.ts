import { nextPause, SHORTEST_MS } from '../model/refresh-pace.ts'

/** Calls `look` when the page comes into view; returns how to stop it. */
export function whenSeen(look: () => void): () => void {
  const seen = (): void => {
    if (!document.hidden) look()
  }
  document.addEventListener('visibilitychange', seen)
  return () => document.removeEventListener('visibilitychange', seen)
}

/**
 * Calls `look` again and again while the page is in view: often as long as it resolves with true, for something goes on,
 * else more and more seldom, until somebody comes back to the page or touches it. Returns how to stop it.
 */
export function whileSeen(look: () => Promise<boolean>): () => void {
  let pause = SHORTEST_MS
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  let looking = false
  const later = (): void => {
    clearTimeout(timer)
    if (!stopped && !document.hidden) timer = setTimeout(() => void lookNow(), pause)
  }
  const lookNow = async (): Promise<void> => {
    clearTimeout(timer)
    if (looking || document.hidden) return
    looking = true
    const isLively = await look().finally(() => (looking = false))
    pause = nextPause(pause, isLively)
    later()
  }
  const touched = (): void => {
    if (pause === SHORTEST_MS) return
    pause = SHORTEST_MS
    later()
  }
  const seen = (): void => {
    pause = SHORTEST_MS
    void lookNow()
  }
  const options = { passive: true }
  document.addEventListener('visibilitychange', seen)
  addEventListener('pointermove', touched, options)
  addEventListener('keydown', touched, options)
  addEventListener('scroll', touched, options)
  later()
  return () => {
    stopped = true
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', seen)
    removeEventListener('pointermove', touched)
    removeEventListener('keydown', touched)
    removeEventListener('scroll', touched)
  }
}
