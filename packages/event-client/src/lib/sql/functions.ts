import { isNumber, type SqlType } from './types.ts'

/**
 * What a function takes at a place. `ANY`: anything; `ORDERED`: anything but JSON; `NUMBER`; a type; `PATH` and `FORMAT`:
 * a text that stands there as it is; `INTERVAL n UNIT`; `UNIT`: a word of `units`.
 */
export type Place = SqlType | 'ANY' | 'ORDERED' | 'NUMBER' | 'PATH' | 'FORMAT' | 'INTERVAL' | 'UNIT'

export interface SqlFunction {
  readonly places: readonly Place[]
  /** How many of the places must be there. */
  readonly least: number
  /** The last place may be taken again and again. */
  readonly many: boolean
  /** A type, or that of the first value, or the one that all values have in common. */
  readonly result: SqlType | 'FIRST' | 'COMMON' | 'SUM'
  readonly kind: 'plain' | 'aggregate' | 'window'
  readonly units: readonly string[]
}

const UNITS = ['MILLISECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY']
const DATE_UNITS = ['DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR']
const DATE_TRUNCS = ['DAY', 'WEEK', 'ISOWEEK', 'MONTH', 'QUARTER', 'YEAR']

type Kind = SqlFunction['kind']

/** `signature`: places, `[` before those that may be left out, `...` after one that may be repeated. */
function define(signature: string, result: SqlFunction['result'], units: readonly string[] = [], kind: Kind = 'plain'): SqlFunction {
  const many = signature.endsWith('...')
  const [needed = [], optional = []] = signature.replace('...', '').split('[').map((part) => part.split(' ').filter(Boolean) as Place[])
  return { places: [...needed, ...optional], least: needed.length, many, result, kind, units }
}

const aggregate = (signature: string, result: SqlFunction['result']): SqlFunction => define(signature, result, [], 'aggregate')
const windowed = (signature: string, result: SqlFunction['result']): SqlFunction => define(signature, result, [], 'window')

