import type { DatabaseSync } from 'node:sqlite'
import { EventError } from '../errors.ts'
import { dateOf, instantOf } from './instant.ts'

/** What CAST makes of a text, or undefined. */
const CONVERSIONS: Readonly<Record<string, (text: string) => string | number | bigint | undefined>> = {
  STRING: (text) => text,
  INT64: integerOf,
  FLOAT64: (text) => (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined),
  BOOL: (text) => ({ true: 1, false: 0 })[text.toLowerCase()],
  TIMESTAMP: instantOf,
  DATE: dateOf,
}

function integerOf(text: string): bigint | undefined {
  if (!/^[+-]?\d{1,19}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return value === BigInt.asIntN(64, value) ? value : undefined
}

function cast(text: unknown, type: unknown, safe: unknown): string | number | bigint | null {
  if (typeof text !== 'string' || typeof type !== 'string') return null
  const value = CONVERSIONS[type]?.(text)
  if (value !== undefined) return value
  if (safe === 1) return null
  throw new EventError('SQL_VALUE', `CAST: \`${text.slice(0, 100)}\` is not a valid ${type}.`, {
    fix: `SAFE_CAST(value AS ${type}) gives NULL for what is none.`,
  })
}

/** What arithmetic made of INTEGERs: beyond INT64, SQLite gives a REAL. */
function int64(value: unknown): bigint | null {
  if (typeof value !== 'number') return typeof value === 'bigint' ? value : null
  throw new EventError('SQL_VALUE', `The result of a calculation, about ${value}, is beyond INT64.`, { fix: 'calculate with FLOAT64: CAST(value AS FLOAT64).' })
}

/** A FLOAT64 as INT64: halves away from zero. */
function rounded(value: unknown, safe: unknown): bigint | null {
  if (typeof value !== 'number') return typeof value === 'bigint' ? value : null
  const near = Math.sign(value) * Math.round(Math.abs(value))
  if (near >= -(2 ** 63) && near < 2 ** 63) return BigInt(near)
  if (safe === 1n) return null
  throw new EventError('SQL_VALUE', `CAST: ${value} is not an INT64.`, { fix: 'SAFE_CAST(value AS INT64) gives NULL for what is none.' })
}

/** As SUBSTR of BigQuery: characters, from 1; 0 is 1; from the end where negative. */
function substring(text: unknown, from: unknown, length?: unknown): string | null {
  if (typeof text !== 'string' || typeof from !== 'number' || length === null) return null
  const characters = Array.from(text)
  const start = from > 0 ? from - 1 : from === 0 ? 0 : Math.max(0, characters.length + from)
  return characters.slice(start, typeof length === 'number' ? start + Math.max(0, length) : undefined).join('')
}

const ofText = (work: (text: string) => string) => (text: unknown) => (typeof text === 'string' ? work(text) : null)

/** Gives a connection the functions that SQLite lacks, or has otherwise than BigQuery. */
export function addFunctions(db: DatabaseSync): void {
  const options = { deterministic: true, directOnly: true }
  db.function('lorc_cast', options, cast)
  db.function('lorc_int64', { ...options, useBigIntArguments: true }, int64)
  db.function('lorc_round', { ...options, useBigIntArguments: true }, rounded)
  db.function('lorc_lower', options, ofText((text) => text.toLowerCase()))
  db.function('lorc_upper', options, ofText((text) => text.toUpperCase()))
  db.function('lorc_trim', options, ofText((text) => text.trim()))
  db.function('lorc_substr', { ...options, varargs: true }, substring)
  db.function('lorc_ends_with', options, (text, end) => (typeof text === 'string' && typeof end === 'string' ? Number(text.endsWith(end)) : null))
}
