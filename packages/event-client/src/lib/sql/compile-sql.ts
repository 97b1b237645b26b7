import type { JsonValue } from '../json.ts'
import type { Dialect } from './dialect.ts'
import { type BoundValue, Parameters } from './parameters.ts'
import { parseSql } from './parse-query.ts'
import { SqlFault, sqlError } from './sql-error.ts'
import type { SqlColumn } from './types.ts'
import { writeQuery } from './write-query.ts'

export interface CompileOptions {
  readonly dialect: Dialect
  /** What the tables `events` and `raw_objects` are called in the database, quoted. */
  readonly tables: Readonly<Record<string, string>>
  /** A table that has a row for each type of events, and their number in `count`, quoted, where there is one. */
  readonly eventCounts?: string | undefined
  /** For the question marks, in order. */
  readonly params?: readonly JsonValue[]
  /** What CURRENT_TIMESTAMP() is. Default: the time of the machine. */
  readonly now?: Date
}

/** A query of the portable subset, as one database takes it. */
export interface CompiledSql {
  readonly text: string
  /** By the number of the parameter, from 1. */
  readonly parameters: ReadonlyMap<number, BoundValue>
  readonly columns: readonly SqlColumn[]
}

/**
 * Checks a query (the portable subset of docs/sql.md: one SELECT, names and types included) and writes it for a database.
 * Throws EventError SQL_*, with line and column in `details`.
 */
export function compileSql(given: unknown, { dialect, tables, eventCounts, params = [], now = new Date() }: CompileOptions): CompiledSql {
  // JavaScript may give anything: its first word is what is refused.
  const sql = String(given)
  try {
    const { query, marks } = parseSql(sql)
    if (params.length > marks) throw new SqlFault('SQL_PARAMS', 0, `the query has ${marks} question marks, and ${params.length} values are given`)
    const parameters = new Parameters(params)
    const { text, columns } = writeQuery(query, { dialect, tables, eventCounts, parameters, now: now.toISOString() })
    return { text, columns, parameters: parameters.bound }
  } catch (error) {
    throw error instanceof SqlFault ? sqlError(error, sql) : error
  }
}
