import { EventError } from '../../src/lib/errors.ts'
import type { JsonValue } from '../../src/lib/json.ts'
import { compileSql } from '../../src/lib/sql/compile-sql.ts'
import { boundValue } from '../../src/lib/sql/query-sqlite.ts'
import { SQLITE } from '../../src/lib/sql/sqlite-dialect.ts'
import type { SqlColumn } from '../../src/lib/sql/types.ts'
import { ApiError } from './api-error.ts'
import { portable } from './portable.ts'
import type { Column, Warehouse } from './warehouse.ts'

export type Cell = string | number | bigint | null

export interface StatementResult {
  columns: readonly SqlColumn[]
  rows: readonly (readonly Cell[])[]
}

type Params = Readonly<Record<string, JsonValue>>

const NOTHING: StatementResult = { columns: [], rows: [] }
const NAME = '`([^`]+)`'

/** The statements that the sink sends, and what each does; in the form in which the sink writes them. */
const STATEMENTS: readonly (readonly [RegExp, (warehouse: Warehouse, found: RegExpExecArray, params: Params) => StatementResult])[] = [
  [new RegExp(`^CREATE SCHEMA IF NOT EXISTS ${NAME}`), createSchema],
  [new RegExp(`^CREATE TABLE IF NOT EXISTS ${NAME} \\(\\n([^]*?)\\n\\)`), createTable],
  [new RegExp(`^CREATE OR REPLACE VIEW ${NAME} AS\\nSELECT [^]*\\nFROM ${NAME}\\nWHERE TRUE\\nQUALIFY ROW_NUMBER\\(\\) OVER \\(PARTITION BY event_id ORDER BY created_at\\) = 1;$`), createView],
  [new RegExp(`^DROP SCHEMA IF EXISTS ${NAME} CASCADE;$`), dropSchema],
  [new RegExp(`^SELECT COUNTIF\\(t.idem_key IS NULL\\) AS inserted[^]*\\nFROM (?:${NAME}|\\(SELECT [^]*@rows[^]*\\)) AS s LEFT JOIN ${NAME} AS t ON `), countUpserts],
  [new RegExp(`^MERGE ${NAME} AS t USING ${NAME} AS s ON `), merge],
  [/^(?:SELECT|WITH)\b/, query],
]

export function runStatement(warehouse: Warehouse, sql: string, params: Params): StatementResult {
  for (const [pattern, run] of STATEMENTS) {
    const found = pattern.exec(sql)
    if (found !== null) return run(warehouse, found, params)
  }
  throw new ApiError(400, 'invalidQuery', `The contract server knows no such statement: ${sql.slice(0, 80)}`)
}

function createSchema(warehouse: Warehouse, [, dataset = '']: readonly string[]): StatementResult {
  warehouse.datasets.add(dataset)
  return NOTHING
}

function createTable(warehouse: Warehouse, [, key = '', lines = '']: readonly string[]): StatementResult {
  if (warehouse.has(key)) return NOTHING
  const columns = lines.split(',\n').map((line): Column => {
    const [, name = '', type = '', required] = /^ {2}(\w+) (\w+)( NOT NULL)?$/.exec(line) ?? []
    return { name, type, mode: required === undefined ? 'NULLABLE' : 'REQUIRED' }
  })
  warehouse.createTable(key, columns)
  return NOTHING
}

function createView(warehouse: Warehouse, [, key = '', of = '']: readonly string[]): StatementResult {
  if (warehouse.has(key)) warehouse.drop(key)
  warehouse.createView(key, of)
  return NOTHING
}

function dropSchema(warehouse: Warehouse, [, dataset = '']: readonly string[]): StatementResult {
  warehouse.dropDataset(dataset)
  return NOTHING
}

type Fate = 'inserted' | 'updated' | 'unchanged'
type Row = Record<string, string | null>

/** Canonical JSON is the same text exactly where BigQuery's TO_JSON_STRING is. */
function fates(warehouse: Warehouse, source: readonly Row[], target: string): { row: Row; fate: Fate }[] {
  const there = new Map(warehouse.rows(target).map((row) => [row['idem_key'], row['payload']]))
  return source.map((row) => {
    const payload = there.get(row['idem_key'])
    return { row, fate: payload === undefined ? 'inserted' : payload === row['payload'] ? 'unchanged' : 'updated' }
  })
}

function countUpserts(warehouse: Warehouse, [, staging, target = '']: readonly string[], params: Params): StatementResult {
  const given = params['rows']
  const rows = staging === undefined ? rowsOfJson(given as string) : (warehouse.rows(staging) as Row[])
  const found = fates(warehouse, rows, target)
  const names: Fate[] = ['inserted', 'updated', 'unchanged']
  return { columns: names.map((name) => ({ name, type: 'INT64' })), rows: [names.map((name) => found.filter(({ fate }) => fate === name).length)] }
}

function rowsOfJson(json: string): Row[] {
  return (JSON.parse(json) as { idem_key: string; payload: JsonValue }[]).map(({ idem_key, payload }) => ({ idem_key, payload: JSON.stringify(payload) }))
}

function merge(warehouse: Warehouse, [, target = '', staging = '']: readonly string[]): StatementResult {
  const { streamed, physical, columns } = warehouse.find(target)
  if (streamed) throw new ApiError(400, 'invalidQuery', `UPDATE or DELETE statement over table ${target} would affect rows in the streaming buffer, which is not supported`)
  const rows = warehouse.rows(staging) as Row[]
  if (new Set(rows.map((row) => row['idem_key'])).size < rows.length) {
    throw new ApiError(400, 'invalidQuery', 'UPDATE/MERGE must match at most one source row for each target row')
  }
  for (const { row, fate } of fates(warehouse, rows, target)) {
    const set = fate === 'updated' ? ['payload', 'correlation_id', 'last_seen', 'changed_at'] : ['last_seen']
    const names = columns.map(({ name }) => name)
    if (fate === 'inserted') warehouse.db.prepare(`INSERT INTO ${physical} VALUES (${names.map(() => '?').join(', ')})`).run(...names.map((name) => row[name] ?? null))
    else warehouse.db.prepare(`UPDATE ${physical} SET ${set.map((name) => `${name} = ?`).join(', ')} WHERE idem_key = ?`).run(...[...set, 'idem_key'].map((name) => row[name] ?? null))
  }
  return NOTHING
}

/** What the sink wrote for BigQuery is read back as the portable subset, and answered by SQLite. */
function query(warehouse: Warehouse, { input }: RegExpExecArray, params: Params): StatementResult {
  const { sql, tables, params: names } = portable(input)
  const physical = Object.fromEntries(Object.entries(tables).map(([name, key]) => [name, warehouse.find(key).physical]))
  try {
    const { text, columns, parameters } = compileSql(sql, { dialect: SQLITE, tables: physical, params: names.map((name) => params[name] ?? null) })
    const statement = warehouse.db.prepare(text)
    statement.setReadBigInts(true)
    statement.setReturnArrays(true)
    const values = [...parameters].map(([number, bound]) => [`p${number}`, boundValue(bound)] as const)
    return { columns, rows: statement.all(Object.fromEntries(values)) as unknown as Cell[][] }
  } catch (error) {
    if (error instanceof EventError) throw new ApiError(400, 'invalidQuery', error.message)
    throw error
  }
}
