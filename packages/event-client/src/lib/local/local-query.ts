import { EventError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import { type QueryOptions, querySqlite } from '../sql/query-sqlite.ts'
import type { LocalDatabase } from './local-database.ts'

/**
 * Runs a query of the portable subset (docs/sql.md). Throws SQL_*, EVENTS_QUERY_FAILED where SQLite gives up on it,
 * EVENTS_STORE_*.
 */
export function localQuery(database: LocalDatabase, sql: string, options: QueryOptions): Record<string, JsonValue>[] {
  return database.query((db) => {
    try {
      return querySqlite(db, sql, options).rows
    } catch (error) {
      throw isRefusal(error) ? refused(error, sql) : error
    }
  })
}

/** SQLite's SQLITE_ERROR (an overflow, a payload that is no JSON), SQLITE_READONLY and SQLITE_AUTH. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && [1, 8, 23].includes(Number(error.errcode) & 0xff)
}

function refused(error: Error, sql: string): EventError {
  return new EventError('EVENTS_QUERY_FAILED', `The query failed: ${error.message}.`, { cause: error, details: { sql } })
}
