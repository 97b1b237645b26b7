import type { RunTimeline } from './run-timeline.ts'

/** How many attempts ran at once, over time. */
export interface Parallelism {
  /** From `at` (Unix milliseconds) on, `running` attempts ran; in the order of time, without repetition. */
  points: { at: number; running: number }[]
  peak: number
  /** Of all attempts, milliseconds. */
  busyMs: number
  /** Milliseconds in which at least one ran. */
  activeMs: number
}

/** O(attempts log attempts). */
export function parallelism(timeline: RunTimeline): Parallelism {
  const changes: { at: number; by: 1 | -1 }[] = []
  for (const { spans } of timeline.steps) {
    for (const span of spans) {
      if (span.kind !== 'ran') continue
      const to = span.to ?? timeline.until
      if (to > span.from) changes.push({ at: span.from, by: 1 }, { at: to, by: -1 })
    }
  }
  // What ends at a moment makes room for what begins at it.
  changes.sort((a, b) => a.at - b.at || a.by - b.by)
  const result: Parallelism = { points: [], peak: 0, busyMs: 0, activeMs: 0 }
  let running = 0
  for (const [i, { at, by }] of changes.entries()) {
    const before = changes[i - 1]
    if (before && running > 0) {
      result.busyMs += running * (at - before.at)
      result.activeMs += at - before.at
    }
    running += by
    result.peak = Math.max(result.peak, running)
    if (changes[i + 1]?.at !== at && result.points.at(-1)?.running !== running) result.points.push({ at, running })
  }
  return result
}
