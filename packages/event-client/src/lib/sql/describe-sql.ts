import type { JsonValue } from '../json.ts'
import type { SqlColumn } from './types.ts'

/**
 * Checks a query of the portable subset (docs/sql.md), running nothing, and tells the columns of its result, in order.
 * Rejects with EventError SQL_*. What knows SQL is loaded when this is called.
 */
export async function describeSql(sql: string, params: readonly JsonValue[] = []): Promise<readonly SqlColumn[]> {
  const [{ compileSql }, { SQLITE }] = await Promise.all([import('./compile-sql.ts'), import('./sqlite-dialect.ts')])
  return compileSql(sql, { dialect: SQLITE, tables: {}, params }).columns
}
