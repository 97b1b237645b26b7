import { EventError } from '../errors.ts'
import type { SQL_ERRORS } from '../errors/sql.ts'

/** A place in a query: line and column count from 1. */
export interface SqlPlace {
  line: number
  column: number
}

function placeOf(sql: string, offset: number): SqlPlace {
  const before = sql.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** What is wrong at an offset of the text; the text itself is added by whoever has it. */
export class SqlFault extends Error {
  readonly code: keyof typeof SQL_ERRORS
  readonly at: number
  readonly fix: string | undefined

  constructor(code: keyof typeof SQL_ERRORS, at: number, message: string, fix?: string) {
    super(message)
    this.code = code
    this.at = at
    this.fix = fix
  }
}

/** The error for people: the place, the sentence, and in `details.snippet` the line with a mark below the place. */
export function sqlError(fault: SqlFault, sql: string): EventError {
  const { line, column } = placeOf(sql, fault.at)
  const text = (sql.split('\n')[line - 1] ?? '').replaceAll('\t', ' ').trimEnd()
  // A long line is cut around the place.
  const from = Math.max(0, column - 60)
  const snippet = `${text.slice(from, from + 100)}\n${' '.repeat(column - 1 - from)}^`
  return new EventError(fault.code, `SQL, line ${line}, column ${column}: ${fault.message}.`, {
    details: { line, column, snippet },
    ...(fault.fix === undefined ? {} : { fix: fault.fix }),
  })
}
