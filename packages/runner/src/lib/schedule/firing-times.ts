import { Cron } from 'croner'

/** The times that a cron expression names in a time zone. */
export interface FiringTimes {
  /** The first one after `time`, exclusive; null: there is none any more. Both in Unix milliseconds. */
  next(time: number): number | null
}

/**
 * Reads a cron expression of five fields or a nickname (`@daily`). Where clocks are put forward, a time that does not
 * exist counts at the moment of the change; where they are put back, a time that comes twice counts once, unless the
 * expression has a wildcard in its minutes or hours: then it counts as often as it comes, as in Vixie cron. Throws Error
 * with what is wrong. `timezone` has to be one that `isTimezone` knows.
 */
export function firingTimes(cron: string, timezone: string): FiringTimes {
  if (cron.includes('?')) throw new Error('`?` is not a time that can be told')
  const times = new Cron(cron, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true })
  return { next: (time) => times.nextRun(new Date(time))?.getTime() ?? null }
}

/** Whether this machine knows a time zone by this name. */
export function isTimezone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
