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

/** What a promise resolves to; undefined where the service stops before. Rejects where the promise does otherwise. */
export async function beforeStop<T>(promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise
  } catch (error) {
    if (isOfStop(error)) return undefined
    throw error
  }
}
