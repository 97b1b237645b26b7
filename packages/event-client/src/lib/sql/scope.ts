import type { Dialect } from './dialect.ts'
import type { Parameters } from './parameters.ts'
import { SqlFault } from './sql-error.ts'
import type { ExpressionSyntax, QuerySyntax } from './syntax.ts'
import type { SqlColumn } from './types.ts'

/** A table of FROM under the name by which its columns are reached. */
export interface Source {
  readonly alias: string
  readonly columns: readonly SqlColumn[]
}

/** A query as the database gets it. */
export interface WrittenQuery {
  readonly text: string
  readonly columns: readonly SqlColumn[]
  /** It gives one row at most. */
  readonly single: boolean
}

/** A table, or a query of WITH, as it is written for the database. */
export interface Relation {
  readonly name: string
  readonly text: string
  readonly columns: readonly SqlColumn[]
}

/** What is known where an expression stands. */
export interface Scope {
  readonly dialect: Dialect
  readonly parameters: Parameters
  /** What CURRENT_TIMESTAMP() is: RFC 3339, UTC, milliseconds. */
  readonly now: string
  readonly sources: readonly Source[]
  /** What GROUP BY names, as it is written for the database. */
  readonly groups: ReadonlySet<string>
  write(query: QuerySyntax): WrittenQuery
}

export const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

/** Finds a column. Throws SqlFault SQL_NAME_UNKNOWN. */
export function findColumn(sources: readonly Source[], table: string | undefined, name: string, at: number): { source: Source; column: SqlColumn } {
  if (table !== undefined && !sources.some(({ alias }) => same(alias, table))) {
    // BigQuery reads a field of JSON so.
    if (sources.some(({ columns }) => columns.some((column) => column.type === 'JSON' && same(column.name, table)))) {
      throw new SqlFault('SQL_NAME_UNKNOWN', at, 'a column has no fields', `write JSON_VALUE(${table}, '$.${name}').`)
    }
    const known = sources.map(({ alias }) => `\`${alias}\``).join(', ')
    throw new SqlFault('SQL_NAME_UNKNOWN', at, `there is no table \`${table}\` in FROM`, known === '' ? undefined : `the tables here: ${known}.`)
  }
  const found = sources.flatMap((source) =>
    table === undefined || same(source.alias, table) ? source.columns.filter((column) => same(column.name, name)).map((column) => ({ source, column })) : [],
  )
  const [first, second] = found
  if (first === undefined) {
    const known = sources.flatMap(({ alias, columns }) => (table === undefined || same(alias, table) ? columns.map((column) => column.name) : []))
    const fix = known.length === 0 ? 'there is no FROM to take columns from.' : `the columns here: ${[...new Set(known)].join(', ')}.`
    throw new SqlFault('SQL_NAME_UNKNOWN', at, `there is no column \`${name}\` here`, fix)
  }
  if (second !== undefined) {
    const fix = `write ${found.map(({ source, column }) => `\`${source.alias}.${column.name}\``).join(' or ')}.`
    throw new SqlFault('SQL_NAME_UNKNOWN', at, `\`${name}\` is a column of more than one table`, fix)
  }
  return first
}

/** The place, from 1, of the column of the result that an expression names by its alias or its number. */
export function namedPlace(expression: ExpressionSyntax, columns: readonly SqlColumn[]): number | undefined {
  if (expression.kind === 'number') {
    const place = Number(expression.value)
    if (Number.isInteger(place) && place >= 1 && place <= columns.length) return place
    throw new SqlFault('SQL_NAME_UNKNOWN', expression.at, `the result has no column ${expression.value}: it has ${columns.length}`)
  }
  if (expression.kind !== 'column' || expression.table !== undefined) return undefined
  const place = columns.findIndex(({ name }) => same(name, expression.name))
  return place === -1 ? undefined : place + 1
}
