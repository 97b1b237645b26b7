import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { prepareForQueries } from '../../src/lib/sql/query-sqlite.ts'
import { instantOf } from '../../src/lib/sql/instant.ts'
import { notFound } from './api-error.ts'

export interface Column {
  name: string
  type: string
  mode: 'REQUIRED' | 'NULLABLE'
}

/** Why a row is refused, as insertAll says it. */
export interface RowFault {
  reason: string
  message: string
  location?: string
}

export interface StoredTable {
  /** `project.dataset.table`. */
  readonly key: string
  readonly kind: 'TABLE' | 'VIEW'
  readonly columns: readonly Column[]
  /** In SQLite. */
  readonly physical: string
  readonly insert: StatementSync | undefined
  /** Rows came by insertAll: statements that change rows are refused. */
  streamed: boolean
}

type Row = Record<string, unknown>

/** Datasets, tables and views, kept in SQLite. */
export class Warehouse {
  readonly db = new DatabaseSync(':memory:')
  readonly datasets = new Set<string>()
  readonly #tables = new Map<string, StoredTable>()
  #made = 0

  constructor() {
    prepareForQueries(this.db)
  }

  tablesOf(dataset: string): StoredTable[] {
    return [...this.#tables.values()].filter(({ key }) => key.startsWith(`${dataset}.`))
  }

  find(key: string): StoredTable {
    const table = this.#tables.get(key)
    if (table === undefined) throw notFound(`Table ${key.replace('.', ':')}`)
    return table
  }

  has(key: string): boolean {
    return this.#tables.has(key)
  }

  createTable(key: string, columns: readonly Column[]): StoredTable {
    this.#needDataset(key)
    const physical = `t${(this.#made += 1)}`
    this.db.exec(`CREATE TABLE ${physical} (${columns.map(({ name }) => name).join(', ')})`)
    const insert = this.db.prepare(`INSERT INTO ${physical} VALUES (${columns.map(() => '?').join(', ')})`)
    const table: StoredTable = { key, kind: 'TABLE', columns, physical, insert, streamed: false }
    this.#tables.set(key, table)
    return table
  }

  /** Of each event id the row with the earliest time. */
  createView(key: string, of: string): void {
    this.#needDataset(key)
    const { physical: base, columns } = this.find(of)
    const physical = `t${(this.#made += 1)}`
    const names = columns.map(({ name }) => name).join(', ')
    this.db.exec(`CREATE VIEW ${physical} AS SELECT ${names} FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY created_at) AS n FROM ${base}) WHERE n = 1`)
    this.#tables.set(key, { key, kind: 'VIEW', columns, physical, insert: undefined, streamed: false })
  }

  drop(key: string): void {
    const { physical, kind } = this.find(key)
    this.db.exec(`DROP ${kind} ${physical}`)
    this.#tables.delete(key)
  }

  dropDataset(dataset: string): void {
    for (const { key } of this.tablesOf(dataset).sort((a, b) => b.kind.localeCompare(a.kind))) this.drop(key)
    this.datasets.delete(dataset)
  }

  rows(key: string): Row[] {
    return this.db.prepare(`SELECT * FROM ${this.find(key).physical} ORDER BY rowid`).all().map((row) => ({ ...row }))
  }

  /** A row as SQLite keeps it, or why it does not fit. */
  encode({ columns }: StoredTable, row: Row): (string | number | null)[] | RowFault {
    const unknown = Object.keys(row).find((name) => !columns.some((column) => column.name === name))
    if (unknown !== undefined) return { reason: 'invalid', message: `no such field: ${unknown}.`, location: unknown }
    const values: (string | number | null)[] = []
    for (const { name, type, mode } of columns) {
      const value = row[name]
      if (value === null || value === undefined) {
        if (mode === 'REQUIRED') return { reason: 'invalid', message: `Missing required field: ${name}.`, location: name }
        values.push(null)
        continue
      }
      const encoded = encodeValue(value, type)
      if (encoded === undefined) return { reason: 'invalid', message: `Could not convert value to ${type.toLowerCase()}.`, location: name }
      values.push(encoded)
    }
    return values
  }

  #needDataset(key: string): void {
    const dataset = key.slice(0, key.lastIndexOf('.'))
    if (!this.datasets.has(dataset)) throw notFound(`Dataset ${dataset.replace('.', ':')}`)
  }
}

function encodeValue(value: unknown, type: string): string | number | undefined {
  if (type === 'JSON') return typeof value === 'string' ? jsonText(value) : undefined
  if (type === 'TIMESTAMP') return typeof value === 'string' ? instantOf(value) : undefined
  if (type === 'INT64') return typeof value === 'number' && Number.isInteger(value) ? value : undefined
  return typeof value === 'string' ? value : undefined
}

function jsonText(text: string): string | undefined {
  try {
    JSON.parse(text)
    return text
  } catch {
    return undefined
  }
}
