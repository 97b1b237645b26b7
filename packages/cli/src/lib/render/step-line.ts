import { type Marks, paintStatus } from './marks.ts'
import { duration } from './quantity.ts'
import type { StepRow } from './step-row.ts'
import type { Style } from './style.ts'
import { displayWidth, nameRoom, oneLine, padEnd, truncate } from './text.ts'

/** What a step's line needs to know besides the step. */
export interface StepLineInput {
  columns: number
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
  /** What the step usually takes, in milliseconds, where that is known. */
  usual(step: string): number | undefined
}

const TIME_WIDTH = 7
/** Of a line: mark and margins before the name, the last column, and the time with a space before it. */
const FIXED_WIDTH = 4 + 1 + 1 + TIME_WIDTH
/** Items stand below their step, this much to the right. */
const INDENT = 2
/** What a step usually takes is told once it has run for so long. */
const USUAL_AFTER_MS = 1000

/** How wide the names' column of these rows is: it leaves at least as much to the notes. */
export function nameWidthOf(rows: readonly StepRow[], columns: number): number {
  const widest = rows.reduce((width, row) => Math.max(width, displayWidth(row.name) + indentOf(row)), 0)
  return Math.min(nameRoom(columns), Math.max(1, Math.floor((columns - FIXED_WIDTH) / 2)), widest)
}

/** Mark, name, time and note of a step, in at most `columns - 1`. */
export function stepLine(row: StepRow, nameWidth: number, input: StepLineInput): string {
  const { columns, style, marks } = input
  const paint = row.asks ? style.yellow : paintStatus(row.status, style)
  const spin = marks.spinner[input.tick % marks.spinner.length] ?? marks.running
  const mark = paint(row.asks ? marks.asks : row.status === 'running' ? spin : marks[row.status])
  const indent = indentOf(row)
  const name = truncate(row.name, Math.max(1, nameWidth - indent))
  const time = timeOf(row, input.now)
  const room = columns - FIXED_WIDTH - nameWidth - 2
  const note = truncate(noteOf(row, input), Math.max(0, room))
  const painted = [
    padEnd(row.status === 'waiting' && !row.asks ? style.dim(name) : name, nameWidth - indent + 1),
    ' '.repeat(Math.max(0, TIME_WIDTH - time.length)),
    time === '' ? '' : style.dim(time),
    note === '' ? '' : `  ${noteStyle(row, style)(note)}`,
  ]
  // The padding stands outside of the colours, so that it can be left off at the end.
  return `  ${' '.repeat(indent)}${mark} ${painted.join('')}`.trimEnd()
}

function noteStyle(row: StepRow, style: Style): (text: string) => string {
  if (row.asks) return style.yellow
  return row.status === 'failed' || (row.items?.failed.length ?? 0) > 0 ? style.red : style.dim
}

function indentOf(row: StepRow): number {
  return row.itemOf === null ? 0 : INDENT
}

function timeOf(row: StepRow, now: number): string {
  if (row.startedAt === 0) return ''
  if (row.status === 'running' || row.asks) return duration(now - row.startedAt)
  return row.endedAt === 0 || row.note === 'cached' || row.note === 'imported'
    ? ''
    : duration(row.endedAt - row.startedAt)
}

function noteOf(row: StepRow, input: StepLineInput): string {
  if (row.items !== null && row.status !== 'skipped') return itemsNote(row, row.items)
  switch (row.status) {
    case 'running': {
      const attempt = row.tries > 1 ? `attempt ${row.attempt}/${row.forgiven + row.tries}` : row.attempt > 1 ? `attempt ${row.attempt}` : ''
      const said = oneLine(input.lastLine(row.name)).trimStart()
      return [attempt, progressNote(input.progressOf(row.name)), usualNote(row, input), said, oneLine(row.note)]
        .filter((part) => part !== '')
        .join('  ')
    }
    case 'retrying':
      return `attempt ${row.attempt + 1}/${row.forgiven + row.tries} ${waiting(row.retryAt - input.now)}: ${oneLine(row.note)}`
    case 'completed':
      return row.attempt > 1 ? `attempt ${row.attempt}` : oneLine(row.note)
    case 'blocked':
      return oneLine(`blocked ${row.note}`)
    case 'cancelled':
    case 'skipped':
      return oneLine(`${row.status}: ${row.note}`)
    case 'waiting':
      return oneLine(row.asks ? `asks: ${row.note}` : row.note)
    case 'failed':
      return oneLine(row.note)
  }
}

function itemsNote(row: StepRow, { total, ended, counts }: NonNullable<StepRow['items']>): string {
  const parts = [`${counts.completed + counts.skipped} of ${total} items`]
  if (row.status === 'running') {
    if (counts.running > 0) parts.push(`${counts.running} running`)
    if (counts.retrying > 0) parts.push(`${counts.retrying} retrying`)
  }
  if (counts.failed > 0) parts.push(`${counts.failed} failed`)
  if (ended === total && counts.cancelled > 0) parts.push(`${counts.cancelled} cancelled`)
  return parts.join(', ')
}

function usualNote(row: StepRow, { usual, now }: StepLineInput): string {
  const took = usual(row.name)
  return took === undefined || now - row.startedAt < USUAL_AFTER_MS ? '' : `usually ${duration(took)}`
}

function waiting(ms: number): string {
  return ms > 0 ? `in ${duration(ms)}` : 'now'
}

function progressNote(progress: { done: number; total: number | null } | null): string {
  if (progress === null) return ''
  if (progress.total === null || progress.total <= 0) return String(progress.done)
  return `${Math.floor((100 * progress.done) / progress.total)}%`
}
