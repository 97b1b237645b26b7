import type { Dialect, Piece } from './dialect.ts'
import type { SqlType } from './types.ts'

const INSTANT = "'%Y-%m-%dT%H:%M:%fZ'"
const SECONDS: Readonly<Record<string, number>> = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 }
const MIDNIGHT = "'T00:00:00.000Z'"

const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
const divide = (a: string, b: string): string => `(CAST(${a} AS REAL) / ${b})`
/** SQLite goes on with a REAL where an INTEGER is too large. */
const int64 = (sql: string): string => `lorc_int64(${sql})`
const integer = (sql: string): string => `CAST(${sql} AS INTEGER)`
const millis = (instant: string): string => integer(`ROUND(unixepoch(${instant}, 'subsec') * 1000)`)

/** The day on which the week, month, ... of a date or an instant begins. */
function firstDay(value: string, unit: string): string {
  switch (unit) {
    case 'DAY':
      return `substr(${value}, 1, 10)`
    case 'WEEK':
      return `date(${value}, '-6 days', 'weekday 0')`
    case 'ISOWEEK':
      return `date(${value}, '-6 days', 'weekday 1')`
    case 'QUARTER':
      return `date(${value}, 'start of month', '-' || ((CAST(strftime('%m', ${value}) AS INTEGER) - 1) % 3) || ' months')`
    default:
      return `date(${value}, 'start of ${unit.toLowerCase()}')`
  }
}

function truncated(value: string, unit: string): string {
  if (unit === 'SECOND') return `(substr(${value}, 1, 19) || '.000Z')`
  if (unit === 'MINUTE') return `(substr(${value}, 1, 16) || ':00.000Z')`
  if (unit === 'HOUR') return `(substr(${value}, 1, 13) || ':00:00.000Z')`
  return `(${firstDay(value, unit)} || ${MIDNIGHT})`
}

function shifted(value: string, amount: string, unit: string, sign: 1 | -1): string {
  const modifier = unit === 'MILLISECOND' ? `(${sign} * (${amount}) / 1000.0) || ' seconds'` : `(${sign} * (${amount})) || ' ${unit.toLowerCase()}s'`
  return `strftime(${INSTANT}, ${value}, ${modifier})`
}

const DATE_STEPS: Readonly<Record<string, readonly [times: number, unit: string]>> = {
  DAY: [1, 'days'],
  WEEK: [7, 'days'],
  MONTH: [1, 'months'],
  QUARTER: [3, 'months'],
  YEAR: [1, 'years'],
}

/** The last day of the month where the month has no such day, as in BigQuery. */
function shiftedDate(value: string, amount: string, unit: string, sign: 1 | -1): string {
  const [times, step] = DATE_STEPS[unit] ?? [1, 'days']
  return `date(${value}, (${sign * times} * (${amount})) || ' ${step}', 'floor')`
}

/** As JSON_VALUE of BigQuery: a scalar's text, digits as they were written; NULL for null, objects and arrays. */
function jsonValue(json: string, path = "'$'"): string {
  return (
    `CASE json_type(${json}, ${path}) WHEN 'text' THEN json_extract(${json}, ${path}) ` +
    `WHEN 'null' THEN NULL WHEN 'object' THEN NULL WHEN 'array' THEN NULL ELSE (${json} -> ${path}) END`
  )
}

const PART_FORMATS: Readonly<Record<string, string>> = {
  YEAR: '%Y',
  MONTH: '%m',
  ISOWEEK: '%V',
  ISOYEAR: '%G',
  DAY: '%d',
  DAYOFYEAR: '%j',
  HOUR: '%H',
  MINUTE: '%M',
  SECOND: '%S',
}

function extract(part: string, { text: value }: Piece): string {
  if (part === 'MILLISECOND') return integer(`substr(${value}, 21, 3)`)
  if (part === 'QUARTER') return `((CAST(strftime('%m', ${value}) AS INTEGER) + 2) / 3)`
  if (part === 'DAYOFWEEK') return `(CAST(strftime('%w', ${value}) AS INTEGER) + 1)`
  return integer(`strftime('${PART_FORMATS[part] ?? ''}', ${value})`)
}

