import { outcomeLine } from './outcome-line.ts'
import { progressLine } from './progress-line.ts'
import { count } from './quantity.ts'
import { isFinal, type RunProgress } from './run-progress.ts'
import type { StepRow } from './step-row.ts'
import { nameWidthOf, stepLine, type StepLineInput } from './step-line.ts'
import { truncate } from './text.ts'

/** What a frame needs to know besides the run. */
export interface FrameInput extends StepLineInput {
  rows: number
  /** Share of the work that is done, 0 to 1. */
  done: number
  /** Milliseconds until the end, as far as past runs tell. */
  leftMs: number | undefined
}

/** Steps that the last frame has, which stays and may be longer than the terminal. */
const LAST_MAX = 100
/** Rows of the terminal that are not for steps: the title, the progress, and the line that the cursor stands in. */
const RESERVED = 3

/** A step, or what stands for several. */
type Entry = StepRow | { text: string; mark: 'completed' | 'running' | 'waiting' | 'failed' | 'skipped' } | { heading: string }

/**
 * The live view of a run as lines that fit the terminal. Where there is room: every step in the plan's order, the items
 * of a `for_each` step that run or failed below it. Else what completed and what waits is told as counts, and what
 * failed, asks for somebody or runs has a line each. When the run has ended: every step of up to a hundred, else what
 * did not go well; and what became of the run.
 */
export function runFrame(progress: RunProgress, input: FrameInput): string[] {
  const room = Math.max(1, input.rows - RESERVED)
  const entries = progress.outcome === null ? liveEntries(progress, room) : lastEntries(progress)
  const rows = entries.filter((entry) => 'status' in entry)
  const width = nameWidthOf(rows, input.columns)
  return [...entries.map((entry) => entryLine(entry, width, input)), bottomLine(progress, input)]
}

function entryLine(entry: Entry, nameWidth: number, input: FrameInput): string {
  if ('status' in entry) return stepLine(entry, nameWidth, input)
  const { style, marks, columns } = input
  if ('heading' in entry) return style.dim(truncate(`  ${entry.heading}`, columns - 1))
  const text = truncate(entry.text, columns - 5)
  return style.dim(`  ${marks[entry.mark]} ${text}`)
}

function lastEntries(progress: RunProgress): Entry[] {
  const { rows, failed } = progress
  const shown = rows.length <= LAST_MAX ? rows : failed.slice(0, LAST_MAX)
  return withHeadings(shown.flatMap((row) => [row, ...(row.items?.failed.slice(0, LAST_MAX / 10) ?? [])]))
}

function liveEntries(progress: RunProgress, room: number): Entry[] {
  const headings = new Set(progress.rows.map(({ phase }) => phase)).size - 1
  const free = room - headings - progress.rows.length
  if (free < 0) return foldedEntries(progress, room)
  const items = itemsOf(progress, free)
  return withHeadings(progress.rows.flatMap((row) => [row, ...(items.get(row) ?? [])]))
}

/** The phases that come after the main one have a heading each. */
function withHeadings(rows: readonly StepRow[]): Entry[] {
  let phase: StepRow['phase'] = 'main'
  return rows.flatMap((row): Entry[] => {
    if (row.phase === phase) return [row]
    phase = row.phase
    return phase === 'main' ? [row] : [{ heading: `${phase}:` }, row]
  })
}

/** Items worth a line, failed ones first, by their step; no more than `room` in all. */
function itemsOf(progress: RunProgress, room: number): Map<StepRow, StepRow[]> {
  const found = new Map<StepRow, StepRow[]>()
  let left = room
  const add = (parent: StepRow, item: StepRow): void => {
    if (left <= 0) return
    const list = found.get(parent)
    if (list === undefined) found.set(parent, [item])
    else list.push(item)
    left--
  }
  for (const row of progress.rows) {
    for (const item of row.items?.failed.slice(0, Math.max(1, room >> 2)) ?? []) add(row, item)
  }
  for (const item of [...progress.retrying, ...progress.running]) if (item.itemOf !== null) add(item.itemOf, item)
  return found
}

function foldedEntries(progress: RunProgress, room: number): Entry[] {
  const { counts, recent, rows } = progress
  const completed = counts.completed + counts.skipped
  const waiting = counts.waiting + counts.blocked - progress.asking.size
  const last = recent.findLast((row) => isFinal(row) && row.status !== 'failed')
  const next = waiting === 0 ? undefined : rows.find((row) => row.status === 'waiting' && !row.asks)
  let left = room - (completed > 0 ? 1 : 0) - (waiting > 0 ? 1 : 0)
  const take = (from: Iterable<StepRow>, most: number, mark: 'running' | 'failed'): Entry[] => {
    const all = [...from]
    const space = Math.max(0, Math.min(most, left))
    const shown = all.length <= space ? all : all.slice(0, Math.max(0, space - 1))
    const more = all.length - shown.length
    left -= shown.length + (more > 0 ? 1 : 0)
    return more > 0 ? [...shown, { text: `${more} more ${mark}`, mark }] : shown
  }
  const expanded = rows.filter((row) => row.items !== null && row.status === 'running')
  const failed = take([...progress.failed, ...expanded.flatMap((row) => row.items?.failed ?? [])], left >> 2 || 1, 'failed')
  const asking = take(progress.asking, left, 'running')
  const running = take(underParents([...expanded, ...progress.retrying, ...progress.running]), left, 'running')
  return [
    ...(completed > 0
      ? [{ text: `${completed} done${last === undefined ? '' : `, the last ${last.name}`}`, mark: 'completed' as const }]
      : []),
    ...failed,
    ...asking,
    ...running,
    ...(waiting > 0
      ? [{ text: `${count(waiting, 'step')} to come${next === undefined ? '' : `, the next ${next.name}`}`, mark: 'waiting' as const }]
      : []),
  ]
}

/** Items after their step. */
function underParents(rows: readonly StepRow[]): StepRow[] {
  const items = new Map<StepRow, StepRow[]>()
  for (const row of rows) {
    if (row.itemOf === null) continue
    const list = items.get(row.itemOf)
    if (list === undefined) items.set(row.itemOf, [row])
    else list.push(row)
  }
  return rows.filter((row) => row.itemOf === null).flatMap((row) => [row, ...(items.get(row) ?? [])])
}

function bottomLine(progress: RunProgress, input: FrameInput): string {
  const { style, columns } = input
  if (progress.outcome !== null) return style.bold(truncate(outcomeLine(progress), columns - 1))
  return progressLine(progress, input)
}
