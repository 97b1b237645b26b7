import type { SinkName } from '@lorc/event-client'

/** Where events can go. */
export const SINKS = ['sqlite', 'ndjson', 'memory', 'stdout', 'http', 'bigquery'] as const satisfies SinkName[]
