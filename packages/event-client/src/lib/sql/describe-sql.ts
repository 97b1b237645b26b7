import type { JsonValue } from '../json.ts'
import { compileSql } from './compile-sql.ts'
import { SQLITE } from './sqlite-dialect.ts'
import type { SqlColumn } from './types.ts'

/**
 * Checks a query of the portable subset (docs/sql.md), running nothing, and tells the columns of its result, in order.
 * Throws EventError SQL_*.
 */
export function describeSql(sql: string, params: readonly JsonValue[] = []): readonly SqlColumn[] {
  return compileSql(sql, { dialect: SQLITE, tables: {}, params }).columns
}
