import { join, resolve } from 'node:path'
import type { BigQuerySinkOptions } from '../bigquery/bigquery-sink.ts'
import { smokeDataset } from '../bigquery/place.ts'
import { EventError } from '../errors.ts'
import { systemClock } from '../event-clock.ts'
import type { EventsOptions } from '../events-options.ts'
import type { EventSink } from '../sink.ts'

/** The sink that events are delivered to; undefined where they stay in the local database. `dir` is absolute. */
export async function openSink(options: EventsOptions, dir: string): Promise<EventSink | undefined> {
  const { sink = 'sqlite' } = options
  if (typeof sink === 'object') return sink
  switch (sink) {
    case 'sqlite':
    case 'memory':
      return undefined
    case 'ndjson':
      return (await import('./ndjson.ts')).ndjsonSink(ndjsonFolder(options, dir), { ...systemClock, ...options.clock })
    case 'stdout': {
      if (options.output === undefined) throw missing('stdout', 'output')
      return (await import('./stdout.ts')).stdoutSink(options.output)
    }
    case 'http': {
      const { url, headers } = options
      if (url === undefined) throw missing('http', 'url')
      return (await import('./http.ts')).httpSink({ url, ...(headers && { headers }) })
    }
    case 'bigquery':
      return (await import('../bigquery/bigquery-sink.ts')).createBigQuerySink({ ...bigQueryPlace(options), now: () => (options.clock?.now ?? Date.now)() })
    default:
      throw new EventError('EVENTS_OPTION_INVALID', `No sink is called ${JSON.stringify(sink)}.`, {
        fix: 'Name one of sqlite, memory, ndjson, stdout, http, bigquery.',
      })
  }
}

function bigQueryPlace({ project, dataset, table, location, endpoint, namespace, client }: EventsOptions): BigQuerySinkOptions {
  const named = namespace === undefined ? dataset : smokeDataset(namespace)
  if (named === undefined) throw missing('bigquery', 'dataset')
  const rest = { ...(project !== undefined && { project }), ...(location !== undefined && { location }), ...(endpoint !== undefined && { endpoint }), ...(client && { client }) }
  return { dataset: named, ...(table !== undefined && { table }), ...rest }
}

function ndjsonFolder({ namespace, path }: EventsOptions, dir: string): string {
  if (namespace !== undefined) return join(dir, `smoke_${namespace}`)
  return path === undefined ? join(dir, 'events') : resolve(path)
}

function missing(sink: string, setting: string): EventError {
  return new EventError('EVENTS_OPTION_INVALID', `The sink ${sink} needs \`${setting}\`.`, { fix: `Set \`events.${setting}\`.` })
}
