import { checkJson } from '@lorc/context'
import { isTransient, type JobSpec } from '@lorc/event-client'
import { jobBackoff } from '@lorc/event-client/retry'
import type { RecordedError } from '../../events.ts'
import type { AttemptOutcome } from '../../executor.ts'
import type { JsonObject } from '../../json.ts'
import { failureOf } from '../node/node-outcome.ts'
import { isOurs } from '../our-errors.ts'

/** How an attempt at a job ended that threw. `spec` tells how often such a failure is tried again. */
export function jobFailed(thrown: unknown, spec: JobSpec | undefined): AttemptOutcome {
  return { status: 'error', error: jobFailure(thrown), ...(spec && { retry: jobBackoff(spec) }) }
}

/**
 * What an error that a job threw is recorded as: TransientError as JOB_TRANSIENT, the only one that a job's retry
 * repeats; errors of lorc itself under their own code; the rest as JOB_FAILED.
 */
function jobFailure(thrown: unknown): RecordedError {
  const { details, ...recorded } = failureOf(thrown)
  // They say what is wrong better than that a job failed.
  if (isOurs(thrown)) return { ...recorded, code: thrown.code, ...detailsOf(thrown) }
  if (!isTransient(thrown)) return { ...recorded, code: 'JOB_FAILED', ...(details && { details }) }
  const { retryAfterMs } = thrown
  // Of a header that holds a date, say, `Number()` makes NaN, which a journal cannot hold.
  const more = { ...details, ...(typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && { retryAfterMs }) }
  return { ...recorded, code: 'JOB_TRANSIENT', ...(Object.keys(more).length > 0 && { details: more }) }
}

/** Classes of other people may have the names of lorc's, and details that no journal can hold. */
function detailsOf({ details }: { details?: unknown }): Pick<RecordedError, 'details'> {
  try {
    return details === undefined ? {} : { details: checkJson(details) as JsonObject }
  } catch {
    return {}
  }
}
