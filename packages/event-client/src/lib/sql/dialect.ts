import type { SqlType } from './types.ts'

/** A value with its type, in the SQL of the database that is asked. */
export interface Piece {
  readonly type: SqlType
  readonly text: string
}

/** How one database writes what every query may say. Names are letters, digits and `_`, so quoting needs no escapes. */
export interface Dialect {
  text(value: string): string
  timestamp(instant: string): string
  date(date: string): string
  float(text: string): string
  /** The parameter of this number, from 1, with this value. */
  parameter(number: number, value: string | number | boolean): string
  like(operand: string, pattern: string): string
  divide(a: string, b: string): string
  /** What arithmetic makes of INT64: fails where it is beyond them. */
  int64(sql: string): string
  union(kind: 'ALL' | 'DISTINCT'): string
  extract(part: string, piece: Piece): string
  /** Undefined: there is no such conversion. */
  cast(piece: Piece, type: SqlType, safe: boolean): string | undefined
  /** A call of a function of the table in functions.ts; what is written otherwise than there. */
  readonly functions: Readonly<Record<string, (...parts: string[]) => string>>
}
