import type { Piece } from './dialect.ts'
import { SqlFault } from './sql-error.ts'
import { commonType, isNumber, type SqlType } from './types.ts'

/** An expression of a query, understood: its type, and its text in the SQL of the database. */
export interface Value extends Piece {
  readonly at: number
  /** Where it has an aggregate function, or one over a window. */
  readonly aggregateAt: number | undefined
  readonly windowAt: number | undefined
  /** Columns outside of aggregate functions, which a grouped query must group by. */
  readonly bare: readonly { name: string; at: number }[]
  /** Of a text that stands in the query or comes as a parameter: what makes it an instant or a date, where one is wanted. */
  readonly become?: (type: 'TIMESTAMP' | 'DATE') => Value
}

/** A value made of others. */
export function compose(at: number, type: SqlType, text: string, parts: readonly Value[] = []): Value {
  return {
    at,
    type,
    text,
    aggregateAt: parts.find(({ aggregateAt }) => aggregateAt !== undefined)?.aggregateAt,
    windowAt: parts.find(({ windowAt }) => windowAt !== undefined)?.windowAt,
    bare: parts.flatMap(({ bare }) => bare),
  }
}

const A: Readonly<Record<SqlType, string>> = {
  STRING: 'a STRING',
  INT64: 'an INT64',
  FLOAT64: 'a FLOAT64',
  BOOL: 'a BOOL',
  TIMESTAMP: 'a TIMESTAMP',
  DATE: 'a DATE',
  JSON: 'JSON',
  NULL: 'NULL',
}

/** The value where `type` is wanted. Throws SqlFault SQL_TYPE. */
export function wanted(value: Value, type: SqlType, by: string): Value {
  if (value.type === type || value.type === 'NULL' || (type === 'FLOAT64' && value.type === 'INT64')) return value
  if (value.become !== undefined && (type === 'TIMESTAMP' || type === 'DATE')) return value.become(type)
  throw new SqlFault('SQL_TYPE', value.at, `${by} wants ${A[type]}, and this is ${A[value.type]}`, conversion(value.type, type))
}

export function wantedNumber(value: Value, by: string): Value {
  if (isNumber(value.type)) return value
  throw new SqlFault('SQL_TYPE', value.at, `${by} wants a number, and this is ${A[value.type]}`, conversion(value.type, 'FLOAT64'))
}

/** A value that can be compared, sorted and grouped by. */
export function ordered(value: Value, by: string): Value {
  if (value.type !== 'JSON') return value
  throw new SqlFault('SQL_TYPE', value.at, `${by} does not take JSON`, conversion('JSON', 'STRING'))
}

/** Values brought to the type that they have in common. Throws SqlFault SQL_TYPE. */
export function alike<Values extends readonly Value[]>(values: Values, by: string): { type: SqlType; values: Values } {
  const special = values.find(({ type }) => type === 'TIMESTAMP' || type === 'DATE')?.type
  const brought = values.map((value) =>
    value.become !== undefined && (special === 'TIMESTAMP' || special === 'DATE') ? value.become(special) : value,
  ) as unknown as Values
  let type: SqlType = 'NULL'
  for (const value of brought) {
    const common = commonType(type, value.type)
    if (common === undefined) {
      const fix = type === 'STRING' ? conversion(type, value.type) : (conversion(value.type, type) ?? conversion(type, value.type))
      throw new SqlFault('SQL_TYPE', value.at, `${by}: ${A[type]} and ${A[value.type]} do not go together`, fix)
    }
    type = common
  }
  return { type, values: brought }
}

function conversion(from: SqlType, to: SqlType): string | undefined {
  if (from === 'JSON') return "take a field of it: JSON_VALUE(payload, '$.field')."
  if (from === 'STRING' && to === 'BOOL') return "compare with a text: JSON_VALUE(payload, '$.flag') = 'true'."
  if (from === 'STRING' && to !== 'JSON') return `JSON_VALUE gives texts: CAST(value AS ${to}), or SAFE_CAST for NULL where it is none.`
  if (to === 'STRING' && from === 'TIMESTAMP') return "FORMAT_TIMESTAMP('%F %T', value) makes a text of it."
  if (to === 'STRING') return 'CAST(value AS STRING) makes a text of it.'
  if (from === 'TIMESTAMP' && to === 'DATE') return 'DATE(value) is its day.'
  if (from === 'DATE' && to === 'TIMESTAMP') return 'CAST(value AS TIMESTAMP) is its midnight.'
  return undefined
}
