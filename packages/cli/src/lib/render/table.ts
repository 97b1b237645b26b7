import type { Style } from './style.ts'
import { displayWidth, padEnd, truncate } from './text.ts'

export interface Cell {
  text: string
  paint?: (text: string) => string
}

/** How a table is made to fit: by narrowing columns, then by leaving some out, each in the order given, by heading. */
export interface Room {
  /** Columns of the terminal. */
  columns: number
  narrow: readonly string[]
  omit: readonly string[]
}

/** What a narrowed column keeps. */
const NARROWEST = 12
const GAP = 2

/** Rows of cells under headings, in columns that are as wide as they must be; every line ends without spaces. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], style: Style, room?: Room): string {
  const natural = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(row[column]?.text ?? '')), displayWidth(heading)),
  )
  const widths = room === undefined ? natural : fitted(headings, natural, room)
  const shown = headings.map((_, column) => column).filter((column) => (widths[column] ?? 0) > 0)
  const line = (cells: readonly Cell[]): string =>
    shown
      .map((column, place) => {
        const { text = '', paint } = cells[column] ?? {}
        const width = widths[column] ?? 0
        const cut = truncate(text, width)
        const padded = place === shown.length - 1 ? cut : padEnd(cut, width)
        return paint === undefined ? padded : paint(padded)
      })
      .join(' '.repeat(GAP))
      .trimEnd()
  const head = line(headings.map((text) => ({ text, paint: style.dim })))
  return [head, ...rows.map(line)].join('\n')
}

/** The widths of the columns; 0 for one that is left out. */
function fitted(headings: readonly string[], natural: readonly number[], { columns, narrow, omit }: Room): number[] {
  let widths: number[] = []
  for (let omitted = 0; omitted <= omit.length; omitted += 1) {
    widths = natural.map((width, column) => (omit.slice(0, omitted).includes(headings[column] ?? '') ? 0 : width))
    for (const heading of narrow) {
      const column = headings.indexOf(heading)
      const width = widths[column] ?? 0
      widths[column] = Math.max(Math.min(width, NARROWEST), width - Math.max(0, total(widths) - columns))
    }
    if (total(widths) <= columns) break
  }
  return widths
}

function total(widths: readonly number[]): number {
  const shown = widths.filter((width) => width > 0)
  return shown.reduce((sum, width) => sum + width, GAP * (shown.length - 1))
}
