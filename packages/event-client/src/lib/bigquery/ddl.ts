import { TABLES } from '../sql/types.ts'
import { type DatasetPlace, quoted, RAW_OBJECTS, viewOf } from './place.ts'

/** Columns that every row has; the others may be NULL. */
const REQUIRED: Readonly<Record<'events' | 'raw_objects', readonly string[]>> = {
  events: ['event_id', 'event_type', 'source', 'created_at'],
  raw_objects: ['idem_key', 'source', 'object_type', 'object_id', 'first_seen', 'last_seen', 'changed_at'],
}

/** The columns of a table as statements and load jobs name them. */
export function columnsOf(table: 'events' | 'raw_objects'): { name: string; type: string; mode: 'REQUIRED' | 'NULLABLE' }[] {
  const required = REQUIRED[table]
  return (TABLES[table] ?? []).map(({ name, type }) => ({ name, type, mode: required.includes(name) ? 'REQUIRED' : 'NULLABLE' }))
}

/** The statements that make the dataset, the tables and the view; each may be run again. */
export function setupStatements(place: DatasetPlace, location: string | undefined): string[] {
  return [
    `CREATE SCHEMA IF NOT EXISTS ${quoted(place)}${location === undefined ? '' : `\nOPTIONS (location = '${location.replaceAll(/[^\w-]/g, '')}')`};`,
    `CREATE TABLE IF NOT EXISTS ${quoted(place, place.table)} (\n${columnLines('events')}\n)\nPARTITION BY TIMESTAMP_TRUNC(created_at, DAY)\nCLUSTER BY source, event_type;`,
    `CREATE TABLE IF NOT EXISTS ${quoted(place, RAW_OBJECTS)} (\n${columnLines('raw_objects')}\n)\nCLUSTER BY source, object_type, idem_key;`,
    `CREATE OR REPLACE VIEW ${quoted(place, viewOf(place.table))} AS\n${deduplicated(place)};`,
  ]
}

function columnLines(table: 'events' | 'raw_objects'): string {
  return columnsOf(table).map(({ name, type, mode }) => `  ${name} ${type}${mode === 'REQUIRED' ? ' NOT NULL' : ''}`).join(',\n')
}

/** Of the rows with the same id, the one with the earliest time. */
function deduplicated(place: DatasetPlace): string {
  const names = columnsOf('events').map(({ name }) => name).join(', ')
  return `SELECT ${names}\nFROM ${quoted(place, place.table)}\nWHERE TRUE\nQUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY created_at) = 1`
}

/** Removes a dataset with all that is in it. */
export function dropStatement(place: DatasetPlace): string {
  return `DROP SCHEMA IF EXISTS ${quoted(place)} CASCADE;`
}
