import type { PlanSchedule } from '@lorc/runner'
import type { FiringTimes } from '@lorc/runner/recipe'

/** A time that passed less than this ago is not missed: a service may be a little late, or just be starting again. */
const ON_TIME_MS = 60_000
/** Missed times that are made up for, at most: those before the last ones are left. */
export const MOST_CAUGHT_UP = 100
const MINUTE = 60_000

export interface DueTime {
  /** Unix milliseconds. */
  at: number
  /** Nobody was there for it. */
  missed: boolean
}

export interface Due {
  /** Those that a run is to be started for, in order. */
  fire: DueTime[]
  /** Up to which time all was looked at; null: none has come. */
  seenTo: number | null
}

/**
 * The times of a schedule from `cursor` (exclusive) to `now`. A run is started with `none`: for those that have just come;
 * `last`: else for the last one that was missed; `all`: for every one, but no more than the last 100.
 */
export function dueTimes(times: FiringTimes, cursor: number, now: number, catchUp: NonNullable<PlanSchedule['catchUp']>): Due {
  const due = lastTimes(times, cursor, now, MOST_CAUGHT_UP).map((at) => ({ at, missed: now - at >= ON_TIME_MS }))
  const seenTo = due.at(-1)?.at ?? null
  if (catchUp === 'all') return { fire: due, seenTo }
  const punctual = due.filter(({ missed }) => !missed)
  return { fire: punctual.length > 0 || catchUp === 'none' ? punctual : due.slice(-1), seenTo }
}

/** The last `most` times in (from, to]. Looks at ever longer stretches of time: years may have passed, of minutes each. */
function lastTimes(times: FiringTimes, from: number, to: number, most: number): number[] {
  for (let stretch = most * MINUTE; ; stretch *= 4) {
    const begin = Math.max(from, to - stretch)
    const found: number[] = []
    for (let at = times.next(begin); at !== null && at <= to; at = times.next(at)) found.push(at)
    if (found.length >= most || begin === from) return found.slice(-most)
  }
}
