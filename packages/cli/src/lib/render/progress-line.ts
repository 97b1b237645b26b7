import type { Marks } from './marks.ts'
import { duration } from './quantity.ts'
import type { RunProgress } from './run-progress.ts'
import type { Style } from './style.ts'
import { displayWidth, truncate } from './text.ts'

export interface ProgressLineInput {
  columns: number
  /** Unix milliseconds. */
  now: number
  style: Style
  marks: Marks
  /** Share of the work that is done, 0 to 1. */
  done: number
  /** Milliseconds until the end, as far as past runs tell. */
  leftMs: number | undefined
}

const BAR_MAX = 24
const BAR_MIN = 6

/** The bar, the share, the counts, and the time: what has passed and, where past runs tell, what is left. */
export function progressLine(progress: RunProgress, input: ProgressLineInput): string {
  const { columns, style } = input
  const share = `${String(Math.floor(input.done * 100)).padStart(3)}%`
  const rest = `${share}  ${countsText(progress)}${timeText(progress, input)}`
  const room = Math.min(BAR_MAX, columns - 1 - displayWidth(rest) - 4)
  if (room < BAR_MIN) return style.bold(truncate(`  ${rest.trimStart()}`, columns - 1))
  return `  ${bar(room, input)} ${style.bold(rest)}`
}

function bar(width: number, { done, style, marks }: ProgressLineInput): string {
  const full = Math.min(width, Math.round(done * width))
  return `${style.cyan(marks.bar.repeat(full))}${style.dim(marks.barRest.repeat(width - full))}`
}

function countsText({ ended, rows, counts, paused, running, asking }: RunProgress): string {
  const parts = [`${ended} of ${rows.length} done`]
  if (running.size > 0) parts.push(`${running.size} running`)
  for (const status of ['retrying', 'failed', 'blocked', 'cancelled', 'skipped'] as const) {
    if (counts[status] > 0) parts.push(`${counts[status]} ${status}`)
  }
  if (asking.size > 0) parts.push(`${asking.size} to approve`)
  if (paused !== null) parts.push(paused)
  return parts.join(', ')
}

function timeText({ startedAt }: RunProgress, { now, leftMs }: ProgressLineInput): string {
  if (startedAt === 0) return ''
  const passed = `  ${duration(now - startedAt)}`
  return leftMs === undefined ? passed : `${passed}, ${left(leftMs)}`
}

/** Rounded, for it is an estimate. */
function left(ms: number): string {
  if (ms < 1000) return 'nearly done'
  const seconds = ms / 1000
  if (seconds < 60) return `~${Math.ceil(seconds)}s left`
  const minutes = Math.round(seconds / 60)
  return minutes < 100 ? `~${minutes}m left` : `~${(minutes / 60).toFixed(1)}h left`
}
