import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { portable } from '../../../test/bigquery/portable.ts'
import type { JsonValue } from '../json.ts'
import { BIGQUERY } from './bigquery-dialect.ts'
import { compileSql } from './compile-sql.ts'
import { openForQueries, querySqlite } from './query-sqlite.ts'

const NOW = new Date('2026-03-15T12:34:56.789Z')
let folder: string
let db: DatabaseSync

interface Given {
  id: string
  type?: string
  source?: string
  at?: string
  subject?: string | null
  payload?: JsonValue
}

const EVENTS: Given[] = [
  { id: 'a', at: '2026-01-31T23:59:59.999Z', payload: { n: 1, ok: true, tags: ['x', 'y'], who: { name: 'Ünal' }, when: '2026-02-01T01:00:00+01:00' } },
  { id: 'b', at: '2026-02-01T00:00:00.000Z', payload: { n: 2.5, ok: false, big: '12345678901234567890', who: null } },
  { id: 'c', type: 'email.sent', at: '2026-02-28T12:00:00.500Z', subject: 'Ä_b%c', payload: { n: 'seven', 'a-b': 1 } },
  { id: 'd', type: 'email.sent', source: 'other', at: '2026-03-15T12:00:00.000Z', subject: 's', payload: 7 },
  { id: 'e', type: 'quake', source: 'other', at: '2026-03-14T12:34:56.789Z', subject: null, payload: [] },
]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-sql-'))
  const file = join(folder, 'events.db')
  const writer = new DatabaseSync(file)
  writer.exec(`CREATE TABLE events (event_id TEXT, event_type TEXT, source TEXT, schema_ref TEXT, created_at TEXT, correlation_id TEXT, subject_id TEXT, payload TEXT);
    CREATE TABLE raw_objects (idem_key TEXT, source TEXT, object_type TEXT, object_id TEXT, payload TEXT, correlation_id TEXT, first_seen TEXT, last_seen TEXT, changed_at TEXT);
    PRAGMA journal_mode = WAL`)
  const insert = writer.prepare('INSERT INTO events VALUES (?, ?, ?, NULL, ?, ?, ?, ?)')
  for (const { id, type = 'email.received', source = 'gmail', at = NOW.toISOString(), subject = `subject-${id}`, payload = {} } of EVENTS) {
    const text = JSON.stringify(payload).replace('"12345678901234567890"', '12345678901234567890')
    insert.run(id, type, source, at, 'run', subject, text)
  }
  writer.exec(`INSERT INTO raw_objects VALUES ('gmail:mail:1', 'gmail', 'mail', '1', '{"subject":"hello"}', NULL, '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`)
  writer.exec('CREATE TABLE event_counts AS SELECT event_type, count(*) AS count FROM events GROUP BY event_type')
  writer.close()
  db = openForQueries(file)
})
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true })
})

/** What SQLite answers, also to what is written for BigQuery, read back, and where counts by type are kept. */
function rows(sql: string, ...params: JsonValue[]): Record<string, JsonValue>[] {
  const { rows: found, columns } = querySqlite(db, sql, { params, now: NOW })
  const written = compileSql(sql, { dialect: BIGQUERY, tables: { events: '`p.d.events`', raw_objects: '`p.d.raw_objects`' }, params, now: NOW })
  const back = portable(written.text)
  const values = back.params.map((name) => written.parameters.get(Number(name.slice(1)))?.value ?? null)
  expect(querySqlite(db, back.sql, { params: values, now: NOW })).toEqual({ rows: found, columns })
  expect(querySqlite(db, sql, { params, now: NOW, eventCounts: '`event_counts`' })).toEqual({ rows: found, columns })
  return found
}
/** The value of an expression; of event `id` where one is given. */
const value = (expression: string, id?: string): JsonValue | undefined =>
  rows(`SELECT ${expression} AS x ${id === undefined ? '' : `FROM events WHERE event_id = '${id}'`}`)[0]?.['x']
const ids = (where: string, ...params: JsonValue[]): string => rows(`SELECT event_id FROM events WHERE ${where} ORDER BY 1`, ...params).map((row) => row['event_id'] as string).join('')
const refused = (sql: string, ...params: JsonValue[]): string => {
  try {
    rows(sql, ...params)
  } catch (error) {
    const { code, message, fix } = error as { code?: string; message: string; fix?: string }
    return `${code}: ${message}${fix === undefined ? '' : ` [${fix}]`}`
  }
  return 'not refused'
}

