import { RunnerError } from '@lorc/runner'
import { ServerError } from '../errors.ts'

/** What is told to whoever asks while the service stops. */
export function serviceStopping(): ServerError {
  return new ServerError('SERVER_STOPPING', 'The service is shutting down.', { fix: 'Ask again once it is back.', retryAfterSec: 5 })
}

/** Whether something could not go on since the service stops: the run that it was about is left to the next start. */
export function isOfStop(error: unknown): boolean {
  return error instanceof RunnerError && (error.code === 'RUNNER_CLOSED' || error.code === 'STORE_CLOSED')
}

/** Who drives a run may be gone one day, and there may be room on the disk again. */
const PASSING: ReadonlySet<string> = new Set(['RUN_FENCED', 'RUN_HELD', 'STORE_FULL', 'STORE_UNAVAILABLE'])

/** Whether a run that was taken in cannot be driven here for now alone: whatever else keeps it from that will do so again. */
export function isPassing(error: unknown): boolean {
  return error instanceof RunnerError && PASSING.has(error.code)
}

/** What becomes of a run that was taken in; undefined where the service stops before, or lets go of it. Rejects where the promise does otherwise. */
export async function beforeStop<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (isOfStop(error) || isPassing(error)) return undefined
    throw error
  }
}
