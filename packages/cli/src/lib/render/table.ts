import type { Style } from './style.ts'
import { displayWidth, padEnd } from './text.ts'

export interface Cell {
  text: string
  paint?: (text: string) => string
}

/** Rows of cells under headings, in columns that are as wide as they must be; every line ends without spaces. */
export function table(headings: readonly string[], rows: readonly (readonly Cell[])[], style: Style): string {
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, displayWidth(row[column]?.text ?? '')), displayWidth(heading)),
  )
  const last = headings.length - 1
  const line = (cells: readonly Cell[]): string =>
    cells
      .map(({ text, paint }, column) => {
        const padded = column === last ? text : padEnd(text, widths[column] ?? 0)
        return paint === undefined ? padded : paint(padded)
      })
      .join('  ')
      .trimEnd()
  const head = line(headings.map((text) => ({ text, paint: style.dim })))
  return [head, ...rows.map(line)].join('\n')
}