describe('what it answers', () => {
  it.each<[string, JsonValue, string?]>([
    ["JSON_VALUE(payload, '$.n')", '1', 'a'],
    ["JSON_VALUE(payload, '$.n')", '2.5', 'b'],
    ["JSON_VALUE(payload, '$.ok')", 'true', 'a'],
    ["JSON_VALUE(payload, '$.ok')", 'false', 'b'],
    ["JSON_VALUE(payload, '$.big')", '12345678901234567890', 'b'],
    ["JSON_VALUE(payload, '$.who')", null, 'a'],
    ["JSON_VALUE(payload, '$.who')", null, 'b'],
    ["JSON_VALUE(payload, '$.who.name')", 'Ünal', 'a'],
    ["JSON_VALUE(payload, '$.tags[1]')", 'y', 'a'],
    ["JSON_VALUE(payload, '$.tags')", null, 'a'],
    ["JSON_VALUE(payload, '$.\"a-b\"')", '1', 'c'],
    ['JSON_VALUE(payload)', '7', 'd'],
    ["JSON_QUERY(payload, '$.who')", { name: 'Ünal' }, 'a'],
    ["JSON_QUERY(payload, '$.tags')", ['x', 'y'], 'a'],
    ['JSON_QUERY(payload)', [], 'e'],
    ['payload', 7, 'd'],
    ["CAST(JSON_VALUE(payload, '$.n') AS FLOAT64) * 2", 5, 'b'],
    ["SAFE_CAST(JSON_VALUE(payload, '$.n') AS FLOAT64)", null, 'c'],
    ["SAFE_CAST(JSON_VALUE(payload, '$.n') AS INT64)", null, 'b'],
    ["CAST(JSON_VALUE(payload, '$.when') AS TIMESTAMP)", '2026-02-01T00:00:00.000Z', 'a'],
    ["TIMESTAMP(JSON_VALUE(payload, '$.when')) = created_at", false, 'a'],
    ["CAST(JSON_VALUE(payload, '$.ok') AS BOOL)", true, 'a'],
    ['created_at', '2026-01-31T23:59:59.999Z', 'a'],
    ['subject_id', null, 'e'],
  ])('of a row: %s is %j', (expression, expected, id) => {
    expect(value(expression, id)).toEqual(expected)
  })

  it.each<[string, JsonValue]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['7 / 2', 3.5],
    ['7 / 0', null],
    ['SAFE_DIVIDE(1, 4)', 0.25],
    ['SAFE_DIVIDE(1, 0)', null],
    ['DIV(7, 2)', 3],
    ['DIV(7, 0)', null],
    ['MOD(-7, 3)', -1],
    ['- -5', 5],
    ['1.5 + 1', 2.5],
    ['9007199254740993', '9007199254740993'],
    ['.5e1', 5],
    ['1 = 1.0', true],
    ["'it''s'", "it's"],
    ["'a' || 'b'", 'ab'],
    ["CONCAT('a', 'b', 'c')", 'abc'],
    ["CONCAT('a', NULL)", null],
    ["LOWER('ÄB')", 'äb'],
    ["UPPER('ß')", 'SS'],
    ["TRIM('\t x\u00a0')", 'x'],
    ["LENGTH('😀b')", 2],
    ["SUBSTR('😀bc', 1, 2)", '😀b'],
    ["SUBSTR('abc', 0, 2)", 'ab'],
    ["SUBSTR('abc', -2)", 'bc'],
    ["SUBSTR('abc', -9, 1)", 'a'],
    ["SUBSTR('abc', 2, NULL)", null],
    ["REPLACE('aXbX', 'X', '-')", 'a-b-'],
    ["STARTS_WITH('abc', 'ab')", true],
    ["STARTS_WITH('abc', 'bc')", false],
    ["ENDS_WITH('abc', 'bc')", true],
    ["STRPOS('abc', 'c')", 3],
    ["'aBc' LIKE 'a_c'", true],
    ["'aBc' LIKE 'ab%'", false],
    ["'a%c' LIKE 'a\\%c'", true],
    ["'abc' LIKE 'a\\%c'", false],
    ["'a' NOT LIKE 'b'", true],
    ["'b' > 'a' AND NOT 'Z' > 'a'", true],
    ['NULL = 1', null],
    ['TRUE AND NULL', null],
    ['FALSE OR TRUE', true],
    ['1 IN (1, 2)', true],
    ['3 NOT IN (1, NULL)', null],
    ['2 BETWEEN 1 AND 3', true],
    ['2 NOT BETWEEN 1 AND 3', false],
    ['NULL IS NULL', true],
    ['1 IS NOT NULL', true],
    ['(1 = 2) IS FALSE', true],
    ['(1 = 1) IS NOT TRUE', false],
    ["CASE WHEN 1 = 2 THEN 'a' ELSE 'b' END", 'b'],
    ["CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' END", 'b'],
    ["CASE 3 WHEN 1 THEN 'a' END", null],
    ["IF(1 < 2, 'yes', 'no')", 'yes'],
    ['COALESCE(NULL, 2, 3)', 2],
    ['COALESCE(4)', 4],
    ['IFNULL(NULL, 5)', 5],
    ['NULLIF(1, 1)', null],
    ['GREATEST(1, 3, 2)', 3],
    ['LEAST(1, NULL)', null],
    ['GREATEST(2)', 2],
    ['ABS(-2)', 2],
    ['ROUND(2.5)', 3],
    ['ROUND(-2.5)', -3],
    ['ROUND(1.234, 2)', 1.23],
    ['FLOOR(-1.5)', -2],
    ['CEIL(1.2)', 2],
    ['CAST(2.5 AS INT64)', 3],
    ['CAST(-2.5 AS INT64)', -3],
    ['CAST(FLOOR(7) AS INT64)', 7],
    ['SAFE_CAST(9.3e18 AS INT64)', null],
    ['9223372036854775806 + 1', '9223372036854775807'],
    ['-9223372036854775807 - 1', '-9223372036854775808'],
    ['9223372036854775807 + 1.0', 9_223_372_036_854_775_807],
    ['1 + NULL', null],
    ['CAST(2 AS FLOAT64) / 4', 0.5],
    ["CAST('7' AS INT64) + 1", 8],
    ['CAST(7 AS STRING)', '7'],
    ['CAST(TRUE AS STRING)', 'true'],
    ['CAST(TRUE AS INT64)', 1],
    ['CAST(0 AS BOOL)', false],
    ["CAST('a' AS STRING)", 'a'],
    ["SAFE_CAST('99999999999999999999' AS INT64)", null],
    ["SAFE_CAST('yes' AS BOOL)", null],
    ["SAFE_CAST('2026-02-30' AS DATE)", null],
    ["CAST('2026-02-28' AS DATE)", '2026-02-28'],
    ["CAST(DATE '2026-02-28' AS STRING)", '2026-02-28'],
    ["CAST(DATE '2026-02-28' AS TIMESTAMP)", '2026-02-28T00:00:00.000Z'],
    ["CAST(TIMESTAMP '2026-02-28 23:00:00-02:00' AS DATE)", '2026-03-01'],
  ])('%s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  it.each<[string, JsonValue]>([
    ['CURRENT_TIMESTAMP()', '2026-03-15T12:34:56.789Z'],
    ['CURRENT_DATE()', '2026-03-15'],
    ["TIMESTAMP '2026-01-31 12:00:00.1234+01:00'", '2026-01-31T11:00:00.123Z'],
    ["TIMESTAMP '2026-01-31'", '2026-01-31T00:00:00.000Z'],
    ['TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)', '2026-03-08T12:34:56.789Z'],
    ['TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 11 HOUR)', '2026-03-15T23:34:56.789Z'],
    ['TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL -34 MINUTE)', '2026-03-15T12:00:56.789Z'],
    ['TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL (50 + 6) SECOND)', '2026-03-15T12:34:00.789Z'],
    ['TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 790 MILLISECOND)', '2026-03-15T12:34:55.999Z'],
    ['TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL NULL DAY)', null],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), SECOND)', '2026-03-15T12:34:56.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), MINUTE)', '2026-03-15T12:34:00.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), HOUR)', '2026-03-15T12:00:00.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), DAY)', '2026-03-15T00:00:00.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), WEEK)', '2026-03-15T00:00:00.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), ISOWEEK)', '2026-03-09T00:00:00.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), MONTH)', '2026-03-01T00:00:00.000Z'],
    ["TIMESTAMP_TRUNC(TIMESTAMP '2026-05-31', QUARTER)", '2026-04-01T00:00:00.000Z'],
    ['TIMESTAMP_TRUNC(CURRENT_TIMESTAMP(), YEAR)', '2026-01-01T00:00:00.000Z'],
    ["TIMESTAMP_DIFF(TIMESTAMP '2026-01-01 01:00:00', TIMESTAMP '2026-01-01 00:00:01', HOUR)", 0],
    ["TIMESTAMP_DIFF(TIMESTAMP '2026-01-01', TIMESTAMP '2026-01-03', DAY)", -2],
    ["TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), TIMESTAMP '2026-03-15 12:34:56', MILLISECOND)", 789],
    ['UNIX_MILLIS(CURRENT_TIMESTAMP())', NOW.getTime()],
    ['UNIX_SECONDS(CURRENT_TIMESTAMP())', Math.floor(NOW.getTime() / 1000)],
    [`TIMESTAMP_MILLIS(${NOW.getTime()})`, NOW.toISOString()],
    ['TIMESTAMP_SECONDS(86400)', '1970-01-02T00:00:00.000Z'],
    ["FORMAT_TIMESTAMP('%F %T %j %G-%V %d.%m.%Y %H:%M:%S %%', CURRENT_TIMESTAMP())", '2026-03-15 12:34:56 074 2026-11 15.03.2026 12:34:56 %'],
    ['DATE(CURRENT_TIMESTAMP())', '2026-03-15'],
    ["DATE '2026-03-31'", '2026-03-31'],
    ["DATE_SUB(DATE '2026-03-31', INTERVAL 1 MONTH)", '2026-02-28'],
    ["DATE_ADD(DATE '2026-01-31', INTERVAL 1 QUARTER)", '2026-04-30'],
    ["DATE_ADD(DATE '2024-02-29', INTERVAL 1 YEAR)", '2025-02-28'],
    ["DATE_ADD(DATE '2026-03-31', INTERVAL 2 WEEK)", '2026-04-14'],
    ["DATE_SUB(DATE '2026-03-01', INTERVAL 1 DAY)", '2026-02-28'],
    ["DATE_DIFF(DATE '2026-03-01', DATE '2026-02-01', DAY)", 28],
    ["DATE_TRUNC(DATE '2026-03-15', MONTH)", '2026-03-01'],
    ["DATE_TRUNC(DATE '2026-03-15', ISOWEEK)", '2026-03-09'],
    ['EXTRACT(YEAR FROM CURRENT_TIMESTAMP())', 2026],
    ['EXTRACT(QUARTER FROM CURRENT_TIMESTAMP())', 1],
    ['EXTRACT(MONTH FROM CURRENT_DATE())', 3],
    ['EXTRACT(DAY FROM CURRENT_TIMESTAMP())', 15],
    ['EXTRACT(HOUR FROM CURRENT_TIMESTAMP())', 12],
    ['EXTRACT(MINUTE FROM CURRENT_TIMESTAMP())', 34],
    ['EXTRACT(SECOND FROM CURRENT_TIMESTAMP())', 56],
    ['EXTRACT(MILLISECOND FROM CURRENT_TIMESTAMP())', 789],
    ['EXTRACT(DAYOFWEEK FROM CURRENT_TIMESTAMP())', 1],
    ['EXTRACT(DAYOFYEAR FROM CURRENT_TIMESTAMP())', 74],
    ['EXTRACT(ISOWEEK FROM CURRENT_TIMESTAMP())', 11],
    ["EXTRACT(ISOYEAR FROM TIMESTAMP '2027-01-01')", 2026],
  ])('of time: %s is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  it('filters', () => {
    expect(ids("created_at >= '2026-02-01'")).toBe('bcde')
    expect(ids("created_at < TIMESTAMP '2026-02-01 01:00:00+01:00'")).toBe('a')
    expect(ids("created_at BETWEEN '2026-02-01' AND '2026-03-01'")).toBe('bc')
    expect(ids("DATE(created_at) = '2026-02-28'")).toBe('c')
    expect(ids("created_at IN ('2026-02-01T00:00:00Z')")).toBe('b')
    expect(ids("event_type = 'email.sent' OR source <> 'gmail'")).toBe('cde')
    expect(ids("subject_id LIKE 'Ä\\_b\\%%'")).toBe('c')
    expect(ids('subject_id IS NULL')).toBe('e')
    expect(ids("SAFE_CAST(JSON_VALUE(payload, '$.n') AS FLOAT64) > 1")).toBe('b')
    expect(ids('event_id IN (SELECT event_id FROM events WHERE source = \'other\')')).toBe('de')
    expect(ids('created_at = (SELECT MAX(created_at) FROM events)')).toBe('d')
  })

  it('takes values for question marks', () => {
    expect(ids('created_at >= ? AND source = ?', '2026-02-28', 'other')).toBe('de')
    expect(ids('? IS NULL AND ? = 1.5', null, 1.5)).toBe('abcde')
    expect(ids('? AND event_id IN (?, ?)', true, 'a', "b'")).toBe('a')
    expect(rows('SELECT event_id FROM events ORDER BY event_id LIMIT ? OFFSET ?', 1, 2)).toEqual([{ event_id: 'c' }])
    expect(rows('SELECT ? AS a, ? AS b', 'x', 3)).toEqual([{ a: 'x', b: 3 }])
  })

  it('calculates with whole numbers that are given as with those that are written', () => {
    expect(rows('SELECT ? AS a, ? + 1 AS b, DIV(?, 2) AS c, MOD(?, 4) AS d, -? AS e, CAST(? AS STRING) AS f', 7, 7, 7, 7, 7, 7)).toEqual([{ a: 7, b: 8, c: 3, d: 3, e: -7, f: '7' }])
  })

  it('groups, and counts', () => {
    expect(rows('SELECT event_type, COUNT(*) AS n FROM events GROUP BY event_type ORDER BY n DESC, 1')).toEqual([
      { event_type: 'email.received', n: 2 },
      { event_type: 'email.sent', n: 2 },
      { event_type: 'quake', n: 1 },
    ])
    expect(rows('SELECT DATE(created_at) AS day, COUNT(*) FROM events GROUP BY day ORDER BY day LIMIT 2')).toEqual([
      { day: '2026-01-31', count: 1 },
      { day: '2026-02-01', count: 1 },
    ])
    expect(rows("SELECT source, COUNTIF(event_type = 'quake') AS quakes, COUNT(DISTINCT event_type) AS types FROM events GROUP BY 1 HAVING types > 1 ORDER BY COUNT(*) DESC")).toEqual([
      { source: 'gmail', quakes: 0, types: 2 },
      { source: 'other', quakes: 1, types: 2 },
    ])
    expect(rows('SELECT COUNT(*), COUNT(subject_id), MIN(created_at), MAX(event_id), SUM(1), AVG(2) FROM events')).toEqual([
      { count: 5, count_2: 4, min: '2026-01-31T23:59:59.999Z', max: 'e', sum: 5, avg: 2 },
    ])
    expect(rows('SELECT SUM(1) AS s, COUNT(*) AS n FROM events WHERE FALSE')).toEqual([{ s: null, n: 0 }])
    expect(rows('SELECT UPPER(source) AS s FROM events GROUP BY source ORDER BY s')).toEqual([{ s: 'GMAIL' }, { s: 'OTHER' }])
    expect(rows('SELECT source FROM events GROUP BY source HAVING COUNT(*) > 2')).toEqual([{ source: 'gmail' }])
  })

  it('joins, unites and nests', () => {
    expect(rows('SELECT e.event_id, r.object_id FROM events AS e LEFT JOIN raw_objects r ON r.source = e.source AND e.event_id = \'a\' ORDER BY 1 LIMIT 2')).toEqual([
      { event_id: 'a', object_id: '1' },
      { event_id: 'b', object_id: null },
    ])
    expect(rows('SELECT COUNT(*) AS n FROM events a JOIN events b ON a.source = b.source')).toEqual([{ n: 13 }])
    expect(rows('SELECT COUNT(*) AS n FROM events CROSS JOIN raw_objects')).toEqual([{ n: 5 }])
    expect(rows("WITH sent AS (SELECT * FROM events WHERE event_type = 'email.sent'), n AS (SELECT COUNT(*) AS n FROM sent) SELECT n FROM n")).toEqual([{ n: 2 }])
    expect(rows('SELECT source FROM events UNION DISTINCT SELECT source FROM raw_objects ORDER BY source DESC')).toEqual([{ source: 'other' }, { source: 'gmail' }])
    expect(rows('SELECT 1 AS x UNION ALL SELECT 2.5 UNION ALL SELECT NULL ORDER BY x DESC NULLS FIRST')).toEqual([{ x: null }, { x: 2.5 }, { x: 1 }])
    expect(rows('SELECT DISTINCT source FROM events ORDER BY source')).toEqual([{ source: 'gmail' }, { source: 'other' }])
    expect(rows('SELECT top.source, (SELECT COUNT(*) FROM raw_objects) AS n FROM (SELECT source FROM events ORDER BY event_id LIMIT 1) AS top')).toEqual([{ source: 'gmail', n: 1 }])
  })

  it('looks over windows', () => {
    const latest = `SELECT event_id, n, before FROM (
      SELECT event_id, ROW_NUMBER() OVER (PARTITION BY source ORDER BY created_at DESC) AS n, LAG(event_id) OVER (PARTITION BY source ORDER BY created_at) AS before FROM events
    ) WHERE n = 1 ORDER BY event_id`
    expect(rows(latest)).toEqual([{ event_id: 'c', n: 1, before: 'b' }, { event_id: 'd', n: 1, before: 'e' }])
    expect(rows('SELECT source, RANK() OVER (ORDER BY COUNT(*) DESC) AS place FROM events GROUP BY source ORDER BY place')).toEqual([
      { source: 'gmail', place: 1 },
      { source: 'other', place: 2 },
    ])
    expect(rows('SELECT event_id, COUNT(*) OVER (PARTITION BY source) AS n FROM events ORDER BY event_id LIMIT 1')).toEqual([{ event_id: 'a', n: 3 }])
  })

  it('keeps the order of columns, and takes names in any case', () => {
    expect(Object.keys(rows('select * from EVENTS limit 1;')[0] ?? {})).toEqual(['event_id', 'event_type', 'source', 'schema_ref', 'created_at', 'correlation_id', 'subject_id', 'payload'])
    expect(Object.keys(rows('SELECT r.* EXCEPT (payload, first_seen) FROM raw_objects AS r')[0] ?? {})).toEqual(['idem_key', 'source', 'object_type', 'object_id', 'correlation_id', 'last_seen', 'changed_at'])
    expect(rows('SELECT `e`.`Event_ID` AS `select` FROM events e -- the first\nWHERE /* only\n */ event_id = \'a\'')).toEqual([{ select: 'a' }])
    expect(querySqlite(db, 'SELECT event_id FROM events WHERE FALSE').columns).toEqual([{ name: 'event_id', type: 'STRING' }])
  })
})

