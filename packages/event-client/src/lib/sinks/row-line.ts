import type { EventRow } from '../event.ts'

/** A row as one line of NDJSON, without its end: the columns, with `payload` as the JSON that it is. */
export function rowLine({ payload, ...columns }: EventRow): string {
  const { event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id } = columns
  const short = JSON.stringify({ event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id })
  return `${short.slice(0, -1)},"payload":${payload}}`
}

/** The id in a line that `rowLine` wrote; undefined for any other. */
export function idOfLine(line: string): string | undefined {
  return /^\{"event_id":"([0-9a-f]{32})".*\}$/.exec(line)?.[1]
}
