import type { JsonValue, SqlColumn } from '@lorc/event-client'
import type { Output } from '../io.ts'
import type { Style } from '../render/style.ts'
import { table } from '../render/table.ts'
import { displayWidth, oneLine } from '../render/text.ts'

export const FORMATS = ['table', 'json', 'csv'] as const
export type ResultFormat = (typeof FORMATS)[number]

export interface Result {
  columns: readonly Pick<SqlColumn, 'name'>[]
  rows: readonly Readonly<Record<string, JsonValue>>[]
}

/** Columns that a table may take on a stream. */
export function roomOf(stream: Output): number {
  return stream.isTTY ? stream.columns - 1 : Number.POSITIVE_INFINITY
}

/** Rows as text, with a line end; `columns` is what a table has room for. */
export function resultText({ columns, rows }: Result, format: ResultFormat, style: Style, room: number): string {
  const names = columns.map(({ name }) => name)
  switch (format) {
    case 'json':
      return rows.length === 0 ? '[]\n' : `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`
    case 'csv':
      return [names, ...rows.map((row) => names.map((name) => row[name] ?? null))].map((line) => `${line.map(csvCell).join(',')}\n`).join('')
    case 'table':
      return `${tableText(names, rows, style, room)}\n`
  }
}

/** RFC 4180, with the line ends of Unix: NULL is nothing, an empty text is `""`. */
function csvCell(value: JsonValue): string {
  if (value === null) return ''
  const text = textOf(value)
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function tableText(names: readonly string[], rows: Result['rows'], style: Style, columns: number): string {
  const cells = rows.map((row) =>
    names.map((name) => {
      const value = row[name] ?? null
      return value === null ? { text: 'NULL', paint: style.dim } : { text: oneLine(textOf(value)) }
    }),
  )
  const widths = names.map((name, place) => ({ name, width: cells.reduce((width, row) => Math.max(width, displayWidth(row[place]?.text ?? '')), 0) }))
  const narrow = widths.sort((a, b) => b.width - a.width).map(({ name }) => name)
  return table(names, cells, style, { columns, narrow, omit: [] })
}
