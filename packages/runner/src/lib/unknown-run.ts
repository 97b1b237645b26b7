import { RunnerError } from './errors.ts'

/** RUN_UNKNOWN. */
export function unknownRun(runId: string): RunnerError {
  return new RunnerError('RUN_UNKNOWN', `No run ${JSON.stringify(runId)} is in the store.`, { fix: 'See the runs that there are: lorc runs list' })
}
