import type { Dialect, Piece } from './dialect.ts'
import { SQLITE } from './sqlite-dialect.ts'
import type { SqlType } from './types.ts'

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r' }

/** A literal of GoogleSQL (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#string_and_bytes_literals). */
function text(value: string): string {
  const escaped = value.replaceAll(/[\\'\n\r]/g, (character) => ESCAPES[character] ?? character)
  // The client replaces `{{projectId}}` wherever a request holds it.
  return `'${escaped.replaceAll('\0', '\\x00').replaceAll('{{', '{\\x7b')}'`
}

function cast(piece: Piece, type: SqlType, safe: boolean): string | undefined {
  if (SQLITE.cast(piece, type, safe) === undefined) return undefined
  return `${safe ? 'SAFE_CAST' : 'CAST'}(${piece.text} AS ${type})`
}

const interval = (name: string) => (value?: string, amount?: string, unit?: string) => `${name}(${value}, INTERVAL ${amount} ${unit})`


/** GoogleSQL. */
export const BIGQUERY: Dialect = {
  text,
  timestamp: (instant) => `TIMESTAMP ${text(instant)}`,
  date: (date) => `DATE ${text(date)}`,
  float: (written) => written,
  parameter: (number, value) => (typeof value === 'string' && value.includes('{{') ? text(value) : `@p${number}`),
  like: (operand, pattern) => `${operand} LIKE ${pattern}`,
  divide: (a, b) => `SAFE_DIVIDE(${a}, ${b})`,
  int64: (sql) => sql,
  union: (kind) => `UNION ${kind}`,
  extract: (part, { text: value }) => `EXTRACT(${part} FROM ${value})`,
  cast,
  functions: {
    MOD: (a, b) => `MOD(${a}, NULLIF(${b}, 0))`,
    DIV: (a, b) => `DIV(${a}, NULLIF(${b}, 0))`,
    TIMESTAMP_ADD: interval('TIMESTAMP_ADD'),
    TIMESTAMP_SUB: interval('TIMESTAMP_SUB'),
    DATE_ADD: interval('DATE_ADD'),
    DATE_SUB: interval('DATE_SUB'),
  },
}
