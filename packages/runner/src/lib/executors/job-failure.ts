import { isTransient } from '@lorc/event-client'
import type { RecordedError } from '../events.ts'
import type { JsonObject } from '../json.ts'
import { failureOf } from './node-outcome.ts'

/** Errors of ours that say what is wrong better than that a job failed. */
const OURS = new Set(['EventError', 'RegistryError', 'RunnerError'])

/**
 * What an error that a job threw is recorded as: TransientError as JOB_TRANSIENT, the only one that a job's retry
 * repeats; errors of lorc itself under their own code; the rest as JOB_FAILED.
 */
export function jobFailure(thrown: unknown): RecordedError {
  const { details, ...recorded } = failureOf(thrown)
  if (isOurs(thrown)) return { ...recorded, code: thrown.code, ...(thrown.details && { details: thrown.details }) }
  if (!isTransient(thrown)) return { ...recorded, code: 'JOB_FAILED', ...(details && { details }) }
  const { retryAfterMs } = thrown
  const more = { ...details, ...(retryAfterMs !== undefined && { retryAfterMs }) }
  return { ...recorded, code: 'JOB_TRANSIENT', ...(Object.keys(more).length > 0 && { details: more }) }
}

function isOurs(thrown: unknown): thrown is Error & { code: string; details?: JsonObject } {
  return thrown instanceof Error && OURS.has(thrown.name) && typeof (thrown as { code?: unknown }).code === 'string'
}
