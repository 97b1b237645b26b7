import { createRequire } from 'node:module'
import type { DatabaseSync } from 'node:sqlite'
import type { JsonValue } from '../json.ts'
import { compileSql } from './compile-sql.ts'
import type { BoundValue } from './parameters.ts'
import { SQLITE } from './sqlite-dialect.ts'
import { addFunctions } from './sqlite-functions.ts'
import { jsonOf } from './result-value.ts'
import type { SqlColumn } from './types.ts'

/** Loaded on use: a program that asks nothing does not pay for it. */
const loadSqlite = () => createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite')

const TABLES = { events: '`events`', raw_objects: '`raw_objects`' }

/** Rows of a query, each with its columns in order, and what the columns are: where there are no rows, too. */
export interface SqlResult {
  columns: readonly SqlColumn[]
  rows: Record<string, JsonValue>[]
}

export interface QueryOptions {
  /** For the question marks, in order. */
  params?: readonly JsonValue[]
  /** What CURRENT_TIMESTAMP() is. Default: the time of the machine. */
  now?: Date
  /** What the tables are called in the database, quoted, where that is something else. */
  tables?: Partial<Record<'events' | 'raw_objects', string>>
  /** The table in which the number of events of each type is kept, quoted: what asks for no more is answered from there. */
  eventCounts?: string
}

/**
 * Opens a database with the tables `events` and `raw_objects` for queries: a connection that cannot write, whatever it is
 * asked. Throws SQLite's own error where the file cannot be opened.
 */
export function openForQueries(file: string): DatabaseSync {
  const sqlite = loadSqlite()
  const db = new sqlite.DatabaseSync(file, { readOnly: true, timeout: 5000 })
  try {
    prepareForQueries(db)
    db.exec('PRAGMA query_only = 1')
    restrict(db as Restrictable, sqlite.constants)
  } catch (error) {
    db.close()
    throw error
  }
  return db
}

/** What newer versions of Node have, and the types of the oldest do not. */
interface Restrictable {
  setAuthorizer?(decide: (action: number) => number): void
}

const ALLOWED = ['SQLITE_SELECT', 'SQLITE_READ', 'SQLITE_FUNCTION']

/** Where Node can, SQLite itself refuses whatever is not a reading of tables: ATTACH, PRAGMA and the like. */
function restrict(db: Restrictable, constants: Readonly<Record<string, number>>): void {
  const { SQLITE_OK: ok = 0, SQLITE_DENY: deny = 1 } = constants
  const allowed = ALLOWED.map((name) => constants[name])
  db.setAuthorizer?.((action) => (allowed.includes(action) ? ok : deny))
}

/** Makes `querySqlite` possible on any connection. Once for each. */
export function prepareForQueries(db: DatabaseSync): void {
  addFunctions(db)
  db.exec('PRAGMA case_sensitive_like = 1')
}

/**
 * Runs a query of the portable subset (docs/sql.md) on a connection that `openForQueries` or `prepareForQueries` had.
 * Throws EventError SQL_*, and SQLite's own error where the database fails.
 */
export function querySqlite(db: DatabaseSync, sql: string, options: QueryOptions = {}): SqlResult {
  const { text, parameters, columns } = compileSql(sql, { ...options, dialect: SQLITE, tables: { ...TABLES, ...options.tables } })
  const values = [...parameters].map(([number, bound]) => [`p${number}`, boundValue(bound)] as const)
  const statement = db.prepare(text)
  statement.setReadBigInts(true)
  statement.setReturnArrays(true)
  const found = statement.all(Object.fromEntries(values)) as unknown as unknown[][]
  return { columns, rows: found.map((row) => Object.fromEntries(columns.map(({ name, type }, place) => [name, jsonOf(row[place], type)]))) }
}


/** A number of JavaScript is a REAL for SQLite, with which division, remainders and texts are others than a whole number's. */
export function boundValue({ type, value }: BoundValue): string | number | bigint {
  if (typeof value === 'boolean') return BigInt(value)
  return type === 'INT64' && typeof value === 'number' ? BigInt(value) : value
}
