import type { RetryPolicy } from '@lorc/runner'
import type { Module } from './module.ts'
import { TRANSIENT_CODES } from './module-error.ts'

/** How often a module is asked again after a failure that may pass, as the configuration says; undefined: never. */
export function retryOf({ config: { retries } }: Module): RetryPolicy | undefined {
  if (retries === 0) return undefined
  const on = [...TRANSIENT_CODES, 'MODULE_UNHEALTHY']
  return { max: retries + 1, delayMs: 200, backoff: 'exponential', factor: 2, maxDelayMs: 10_000, jitter: 0.5, on }
}
