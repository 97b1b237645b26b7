import type { JsonValue } from '../json.ts'
import { SqlFault } from './sql-error.ts'
import type { SqlType } from './types.ts'

/** A value for a question mark, as the database is to get it. */
export interface BoundValue {
  readonly type: SqlType
  readonly value: string | number | boolean
}

/** The values for the question marks, each with the type that its place in the query wants. */
export class Parameters {
  readonly #given: readonly JsonValue[]
  /** By number, from 1. What is NULL is written into the query. */
  readonly bound = new Map<number, BoundValue>()

  constructor(given: readonly JsonValue[]) {
    this.#given = given
  }

  get count(): number {
    return this.#given.length
  }

  /** Throws SqlFault SQL_PARAMS for a missing value, and for one that is not a scalar. */
  valueOf(number: number, at: number): { type: SqlType; value: BoundValue['value'] | null } {
    const value = this.#given[number - 1]
    if (value === undefined) throw new SqlFault('SQL_PARAMS', at, `there is no value for question mark ${number}: ${this.count} are given`)
    if (value === null) return { type: 'NULL', value }
    if (typeof value === 'string') return { type: 'STRING', value }
    if (typeof value === 'boolean') return { type: 'BOOL', value }
    if (typeof value === 'number' && Number.isFinite(value)) return { type: Number.isSafeInteger(value) ? 'INT64' : 'FLOAT64', value }
    const fix = (value as unknown) instanceof Date ? 'give an instant as a text: `date.toISOString()`.' : undefined
    throw new SqlFault('SQL_PARAMS', at, `the value for question mark ${number} is not a text, number or boolean`, fix)
  }
}
