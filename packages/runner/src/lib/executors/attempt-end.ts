import type { Attempt } from '../executor.ts'

const POLL_MS = 25

/**
 * Ends a process group when its attempt is to end: SIGTERM at once, SIGKILL when the attempt's grace is over. The grace
 * may be cut short meanwhile, so it is looked at again and again. Dispose of it when the group is gone.
 */
export function endOnAbort(attempt: Attempt, kill: (signal: 'SIGTERM' | 'SIGKILL') => void): Disposable {
  let timer: NodeJS.Timeout | undefined
  const { signal } = attempt
  const end = (): void => {
    const since = performance.now()
    kill(attempt.graceMs > 0 ? 'SIGTERM' : 'SIGKILL')
    timer = setInterval(() => {
      if (performance.now() - since >= attempt.graceMs) kill('SIGKILL')
    }, POLL_MS)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  return {
    [Symbol.dispose]() {
      signal.removeEventListener('abort', end)
      clearInterval(timer)
    },
  }
}
