import { RunnerError } from '../errors.ts'

/** What ends an attempt that took longer than `ms`. */
export function stepTimeout(ms: number): RunnerError {
  return new RunnerError('STEP_TIMEOUT', `It took longer than its timeout of ${ms / 1000} s.`, {
    fix: 'Raise `timeout`, or find in its log what it waited for.',
  })
}
