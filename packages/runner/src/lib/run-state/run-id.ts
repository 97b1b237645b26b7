import type { Ids } from '../api.ts'
import { RunnerError } from '../errors.ts'

const BASE = 36
/** Digits. */
const TIME = 2
const CHANCE = 4

/**
 * `run_2026-01-09T12-34-56Z_ab12cd`: UTC to the second, then six base-36 digits: two of the time within the second, four of
 * `random` (uniform in [0, 1)).
 */
export function newRunId(now: number, random: () => number): string {
  return spelled(secondOf(now), drawn(now, random))
}

/** Makes ids as `newRunId` does; those of a second rise and differ: neighbours cost a store less than what is spread. */
export class RunIds {
  readonly #ids: Ids
  #second = NaN
  #spelling = ''
  #last = -1

  constructor(ids: Ids) {
    this.#ids = ids
  }

  next(now: number): string {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#spelling = secondOf(now)
      this.#last = -1
    }
    this.#last = Math.max(drawn(now, () => this.#ids.random()), this.#last + 1)
    return spelled(this.#spelling, this.#last)
  }
}

function drawn(now: number, random: () => number): number {
  return Math.floor(((now % 1000) / 1000) * BASE ** TIME) * BASE ** CHANCE + Math.floor(random() * BASE ** CHANCE)
}

function secondOf(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(':', '-')
}

function spelled(second: string, number: number): string {
  return `run_${second}Z_${number.toString(BASE).padStart(TIME + CHANCE, '0')}`
}

/** Every id that lorc made, in a text. */
export const MADE_RUN_ID = /run_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ_[0-9a-z]{6}/g

const RUN_ID = /^run_[A-Za-z0-9][A-Za-z0-9_.-]{0,119}$/

/** Throws RUN_OPTION_INVALID: folders are named after it. */
export function checkRunId(runId: unknown): undefined {
  if (typeof runId === 'string' && RUN_ID.test(runId)) return undefined
  throw new RunnerError('RUN_OPTION_INVALID', `${JSON.stringify(String(runId).slice(0, 200))} is not an id that a run can have.`, {
    fix: 'An id is `run_` and letters, digits, `_`, `.` and `-`, at most 124 characters in all.',
    details: { option: 'runId' },
  })
}
