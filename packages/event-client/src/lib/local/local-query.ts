import type { SQLInputValue, SQLOutputValue } from 'node:sqlite'
import { EventError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import type { LocalDatabase } from './local-database.ts'
import { storeProblem } from './store-problem.ts'

/** Runs one statement that reads. Throws EVENTS_QUERY_FAILED where SQLite refuses it, EVENTS_STORE_*. */
export function localQuery(database: LocalDatabase, sql: string, params: readonly JsonValue[]): Record<string, JsonValue>[] {
  return database.read(() => {
    database.db.exec('PRAGMA query_only = 1')
    try {
      const statement = database.db.prepare(sql)
      statement.setReadBigInts(true)
      return statement.all(...params.map(bound)).map(rowOf)
    } catch (error) {
      throw isRefusal(error) ? refused(error, sql) : error
    } finally {
      database.db.exec('PRAGMA query_only = 0')
    }
  })
}

function bound(value: JsonValue): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}

function rowOf(row: Record<string, SQLOutputValue>): Record<string, JsonValue> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, jsonOf(value)]))
}

function jsonOf(value: SQLOutputValue): JsonValue {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return null
  return value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
}

/** SQLite's SQLITE_ERROR, SQLITE_READONLY, SQLITE_AUTH and SQLITE_RANGE, and what Node says of arguments. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('errcode' in error) return [1, 8, 23, 25].includes(Number(error.errcode) & 0xff)
  return 'code' in error && String(error.code).startsWith('ERR_')
}

function refused(error: unknown, sql: string): EventError {
  const reason = storeProblem(error, 'read', '').cause as Error
  return new EventError('EVENTS_QUERY_FAILED', `The query failed: ${reason.message}.`, { cause: error, details: { sql } })
}
