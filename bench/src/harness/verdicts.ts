import { digits, percent } from './quantity.ts'
import type { Medians, Verdict } from './workload.ts'

type Judge = (medians: Medians) => Verdict | undefined

/** An entry does at least this many units a second. */
export const atLeastPerSecond =
  (entry: string, rate: number): Judge =>
  (medians) => {
    const each = medians(entry)
    return each === undefined ? undefined : { reached: `${digits(1000 / each)}/s`, met: 1000 / each >= rate }
  }

/** An entry takes at most this many times as long as another. */
export const atMostTimes =
  (entry: string, other: string, times: number): Judge =>
  (medians) => {
    const [each, base] = [medians(entry), medians(other)]
    if (each === undefined || base === undefined) return undefined
    return { reached: `${digits(each / base)}x`, met: each / base <= times }
  }

/** An entry is at least this share as fast as another. */
export const atLeastShare =
  (entry: string, other: string, share: number): Judge =>
  (medians) => {
    const [each, base] = [medians(entry), medians(other)]
    if (each === undefined || base === undefined) return undefined
    return { reached: percent(base / each), met: base / each >= share }
  }

/** An entry takes at most this long: for each unit, or for `units` of them. */
export const atMost =
  (entry: string, limit: number, unit: string, units = 1): Judge =>
  (medians) => {
    const each = medians(entry)
    return each === undefined ? undefined : { reached: `${digits(each * units)} ${unit}`, met: each * units <= limit }
  }

/** An entry takes at most `ms` more than another for `units`. */
export const atMostMore =
  (entry: string, other: string, ms: number, units: number): Judge =>
  (medians) => {
    const [each, base] = [medians(entry), medians(other)]
    if (each === undefined || base === undefined) return undefined
    const more = (each - base) * units
    return { reached: `${digits(Math.max(0, more))} ms more`, met: more <= ms }
  }
