import type { ReportData } from './report-data.ts'

/** A stretch without a driver that takes more of a picture than this is drawn short: a run may have lain for days. */
const LONGEST_GAP = 0.08

/** A stretch, in milliseconds of the run, that is drawn as if it had taken `as` milliseconds. */
export interface TimeCut {
  from: number
  to: number
  as: number
}

export function timeCuts({ halts, totalMs }: Pick<ReportData, 'halts' | 'totalMs'>): TimeCut[] {
  const gaps = halts.filter(({ kind }) => kind === 'undriven')
  const driven = totalMs - gaps.reduce((sum, { from, to }) => sum + (to - from), 0)
  const as = Math.round(Math.max(1, driven * LONGEST_GAP))
  return gaps.flatMap(({ from, to }) => (to - from > as ? [{ from, to, as }] : []))
}

/** Milliseconds of the run as milliseconds of a picture. */
export function drawnAt(cuts: readonly TimeCut[], ms: number): number {
  return cuts.reduce((at, { from, to, as }) => {
    if (ms >= to) return at - (to - from - as)
    return ms > from ? at - (ms - from) * (1 - as / (to - from)) : at
  }, ms)
}
