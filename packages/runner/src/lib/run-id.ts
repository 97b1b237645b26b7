import { RunnerError } from './errors.ts'

const SUFFIX = 6
const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz'

/** `run_2026-01-09T12-34-56Z_ab12cd`: UTC to the second, then six base-36 digits from `random` (uniform in [0, 1)). */
export function newRunId(now: number, random: () => number): string {
  const at = Math.floor(now / 1000)
  if (at !== second) {
    second = at
    time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
  }
  let suffix = ''
  for (let i = 0; i < SUFFIX; i++) suffix += DIGITS[Math.floor(random() * DIGITS.length)]!
  return `run_${time}Z_${suffix}`
}

const RUN_ID = /^run_[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$/

/** Throws RUN_OPTION_INVALID: folders are named after it. */
export function checkRunId(runId: string | undefined): void {
  if (runId === undefined || RUN_ID.test(runId)) return
  throw new RunnerError('RUN_OPTION_INVALID', `${JSON.stringify(runId.slice(0, 200))} is no id that a run can have.`, {
    fix: 'An id is `run_` and letters, digits, `_`, `.` and `-`, at most 124 characters in all.',
    details: { option: 'runId' },
  })
}

/** The second that ids were made in last, and as they spell it: many runs may begin in one. */
let second = NaN
let time = ''
