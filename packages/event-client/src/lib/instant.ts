import { durationMs } from './duration.ts'
import { EventError } from './errors.ts'

/** `2026-01-31`, `2026-01-31T12:00`, with seconds, a fraction, and `Z` or an offset. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)?)?$/i
/** What a Date can hold, in milliseconds either side of 1970 (ECMA-262). */
const FURTHEST = 8.64e15

/** A window of time: both ends are optional. */
export interface TimeWindow {
  readonly since: Date | undefined
  readonly until: Date | undefined
}

/** What a window is given as: ISO 8601 dates and instants, how far back from now (`30m`, `24h`, `7d`, `2w`), or dates. */
export interface TimeWindowInput {
  readonly since?: string | Date | undefined
  readonly until?: string | Date | undefined
}

/**
 * Reads `since` and `until`. A date is its first instant, and what names no zone is UTC. `now` is Unix milliseconds.
 * Throws EventError JOB_TIME_INVALID for what is not a time, and for a `since` after `until`.
 */
export function readTimeWindow(given: TimeWindowInput, now: number): TimeWindow {
  const since = given.since === undefined ? undefined : readInstant(given.since, now, 'since')
  const until = given.until === undefined ? undefined : readInstant(given.until, now, 'until')
  if (since !== undefined && until !== undefined && since > until) {
    throw new EventError('JOB_TIME_INVALID', `\`since\` (${since.toISOString()}) is after \`until\` (${until.toISOString()}).`, {
      fix: 'Swap the two, or leave one out.',
      details: { problems: [{ field: 'since', message: 'it is after `until`' }] },
    })
  }
  return { since, until }
}

/** One instant, as `readTimeWindow` reads it; `name` is what messages call it. */
function readInstant(given: string | Date, now: number, name: string): Date {
  const ms = given instanceof Date ? given.getTime() : (back(given, now) ?? isoMs(given))
  if (ms !== undefined && Math.abs(ms) <= FURTHEST) return new Date(ms)
  throw new EventError('JOB_TIME_INVALID', `\`${name}\` is \`${String(given)}\`, which is not a time.`, {
    fix: 'Write a date (2026-01-31), an instant (2026-01-31T12:00:00Z), or how far back from now (30m, 24h, 7d, 2w).',
    details: { problems: [{ field: name, message: `\`${String(given)}\` is not a time` }] },
  })
}

function back(text: string, now: number): number | undefined {
  const ms = durationMs(text)
  return ms === undefined ? undefined : now - ms
}

/** Milliseconds since 1970 of an ISO 8601 date or instant, UTC where it names no zone; undefined for anything else. */
export function isoMs(text: string): number | undefined {
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '0', zone = 'Z'] = ISO.exec(text) ?? []
  if (year === undefined) return undefined
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [number, number, number, number, number, number]
  // Date.UTC takes the 31st of February for the 3rd of March: what does not come back as it was is not a date.
  const date = new Date(0)
  date.setUTCFullYear(y, mo - 1, d)
  date.setUTCHours(h, mi, s, Math.floor(Number(`0.${fraction}`) * 1000))
  const same = date.getUTCFullYear() === y && date.getUTCMonth() === mo - 1 && date.getUTCDate() === d
  const offset = offsetMs(zone)
  if (!same || h > 23 || mi > 59 || s > 59 || offset === undefined) return undefined
  return date.getTime() - offset
}

function offsetMs(zone: string): number | undefined {
  if (zone.toUpperCase() === 'Z') return 0
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))]
  if (hours > 23 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000
}
