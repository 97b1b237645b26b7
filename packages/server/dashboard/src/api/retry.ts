import { ServiceProblem } from '@lorc/server/client'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 4000

/** Whether asking again leads to nothing else: the service has understood, and says no. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ServiceProblem && error.status >= 400 && error.status < 500 && error.status !== 429
}

/** How long to wait before a service is asked again: longer each time, until it has answered. */
export class Waits {
  #next = FIRST_WAIT_MS

  answered(): void {
    this.#next = FIRST_WAIT_MS
  }

  /** Resolves early when the signal is aborted. */
  async wait(signal: AbortSignal): Promise<void> {
    const ms = this.#next
    this.#next = Math.min(LONGEST_WAIT_MS, ms * 2)
    await new Promise<void>((resolve) => {
      const over = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', over)
        resolve()
      }
      const timer = setTimeout(over, ms)
      signal.addEventListener('abort', over)
    })
  }
}
