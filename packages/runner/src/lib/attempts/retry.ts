import { retryWait } from '@lorc/event-client/retry'
import type { RecordedError } from '../events.ts'
import type { PlanStep, RetryPolicy } from '../plan.ts'
import { isRetriedOn } from './retried-on.ts'

/** The policy that counts: the step's, else `own`, which its code has. Of a job it repeats, by default, only what the job says may pass. */
export function retryPolicyOf({ type, retry }: Pick<PlanStep, 'type' | 'retry'>, own: RetryPolicy | undefined): RetryPolicy | undefined {
  const policy = retry ?? own
  return policy && type === 'job' ? { on: ['JOB_TRANSIENT'], ...policy } : policy
}

/**
 * Milliseconds to wait before the next attempt, or undefined when there is to be none. Where the error's details have
 * `retryAfterMs` (what a server asked for), no less than that, up to the policy's longest delay.
 *
 * @param failures attempts that failed so far, the one that just did included
 * @param random uniform in [0, 1)
 */
export function retryDelay(
  policy: RetryPolicy | undefined,
  failures: number,
  error: RecordedError,
  random: number,
): number | undefined {
  if (!policy) return undefined
  if (policy.on && !isRetriedOn(policy.on, error)) return undefined
  const asked = error.details?.['retryAfterMs']
  return retryWait(policy, failures, random, typeof asked === 'number' ? asked : undefined)
}
