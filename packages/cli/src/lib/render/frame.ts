import type { Marks } from './marks.ts'
import { paintStatus } from './marks.ts'
import { duration } from './quantity.ts'
import { outcomeLine } from './outcome-line.ts'
import { isFinal, type RunProgress, type StepRow } from './run-progress.ts'
import type { Style } from './style.ts'
import { displayWidth, oneLine, padEnd, truncate } from './text.ts'

/** What a frame needs to know besides the run. */
export interface FrameInput {
  columns: number
  rows: number
  /** Unix milliseconds. */
  now: number
  /** Counts redraws: turns the spinner. */
  tick: number
  style: Style
  marks: Marks
  /** What a running step says of its progress. */
  progressOf(step: string): { done: number; total: number | null } | null
  /** The last line of a running step's log. */
  lastLine(step: string): string
}

const NAME_MAX = 32
const TIME_WIDTH = 7
/** Of a line: mark and margins before the name, the last column, and the time with a space before it. */
const FIXED_WIDTH = 4 + 1 + 1 + TIME_WIDTH
/** Steps that the last frame has, which stays and may be longer than the terminal. */
const LAST_MAX = 100

/**
 * The live view of a run as lines that fit the terminal: every step where there is room for all, else what failed, what
 * runs and what ended last; and a line of counts. When the run has ended: every step of up to a hundred, else what
 * failed; and what became of it.
 */
export function runFrame(progress: RunProgress, input: FrameInput): string[] {
  const shown = progress.outcome === null ? selection(progress, Math.max(1, input.rows - 3)) : lastSelection(progress)
  const nameWidth = Math.min(
    NAME_MAX,
    // The name leaves at least as much to the note.
    Math.max(1, Math.floor((input.columns - FIXED_WIDTH) / 2)),
    shown.reduce((width, row) => Math.max(width, displayWidth(row.name)), 0),
  )
  return [...shown.map((row) => stepLine(row, nameWidth, input)), countsLine(progress, input)]
}

function lastSelection({ rows, failed }: RunProgress): readonly StepRow[] {
  return rows.length <= LAST_MAX ? rows : failed.slice(0, LAST_MAX)
}

function selection(progress: RunProgress, room: number): readonly StepRow[] {
  if (progress.rows.length <= room) return progress.rows
  const failed = progress.failed.slice(0, Math.max(1, Math.floor(room / 4)))
  const running = [...progress.running].slice(0, Math.max(1, Math.floor((room - failed.length) / 2)))
  const left = Math.max(0, room - failed.length - running.length)
  const ended = left === 0 ? [] : progress.recent.filter((row) => isFinal(row) && row.status !== 'failed').slice(-left)
  return [...failed, ...ended, ...running]
}

function stepLine(row: StepRow, nameWidth: number, input: FrameInput): string {
  const { columns, style, marks } = input
  const paint = paintStatus(row.status, style)
  const spin = marks.spinner[input.tick % marks.spinner.length] ?? marks.running
  const mark = paint(row.status === 'running' ? spin : marks[row.status])
  const name = truncate(row.name, nameWidth)
  const time = timeOf(row, input.now)
  const room = columns - FIXED_WIDTH - nameWidth - 2
  const note = truncate(noteOf(row, input), Math.max(0, room))
  const painted = [
    padEnd(row.status === 'waiting' ? style.dim(name) : name, nameWidth + 1),
    ' '.repeat(Math.max(0, TIME_WIDTH - time.length)),
    time === '' ? '' : style.dim(time),
    note === '' ? '' : `  ${row.status === 'failed' ? style.red(note) : style.dim(note)}`,
  ]
  // The padding stands outside of the colours, so that it can be left off at the end.
  return `  ${mark} ${painted.join('')}`.trimEnd()
}

function timeOf(row: StepRow, now: number): string {
  if (row.startedAt === 0) return ''
  if (row.status === 'running') return duration(now - row.startedAt)
  return row.endedAt === 0 || row.note === 'cached' || row.note === 'imported'
    ? ''
    : duration(row.endedAt - row.startedAt)
}

function noteOf(row: StepRow, input: FrameInput): string {
  switch (row.status) {
    case 'running': {
      const attempt = row.attempt > 1 || row.maxAttempts > 1 ? `attempt ${row.attempt}/${row.maxAttempts}` : ''
      return [attempt, progressNote(input.progressOf(row.name)), oneLine(input.lastLine(row.name)).trimStart()]
        .filter((part) => part !== '')
        .join('  ')
    }
    case 'retrying':
      return `attempt ${row.attempt + 1}/${row.maxAttempts} ${waiting(row.retryAt - input.now)}: ${oneLine(row.note)}`
    case 'completed':
      return row.attempt > 1 ? `attempt ${row.attempt}` : row.note
    case 'blocked':
      return oneLine(`blocked ${row.note}`)
    case 'cancelled':
    case 'skipped':
      return oneLine(`${row.status}: ${row.note}`)
    case 'waiting':
    case 'failed':
      return oneLine(row.note)
  }
}

function waiting(ms: number): string {
  return ms > 0 ? `in ${duration(ms)}` : 'now'
}

function progressNote(progress: { done: number; total: number | null } | null): string {
  if (progress === null) return ''
  if (progress.total === null || progress.total <= 0) return String(progress.done)
  return `${Math.floor((100 * progress.done) / progress.total)}%`
}

function countsLine(progress: RunProgress, { columns, now, style }: FrameInput): string {
  if (progress.outcome !== null) return style.bold(truncate(outcomeLine(progress), columns - 1))
  const { counts, rows } = progress
  const parts = [`${progress.ended} of ${rows.length} done`]
  for (const status of ['running', 'retrying', 'failed', 'blocked', 'cancelled', 'skipped'] as const) {
    if (counts[status] > 0) parts.push(`${counts[status]} ${status}`)
  }
  const time = progress.startedAt === 0 ? '' : `  ${duration(now - progress.startedAt)}`
  return style.bold(truncate(`${parts.join(', ')}${time}`, columns - 1))
}
