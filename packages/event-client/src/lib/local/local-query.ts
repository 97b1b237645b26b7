import { EventError } from '../errors.ts'
import type { JsonValue } from '../json.ts'
import { type QueryOptions, querySqlite } from '../sql/query-sqlite.ts'
import type { LocalDatabase } from './local-database.ts'

export interface LocalQueryOptions extends QueryOptions {
  /** The sink where the events are, if they are not in this database. */
  eventsIn?: string | undefined
}

/** No table has this name: SQLite itself tells whether a query reads what is not here. */
const ELSEWHERE = 'events of another sink'

/**
 * Runs a query of the portable subset (docs/sql.md). Throws SQL_*, EVENTS_QUERY_FAILED where SQLite gives up on it,
 * EVENTS_ELSEWHERE where it reads events that are not here, EVENTS_STORE_*.
 */
export function localQuery(database: LocalDatabase, sql: string, { eventsIn, ...options }: LocalQueryOptions): Record<string, JsonValue>[] {
  const elsewhereOnly = { tables: { events: `\`${ELSEWHERE}\`` } }
  const tables = eventsIn !== undefined ? elsewhereOnly : options.tables === undefined ? { eventCounts: '`event_counts`' } : {}
  return database.query((db) => {
    try {
      return querySqlite(db, sql, { ...options, ...tables }).rows
    } catch (error) {
      if (!isRefusal(error)) throw error
      throw eventsIn !== undefined && error.message === `no such table: ${ELSEWHERE}` ? elsewhere(eventsIn) : refused(error, sql)
    }
  })
}

/** SQLite's SQLITE_ERROR (an overflow, a payload that is not JSON), SQLITE_READONLY and SQLITE_AUTH. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && 'errcode' in error && [1, 8, 23].includes(Number(error.errcode) & 0xff)
}

/** The error for events that cannot be asked here. */
export function elsewhere(sink: string): EventError {
  return new EventError('EVENTS_ELSEWHERE', `The events are in ${sink}, which cannot be asked.`, {
    fix: 'Read them there, or emit them into the sink sqlite or bigquery. `raw_objects` can be asked here.',
  })
}

function refused(error: Error, sql: string): EventError {
  return new EventError('EVENTS_QUERY_FAILED', `The query failed: ${error.message}.`, { cause: error, details: { sql } })
}
