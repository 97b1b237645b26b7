import type { JobSpec } from './job-spec.ts'

/** How often something is tried, and how long the waits between are. */
export interface Backoff {
  /** Attempts in all, the first included. */
  readonly max: number
  readonly delayMs: number
  /** `exponential`: each wait is `factor` times the one before. */
  readonly backoff: 'fixed' | 'exponential'
  readonly factor: number
  readonly maxDelayMs: number
  /** Share of a wait that is drawn at random, 0 to 1: it lies in [wait * (1 - jitter), wait]. */
  readonly jitter: number
}

/**
 * Milliseconds to wait before the next attempt, or undefined when there is to be none.
 *
 * @param failures attempts that failed so far, the one that just did included
 * @param random uniform in [0, 1)
 * @param askedMs what the other side asked to wait: no less than that, up to the longest delay; what is not a number of it is left out
 */
export function retryWait(policy: Backoff, failures: number, random: number, askedMs = 0): number | undefined {
  const { max, delayMs, backoff, factor, maxDelayMs, jitter } = policy
  if (failures >= max) return undefined
  const growth = backoff === 'exponential' ? factor ** (failures - 1) : 1
  const wait = Math.min(delayMs * growth, maxDelayMs)
  return Math.max(Math.round(wait * (1 - jitter * random)), Number.isFinite(askedMs) ? Math.min(askedMs, maxDelayMs) : 0)
}

/** What a job says of further attempts. `max`: instead of its own number of attempts. */
export function jobBackoff({ retry: { max: own, delayMs } }: Pick<JobSpec, 'retry'>, max = own): Backoff {
  return { max, delayMs, backoff: 'exponential', factor: 2, maxDelayMs: Math.max(300_000, delayMs), jitter: 0.2 }
}
