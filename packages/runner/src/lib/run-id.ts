import { RunnerError } from './errors.ts'

const BASE = 36
/** Digits. */
const TIME = 2
const CHANCE = 4

/**
 * `run_2026-01-09T12-34-56Z_ab12cd`: UTC to the second, then six base-36 digits: two of the time within the second, four of
 * `random` (uniform in [0, 1)). Ids that a process makes in a second rise and differ: they are kept in order of their names,
 * where neighbours cost less than what is spread.
 */
export function newRunId(now: number, random: () => number): string {
  const at = Math.floor(now / 1000)
  if (at !== second) {
    second = at
    time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
    last = -1
  }
  const drawn = Math.floor(((now % 1000) / 1000) * BASE ** TIME) * BASE ** CHANCE + Math.floor(random() * BASE ** CHANCE)
  last = Math.max(drawn, last + 1)
  return `run_${time}Z_${last.toString(BASE).padStart(TIME + CHANCE, '0')}`
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

/** The second that ids were made in last, as they spell it, and what the last of them ends in. */
let second = NaN
let time = ''
let last = -1