/** Every function of the language. docs/sql.md lists the same ones; a test compares. */
export const FUNCTIONS: Readonly<Record<string, SqlFunction>> = {
  COUNT: aggregate('ORDERED', 'INT64'),
  COUNTIF: aggregate('BOOL', 'INT64'),
  SUM: aggregate('NUMBER', 'SUM'),
  AVG: aggregate('NUMBER', 'FLOAT64'),
  MIN: aggregate('ORDERED', 'FIRST'),
  MAX: aggregate('ORDERED', 'FIRST'),

  ROW_NUMBER: windowed('', 'INT64'),
  RANK: windowed('', 'INT64'),
  DENSE_RANK: windowed('', 'INT64'),
  LAG: windowed('ANY', 'FIRST'),
  LEAD: windowed('ANY', 'FIRST'),

  JSON_VALUE: define('JSON [PATH', 'STRING'),
  JSON_QUERY: define('JSON [PATH', 'JSON'),

  LOWER: define('STRING', 'STRING'),
  UPPER: define('STRING', 'STRING'),
  TRIM: define('STRING', 'STRING'),
  LENGTH: define('STRING', 'INT64'),
  SUBSTR: define('STRING INT64 [INT64', 'STRING'),
  REPLACE: define('STRING STRING STRING', 'STRING'),
  CONCAT: define('STRING...', 'STRING'),
  STARTS_WITH: define('STRING STRING', 'BOOL'),
  ENDS_WITH: define('STRING STRING', 'BOOL'),
  STRPOS: define('STRING STRING', 'INT64'),

  COALESCE: define('ANY...', 'COMMON'),
  IFNULL: define('ANY ANY', 'COMMON'),
  NULLIF: define('ORDERED ORDERED', 'FIRST'),
  IF: define('BOOL ANY ANY', 'COMMON'),
  GREATEST: define('ORDERED...', 'COMMON'),
  LEAST: define('ORDERED...', 'COMMON'),

  ABS: define('NUMBER', 'FIRST'),
  ROUND: define('NUMBER [INT64', 'FLOAT64'),
  FLOOR: define('NUMBER', 'FLOAT64'),
  CEIL: define('NUMBER', 'FLOAT64'),
  MOD: define('INT64 INT64', 'INT64'),
  DIV: define('INT64 INT64', 'INT64'),
  SAFE_DIVIDE: define('NUMBER NUMBER', 'FLOAT64'),

  CURRENT_TIMESTAMP: define('', 'TIMESTAMP'),
  CURRENT_DATE: define('', 'DATE'),
  TIMESTAMP: define('STRING', 'TIMESTAMP'),
  TIMESTAMP_ADD: define('TIMESTAMP INTERVAL', 'TIMESTAMP', UNITS),
  TIMESTAMP_SUB: define('TIMESTAMP INTERVAL', 'TIMESTAMP', UNITS),
  TIMESTAMP_DIFF: define('TIMESTAMP TIMESTAMP UNIT', 'INT64', UNITS),
  TIMESTAMP_TRUNC: define('TIMESTAMP UNIT', 'TIMESTAMP', ['SECOND', 'MINUTE', 'HOUR', ...DATE_TRUNCS]),
  TIMESTAMP_MILLIS: define('INT64', 'TIMESTAMP'),
  TIMESTAMP_SECONDS: define('INT64', 'TIMESTAMP'),
  UNIX_MILLIS: define('TIMESTAMP', 'INT64'),
  UNIX_SECONDS: define('TIMESTAMP', 'INT64'),
  FORMAT_TIMESTAMP: define('FORMAT TIMESTAMP', 'STRING'),
  DATE: define('TIMESTAMP', 'DATE'),
  DATE_ADD: define('DATE INTERVAL', 'DATE', DATE_UNITS),
  DATE_SUB: define('DATE INTERVAL', 'DATE', DATE_UNITS),
  DATE_DIFF: define('DATE DATE UNIT', 'INT64', ['DAY']),
  DATE_TRUNC: define('DATE UNIT', 'DATE', DATE_TRUNCS),
}

/** What EXTRACT takes out of a TIMESTAMP; the first ones out of a DATE as well. */
export const DATE_PARTS = ['YEAR', 'QUARTER', 'MONTH', 'ISOWEEK', 'ISOYEAR', 'DAY', 'DAYOFWEEK', 'DAYOFYEAR']
export const PARTS = [...DATE_PARTS, 'HOUR', 'MINUTE', 'SECOND', 'MILLISECOND']

/** What `%` may be followed by in a FORMAT_TIMESTAMP. */
export const FORMATS = 'Y m d H M S F T j G V %'.split(' ')

/** What other dialects call it. */
export const CALLED_ELSEWHERE: Readonly<Record<string, string>> = {
  JSON_EXTRACT: 'JSON_VALUE',
  JSON_EXTRACT_SCALAR: 'JSON_VALUE',
  STRFTIME: 'FORMAT_TIMESTAMP',
  NOW: 'CURRENT_TIMESTAMP',
  DATETIME: 'TIMESTAMP',
  DATEDIFF: 'TIMESTAMP_DIFF',
  LEN: 'LENGTH',
  INSTR: 'STRPOS',
  SUBSTRING: 'SUBSTR',
  NVL: 'IFNULL',
  IIF: 'IF',
  CEILING: 'CEIL',
  COUNT_IF: 'COUNTIF',
  MEAN: 'AVG',
}

/** The type of what a function of this kind of result gives, for values of these types. */
export function resultType(result: SqlFunction['result'], types: readonly SqlType[], common: SqlType): SqlType {
  if (result === 'COMMON') return common
  if (result === 'FIRST') return types[0] ?? 'NULL'
  if (result !== 'SUM') return result
  return types[0] !== undefined && isNumber(types[0]) && types[0] !== 'NULL' ? types[0] : 'INT64'
}