function cast({ type: from, text: value }: Piece, to: SqlType, safe: boolean): string | undefined {
  if (from === to || from === 'NULL') return value
  if (from === 'STRING') return to === 'JSON' ? undefined : `lorc_cast(${value}, '${to}', ${safe ? 1 : 0})`
  switch (`${from} ${to}`) {
    case 'INT64 FLOAT64':
      return `CAST(${value} AS REAL)`
    case 'FLOAT64 INT64':
      return `lorc_round(${value}, ${safe ? 1 : 0})`
    case 'INT64 STRING':
    case 'DATE STRING':
      return `CAST(${value} AS TEXT)`
    case 'INT64 BOOL':
      return `(${value} <> 0)`
    case 'BOOL INT64':
      return value
    case 'BOOL STRING':
      return `CASE ${value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`
    case 'TIMESTAMP DATE':
      return `substr(${value}, 1, 10)`
    case 'DATE TIMESTAMP':
      return `(${value} || ${MIDNIGHT})`
    default:
      return undefined
  }
}

/** SQLite with the functions of sqlite-functions.ts. Instants and dates are texts, booleans are 1 and 0. */
export const SQLITE: Dialect = {
  text,
  timestamp: text,
  date: text,
  float: (written) => (/[.eE]/.test(written) ? written : `${written}.0`),
  parameter: (number) => `:p${number}`,
  like: (operand, pattern) => `${operand} LIKE ${pattern} ESCAPE '\\'`,
  divide,
  int64,
  union: (kind) => (kind === 'ALL' ? 'UNION ALL' : 'UNION'),
  extract,
  cast,
  functions: {
    COUNTIF: (condition) => `COUNT(CASE WHEN ${condition} THEN 1 END)`,
    JSON_VALUE: jsonValue,
    JSON_QUERY: (json, path = "'$'") => `(${json} -> ${path})`,
    LOWER: (value) => `lorc_lower(${value})`,
    UPPER: (value) => `lorc_upper(${value})`,
    TRIM: (value) => `lorc_trim(${value})`,
    SUBSTR: (...parts) => `lorc_substr(${parts.join(', ')})`,
    CONCAT: (...parts) => `(${parts.join(' || ')})`,
    STARTS_WITH: (value, start) => `(instr(${value}, ${start}) = 1)`,
    ENDS_WITH: (value, end) => `lorc_ends_with(${value}, ${end})`,
    STRPOS: (value, sought) => `instr(${value}, ${sought})`,
    IF: (condition, yes, no) => `iif(${condition}, ${yes}, ${no})`,
    COALESCE: (...parts) => (parts.length === 1 ? parts.join('') : `COALESCE(${parts.join(', ')})`),
    GREATEST: (...parts) => (parts.length === 1 ? parts.join('') : `MAX(${parts.join(', ')})`),
    LEAST: (...parts) => (parts.length === 1 ? parts.join('') : `MIN(${parts.join(', ')})`),
    FLOOR: (value) => `floor(${value})`,
    CEIL: (value) => `ceil(${value})`,
    MOD: (a, b) => `(${a} % ${b})`,
    SAFE_DIVIDE: divide,
    DIV: (a, b) => int64(`${a} / ${b}`),
    TIMESTAMP: (value) => `lorc_cast(${value}, 'TIMESTAMP', 0)`,
    TIMESTAMP_ADD: (value, amount, unit) => shifted(value, amount, unit, 1),
    TIMESTAMP_SUB: (value, amount, unit) => shifted(value, amount, unit, -1),
    TIMESTAMP_DIFF: (a, b, unit) => `((${millis(a)} - ${millis(b)}) / ${unit === 'MILLISECOND' ? 1 : (SECONDS[unit] ?? 0) * 1000})`,
    TIMESTAMP_TRUNC: (value, unit) => truncated(value, unit),
    TIMESTAMP_MILLIS: (value) => `strftime(${INSTANT}, ${value} / 1000.0, 'unixepoch')`,
    TIMESTAMP_SECONDS: (value) => `strftime(${INSTANT}, ${value}, 'unixepoch')`,
    UNIX_MILLIS: (value) => millis(value),
    UNIX_SECONDS: (value) => `unixepoch(${value})`,
    FORMAT_TIMESTAMP: (format, value) => `strftime(${format}, ${value})`,
    DATE: (value) => `substr(${value}, 1, 10)`,
    DATE_ADD: (value, amount, unit) => shiftedDate(value, amount, unit, 1),
    DATE_SUB: (value, amount, unit) => shiftedDate(value, amount, unit, -1),
    DATE_DIFF: (a, b) => integer(`julianday(${a}) - julianday(${b})`),
    DATE_TRUNC: (value, unit) => firstDay(value, unit),
  },
}
