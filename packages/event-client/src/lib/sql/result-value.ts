import type { JsonValue } from '../json.ts'
import type { SqlType } from './types.ts'

/**
 * A value that a database gave, as JSON: the same from each of them. An INT64 is a number, and beyond 2^53 its digits in a
 * text; a TIMESTAMP is RFC 3339 in UTC with milliseconds; JSON is what it says.
 */
export function jsonOf(value: unknown, type: SqlType): JsonValue {
  if (value === null || value === undefined) return null
  switch (type) {
    case 'INT64': {
      const number = Number(value)
      return Number.isSafeInteger(number) ? number : textOf(value)
    }
    case 'FLOAT64':
      return Number.isFinite(Number(value)) ? Number(value) : textOf(value)
    case 'BOOL':
      return value === true || value === 'true' || value === 1 || value === 1n
    case 'TIMESTAMP':
      return textOf(value)
    case 'JSON':
      return typeof value === 'string' ? (JSON.parse(value) as JsonValue) : (value as JsonValue)
    case 'STRING':
    case 'DATE':
    case 'NULL':
      return textOf(value)
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : String(value))
