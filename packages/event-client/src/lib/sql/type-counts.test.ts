import { expect, it } from 'vitest'
import { compileSql } from './compile-sql.ts'
import { SQLITE } from './sqlite-dialect.ts'

const tables = { events: '`events`', raw_objects: '`raw_objects`' }
const reads = (sql: string): string[] => {
  const { text } = compileSql(sql, { dialect: SQLITE, tables, eventCounts: '`kept`' })
  return [...text.matchAll(/(?:FROM|JOIN) `(\w+)`/g)].map(([, name = '']) => name)
}

it.each([
  'SELECT event_type, COUNT(*) FROM events GROUP BY event_type',
  'SELECT e.event_type AS type, COUNT(*) AS events FROM Events AS e WHERE TRUE GROUP BY 1 ORDER BY 2 DESC, 1',
  'SELECT COUNT(*) FROM events',
  "SELECT COUNT(1) AS n FROM events WHERE event_type LIKE 'email.%' OR event_type IN ('a', 'b')",
  'SELECT COUNT(event_type) AS n, COUNT(DISTINCT event_type) AS types, MIN(event_type) AS first FROM events',
  'SELECT DISTINCT event_type FROM events ORDER BY event_type',
  "SELECT IF(STARTS_WITH(event_type, 'email'), 'mail', 'other') AS kind, COUNT(*) * 2 AS n FROM events GROUP BY kind HAVING n > 3 ORDER BY COUNT(*)",
])('%s is answered by the counts that are kept', (sql) => {
  expect(reads(sql)).toEqual(['kept'])
})

it.each([
  'SELECT event_type FROM events',
  'SELECT * FROM events',
  'SELECT source, COUNT(*) FROM events GROUP BY source',
  "SELECT event_type, COUNT(*) FROM events WHERE created_at > '2026-01-01' GROUP BY event_type",
  'SELECT event_type, COUNT(*) FROM events GROUP BY event_type ORDER BY MAX(created_at)',
  'SELECT event_type, COUNT(*) FROM events GROUP BY event_type HAVING COUNT(DISTINCT source) > 1',
  "SELECT COUNTIF(event_type = 'a') AS n FROM events",
  "SELECT COUNT(NULLIF(event_type, 'a')) AS n FROM events",
  'SELECT SUM(LENGTH(event_type)) AS n FROM events',
  'SELECT event_type AS source, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY source',
  'SELECT event_type, COUNT(*) OVER () AS n FROM events GROUP BY event_type',
])('%s is not', (sql) => {
  expect(reads(sql)).toEqual(['events'])
})

it('looks at each SELECT by itself', () => {
  expect(reads('SELECT a.event_type, n FROM (SELECT event_type, COUNT(*) AS n FROM events GROUP BY 1) AS a JOIN events AS b ON a.event_type = b.event_type')).toEqual(['kept', 'events'])
  expect(reads('SELECT (SELECT COUNT(*) FROM events) AS n, event_id FROM events')).toEqual(['kept', 'events'])
  expect(reads('SELECT COUNT(*) FROM events WHERE event_type IN (SELECT object_type FROM raw_objects)')).toEqual(['events', 'raw_objects'])
  expect(reads('SELECT COUNT(*) AS n FROM raw_objects')).toEqual(['raw_objects'])
  expect(reads('SELECT COUNT(*) AS n FROM events AS a CROSS JOIN events AS b')).toEqual(['events', 'events'])
})
