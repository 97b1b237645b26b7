/** A stretch of a run's time, in milliseconds since its beginning. */
export interface TimeWindow {
  from: number
  to: number
}

const SMALLEST_MS = 5

/** The window around `at` (a share, 0 to 1, of the window) with `factor` times its length, within the run. */
export function zoomed(window: TimeWindow, factor: number, total: number, at = 0.5): TimeWindow {
  const length = window.to - window.from
  const wanted = Math.min(total, Math.max(Math.min(SMALLEST_MS, total), length * factor))
  return within({ from: window.from + (length - wanted) * at, to: window.from + (length - wanted) * at + wanted }, total)
}

/** The window moved by a share of its length, within the run. */
export function moved(window: TimeWindow, by: number, total: number): TimeWindow {
  const shift = (window.to - window.from) * by
  return within({ from: window.from + shift, to: window.to + shift }, total)
}

function within({ from, to }: TimeWindow, total: number): TimeWindow {
  const length = Math.min(total, to - from)
  const start = Math.min(Math.max(0, from), total - length)
  return { from: start, to: start + length }
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000]

/** Round times in a window, about `count` of them, to write at its edge. */
export function ticksOf({ from, to }: TimeWindow, count: number): number[] {
  const rough = (to - from) / Math.max(1, count)
  const day = STEPS.at(-1)!
  const step = STEPS.find((size) => size >= rough) ?? Math.ceil(rough / day) * day
  const ticks: number[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(at)
  return ticks
}
