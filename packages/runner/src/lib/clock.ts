import process from 'node:process'
import type { Clock, Ids } from './api.ts'

/** The longest that setTimeout waits, about 25 days; anything more would fire at once. */
const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds on a clock that never goes back. `performance.now` does the same, but first loads what measures with it. */
export function monotonic(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** The time of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic,
  sleep(ms, wake) {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      timer = setTimeout(() => (left > LONGEST_MS ? wait(left - LONGEST_MS) : wake()), Math.min(left, LONGEST_MS))
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
}

export const systemIds: Ids = { random: () => Math.random() }