describe('what it refuses', () => {
  it.each([
    ['DELETE FROM events', 'SQL_SYNTAX: SQL, line 1, column 1: there is `DELETE` where SELECT is expected. [only SELECT and WITH are possible: queries read, they change nothing.]'],
    ['', 'SQL_SYNTAX: SQL, line 1, column 1: the query ends where SELECT is expected.'],
    ['PRAGMA query_only = 0', 'where SELECT is expected'],
    ['SELECT 1; DROP TABLE events', 'SQL_UNSUPPORTED: SQL, line 1, column 11: there is a second statement.'],
    ['SELECT 1 SELECT 2', 'SQL_SYNTAX'],
    ['SELECT\n  typ FROM events', 'SQL_NAME_UNKNOWN: SQL, line 2, column 3: there is no column `typ` here. [the columns here: event_id, event_type,'],
    ['SELECT 1 FROM outbox', 'there is no table `outbox`. [the tables: events, raw_objects.]'],
    ['SELECT 1 FROM main.events', 'a table is named without its dataset'],
    ['SELECT source FROM events, raw_objects', 'tables are not joined by a comma'],
    ['SELECT source FROM events a JOIN events b ON a.event_id = b.event_id', '`source` is a column of more than one table. [write `a.source` or `b.source`.]'],
    ['SELECT 1 FROM events JOIN events ON TRUE', 'FROM has `events` twice'],
    ['SELECT 1 FROM events a LEFT JOIN events b ON a.event_id > b.event_id', 'LEFT JOIN needs an equality'],
    ['SELECT 1 FROM events a RIGHT JOIN events b ON a.event_id = b.event_id', 'turn the two sides around'],
    ['SELECT 1 FROM events a JOIN events b USING (event_id)', 'write JOIN ... ON'],
    ['SELECT e.x FROM events', 'there is no table `e` in FROM. [the tables here: `events`.]'],
    ['SELECT SUM(payload.amount) FROM events', "a column has no fields. [write JSON_VALUE(payload, '$.amount').]"],
    ['SELECT payload.a.b FROM events', "a column has no fields. [write JSON_VALUE(payload, '$.a.b').]"],
    ["SELECT payload->>'$.a' FROM events", "[write JSON_VALUE(payload, '$.field').]"],
    ["SELECT payload->'$.a' FROM events", "[write JSON_VALUE(payload, '$.field').]"],
    ['SELECT "a"', 'write texts in single quotes'],
    ["SELECT 'a", 'the text has no closing quote'],
    ['SELECT /* a', 'the comment has no end'],
    ['SELECT 1 == 1', 'write `=`'],
    ['SELECT a::int FROM events', 'CAST(value AS TYPE)'],
    ['SELECT @a', 'write `?`'],
    ['SELECT 5 % 2', 'write MOD(a, b)'],
    ['# a comment', 'a comment begins with `--`'],
    ['SELECT `a b`', 'a name holds letters'],
    ['SELECT 12abc', '`a` is not expected here'],
    ['SELECT \u0000', 'is not expected here'],
    ['SELECT 1 = 1 = 1', 'comparisons do not follow each other'],
    ["SELECT strftime('%Y', created_at) FROM events", 'here it is called FORMAT_TIMESTAMP'],
    ['SELECT load_extension(\'x\')', 'SQL_NAME_UNKNOWN: SQL, line 1, column 8: the portable subset has no function `LOAD_EXTENSION`. [the functions: COUNT,'],
    ['SELECT constructor()', 'no function `CONSTRUCTOR`'],
    ['SELECT LOWER()', 'LOWER takes 1 value, not 0'],
    ["SELECT SUBSTR('a')", 'SUBSTR takes 2 to 3 values, not 1'],
    ['SELECT COALESCE()', 'COALESCE takes 1 or more values'],
    ['SELECT LOWER(1)', 'LOWER wants a STRING, and this is an INT64. [CAST(value AS STRING) makes a text of it.]'],
    ['SELECT LOWER(created_at) FROM events', "FORMAT_TIMESTAMP('%F %T', value)"],
    ["SELECT JSON_VALUE(payload, '$.n') > 1 FROM events", 'a STRING and an INT64 do not go together. [JSON_VALUE gives texts: CAST(value AS INT64)'],
    ["SELECT JSON_VALUE(payload, '$.ok') = TRUE FROM events", "JSON_VALUE(payload, '$.flag') = 'true'"],
    ['SELECT payload = \'a\' FROM events', "does not take JSON. [take a field of it: JSON_VALUE(payload, '$.field').]"],
    ['SELECT LOWER(payload) FROM events', 'take a field of it'],
    ['SELECT 1 FROM events GROUP BY payload', 'GROUP BY does not take JSON'],
    ['SELECT * FROM events ORDER BY payload', 'ORDER BY does not take JSON'],
    ['SELECT DISTINCT payload FROM events', 'DISTINCT does not take JSON'],
    ["SELECT JSON_VALUE(payload, 'a') FROM events", 'a path is a text such as'],
    ["SELECT JSON_VALUE(payload, '$..a') FROM events", 'a path is a text such as'],
    ["SELECT JSON_VALUE(payload, '$.' || 'a') FROM events", 'a path is a text such as'],
    ["SELECT FORMAT_TIMESTAMP('%A', created_at) FROM events", 'a format is a text with %Y'],
    ["SELECT created_at > 'soon' FROM events", "`soon` is not a valid TIMESTAMP. [write it as '2026-01-31T12:00:00Z'"],
    ["SELECT DATE '2026-02-30'", '`2026-02-30` is not a valid DATE'],
    ['SELECT created_at - 1 FROM events', '`-` does not take a TIMESTAMP. [TIMESTAMP_DIFF(a, b, DAY)'],
    ['SELECT created_at + 1 FROM events', 'TIMESTAMP_ADD(a, INTERVAL 1 DAY)'],
    ['SELECT DATE(created_at) = created_at FROM events', 'do not go together. [DATE(value) is its day.]'],
    ['SELECT created_at = DATE(created_at) FROM events', 'do not go together. [CAST(value AS TIMESTAMP) is its midnight.]'],
    ['SELECT TIMESTAMP_SUB(created_at, 7) FROM events', 'TIMESTAMP_SUB takes an interval here'],
    ["SELECT TIMESTAMP_SUB(created_at, INTERVAL '7' DAY) FROM events", 'write INTERVAL 7 DAY'],
    ['SELECT TIMESTAMP_SUB(created_at, INTERVAL 7 MONTH) FROM events', 'the units: MILLISECOND, SECOND, MINUTE, HOUR, DAY'],
    ['SELECT INTERVAL 7 DAY', 'an interval stands in TIMESTAMP_ADD'],
    ['SELECT TIMESTAMP_TRUNC(created_at, FORTNIGHT) FROM events', 'TIMESTAMP_TRUNC takes a unit here'],
    ['SELECT EXTRACT(HOUR FROM DATE(created_at)) FROM events', 'EXTRACT takes no `HOUR` out of a DATE'],
    ['SELECT CAST(1 AS NUMERIC)', 'CAST knows no type `NUMERIC`'],
    ['SELECT CAST(1.5 AS STRING)', 'CAST makes no STRING of FLOAT64'],
    ['SELECT CAST(created_at AS STRING) FROM events', 'FORMAT_TIMESTAMP'],
    ['SELECT CAST(payload AS STRING) FROM events', 'take a field of it'],
    ['SELECT CAST(1 AS constructor)', 'CAST knows no type `constructor`'],
    ['SELECT 9223372036854775807 + 1', 'SQL_VALUE: The result of a calculation, about 9223372036854776000, is beyond INT64. [calculate with FLOAT64'],
    ['SELECT -9223372036854775807 - 5', 'is beyond INT64'],
    ['SELECT 1 FROM events WHERE 9223372036854775807 * 2 > 1', 'is beyond INT64'],
    ['SELECT -(-9223372036854775807 - 1)', 'is beyond INT64'],
    ['SELECT DIV(-9223372036854775807 - 1, -1)', 'is beyond INT64'],
    ['SELECT CAST(1e300 AS INT64)', 'SQL_VALUE: CAST: 1e+300 is not an INT64.'],
    ["SELECT CAST('x' AS INT64)", 'SQL_VALUE: CAST: `x` is not a valid INT64. [SAFE_CAST(value AS INT64) gives NULL'],
    ["SELECT TIMESTAMP('x')", 'SQL_VALUE: CAST: `x` is not a valid TIMESTAMP.'],
    ['SELECT 1 FROM events WHERE source', 'WHERE wants a BOOL'],
    ['SELECT 1 FROM events WHERE COUNT(*) > 1', 'WHERE takes no aggregate function. [HAVING filters groups.]'],
    ['SELECT LOWER(source) AS s FROM events WHERE s = 1', 'WHERE does not see what SELECT calls its columns'],
    ['SELECT 1 WHERE TRUE', 'WHERE needs a FROM'],
    ['SELECT source, COUNT(*) FROM events', '`source` is neither in GROUP BY nor in an aggregate function. [group by it, or take e.g. MAX(source).]'],
    ['SELECT *, COUNT(*) FROM events GROUP BY source', 'neither in GROUP BY'],
    ['SELECT source FROM events GROUP BY source ORDER BY event_id', 'neither in GROUP BY'],
    ['SELECT source FROM events GROUP BY source HAVING event_id = \'a\'', 'neither in GROUP BY'],
    ['SELECT source FROM events HAVING source = \'a\'', 'HAVING needs GROUP BY'],
    ['SELECT source FROM events GROUP BY COUNT(*)', 'GROUP BY takes no aggregate function'],
    ["SELECT source FROM events GROUP BY 'a'", 'not a fixed value'],
    ['SELECT source FROM events GROUP BY 2', 'the result has no column 2: it has 1'],
    ['SELECT LOWER(source) AS source FROM events GROUP BY source', 'is a column of the table and another one of the result'],
    ['SELECT SUM(COUNT(*)) FROM events', 'an aggregate function does not stand in another'],
    ['SELECT COUNT(*, 1) FROM events', 'COUNT takes 1 value, not 2'],
    ['SELECT LOWER(*) FROM events', '`*` stands in COUNT(*) only'],
    ['SELECT LOWER(DISTINCT source) FROM events', 'LOWER does not take DISTINCT'],
    ['SELECT COUNT(DISTINCT source) OVER () FROM events', 'DISTINCT does not go with OVER'],
    ['SELECT ROW_NUMBER() FROM events', 'ROW_NUMBER needs a window'],
    ['SELECT LOWER(source) OVER () FROM events', 'LOWER does not go over a window'],
    ['SELECT LAG(source) OVER () FROM events', 'the window of LAG needs an ORDER BY'],
    ['SELECT SUM(1) OVER (ORDER BY source ROWS 1 PRECEDING) FROM events', 'a window has no frame here'],
    ['SELECT SUM(1) OVER (PARTITION BY 1.5) FROM events', 'PARTITION BY does not take a FLOAT64'],
    ['SELECT 1 FROM events WHERE ROW_NUMBER() OVER () = 1', 'filter around it'],
    ['SELECT SUM(ROW_NUMBER() OVER ()) FROM events', 'does not stand in another'],
    ['SELECT source FROM events QUALIFY TRUE', 'select the ROW_NUMBER() in a query in parentheses'],
    ['SELECT MAX(source ORDER BY source) FROM events', 'a function takes no ORDER BY'],
    ['SELECT 1 AS a, 2 AS A', 'the result has two columns `A`'],
    ['SELECT 1 UNION SELECT 2', 'say UNION ALL or UNION DISTINCT'],
    ['SELECT 1 EXCEPT SELECT 2', 'use NOT IN'],
    ['SELECT 1 UNION ALL SELECT 1, 2', 'as many columns: 1, not 2'],
    ["SELECT 1 UNION ALL SELECT 'a'", 'column 1 (`value`) is INT64 in one SELECT and STRING in this one'],
    ['SELECT payload FROM events UNION DISTINCT SELECT payload FROM events', 'UNION DISTINCT does not take JSON'],
    ['SELECT source FROM events UNION ALL SELECT source FROM events ORDER BY LOWER(source)', 'after UNION, ORDER BY takes columns of the result'],
    ['SELECT DISTINCT source FROM events ORDER BY event_id', 'with DISTINCT, ORDER BY takes columns of the result'],
    ['SELECT 1 ORDER BY 2', 'the result has no column 2'],
    ['SELECT 1 LIMIT 1.5', 'LIMIT takes a whole number'],
    ['SELECT 1 OFFSET 1', 'LIMIT comes before OFFSET'],
    ['SELECT 1 ORDER BY 1 WHERE TRUE', 'the order is FROM, WHERE'],
    ['WITH RECURSIVE a AS (SELECT 1) SELECT 1', 'WITH RECURSIVE'],
    ['WITH events AS (SELECT 1) SELECT 1', '`events` is the name of a table'],
    ['WITH a AS (SELECT 1), a AS (SELECT 2) SELECT 1', 'WITH has `a` twice'],
    ['SELECT (SELECT source FROM events)', 'a query that is a value gives one row'],
    ['SELECT (SELECT 1, 2)', 'gives one column, not 2'],
    ['SELECT (SELECT payload FROM events LIMIT 1)', 'does not give JSON'],
    ['SELECT 1 FROM events WHERE EXISTS (SELECT 1)', 'use IN (SELECT ...)'],
    ["SELECT 'a' LIKE 'a' ESCAPE 'x'", 'LIKE has no ESCAPE here'],
    ['SELECT 1 NOT 2', 'where BETWEEN, IN or LIKE is expected'],
    ['SELECT 1 IS 2', 'where NULL, TRUE or FALSE is expected'],
    ['SELECT CASE END', 'where a value is expected'],
    ['SELECT CASE 1 END', 'where WHEN is expected'],
    ['SELECT *', '`*` needs a FROM'],
    ['SELECT x.* FROM events', 'there is no table `x` in FROM'],
    ['SELECT * EXCEPT (x) FROM events', 'there is no column `x` to leave out'],
    ['SELECT a FROM events AS group', '`group` is a word of the language'],
    ['SELECT 99999999999999999999', 'is larger than an INT64'],
    [`SELECT ${'('.repeat(60)}1${')'.repeat(60)}`, 'nested more than 50 deep'],
    [`SELECT ${'- '.repeat(60)}1`, 'nested more than 50 deep'],
    [`SELECT ${' '.repeat(100_000)}1`, 'a query has at most 100000 characters'],
  ])('%s', (sql, said) => {
    expect(refused(sql)).toContain(said)
  })

  it('refuses values that do not fit', () => {
    expect(refused('SELECT ?')).toContain('SQL_PARAMS: SQL, line 1, column 8: there is no value for question mark 1: 0 are given.')
    expect(refused('SELECT 1', 2)).toContain('the query has 0 question marks, and 1 values are given')
    expect(refused('SELECT ?', { a: 1 })).toContain('is not a text, number or boolean')
    expect(refused('SELECT ?', Number.NaN)).toContain('is not a text, number or boolean')
    expect(refused('SELECT 1 FROM events WHERE created_at > ?', NOW as unknown as string)).toContain('[give an instant as a text: `date.toISOString()`.]')
  })

  it('refuses what is not text', () => {
    expect(refused(undefined as unknown as string)).toContain('there is `undefined` where SELECT is expected')
    expect(refused('SELECT 1 FROM events WHERE created_at > ?', 'soon')).toContain('`soon` is not a valid TIMESTAMP')
    expect(refused('SELECT 1 LIMIT ?', -1)).toContain('LIMIT takes a whole number')
  })

  it('shows the place', () => {
    try {
      rows(`SELECT 1,\n${' '.repeat(200)}\ttyp FROM events`)
      expect.unreachable()
    } catch (error) {
      expect((error as { details: object }).details).toEqual({ line: 2, column: 202, snippet: `${' '.repeat(59)}typ FROM events\n${' '.repeat(59)}^` })
    }
  })

  it('cannot write by the connection either, nor open other files', () => {
    // The oldest Node has no authorizer: the database itself refuses writes, and the check of the text the rest.
    const authorized = 'setAuthorizer' in db ? ['PRAGMA query_only = 0', "ATTACH 'x.db' AS x", 'CREATE TEMP TABLE x (y)'] : []
    for (const sql of ['DELETE FROM events', 'CREATE TABLE x (y)', ...authorized]) {
      expect(() => db.exec(sql)).toThrow()
    }
  })
})
