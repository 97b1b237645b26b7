import { join, resolve } from 'node:path'
import type { BigQuerySink } from '../bigquery/bigquery-sink.ts'
import { smokeDataset } from '../bigquery/place.ts'
import { EventError } from '../errors.ts'
import { clockOf } from '../event-clock.ts'
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
      return (await import('./ndjson.ts')).ndjsonSink(ndjsonFolder(options, dir), clockOf(options.clock))
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
      return openBigQuerySink(options)
    default:
      throw new EventError('EVENTS_OPTION_INVALID', `No sink is called ${JSON.stringify(sink)}.`, {
        fix: 'Name one of sqlite, memory, ndjson, stdout, http, bigquery.',
      })
  }
}

/** The sink in BigQuery that the options describe. Throws EVENTS_OPTION_INVALID. */
export async function openBigQuerySink(options: EventsOptions): Promise<BigQuerySink> {
  const { project, dataset, table, location, endpoint, namespace, client, maximumBytesBilled, onEstimate } = options
  const named = namespace === undefined ? dataset : smokeDataset(namespace)
  if (named === undefined) throw missing('bigquery', 'dataset')
  const { createBigQuerySink } = await import('../bigquery/bigquery-sink.ts')
  return createBigQuerySink({
    dataset: named,
    now: () => (options.clock?.now ?? Date.now)(),
    ...(project !== undefined && { project }),
    ...(table !== undefined && { table }),
    ...(location !== undefined && { location }),
    ...(endpoint !== undefined && { endpoint }),
    ...(maximumBytesBilled !== undefined && { maximumBytesBilled }),
    ...(client && { client }),
    ...(onEstimate && { onEstimate }),
  })
}

function ndjsonFolder({ namespace, path }: EventsOptions, dir: string): string {
  if (namespace !== undefined) return join(dir, `smoke_${namespace}`)
  return path === undefined ? join(dir, 'events') : resolve(path)
}

function missing(sink: string, setting: string): EventError {
  return new EventError('EVENTS_OPTION_INVALID', `The sink ${sink} needs \`${setting}\`.`, { fix: `Set \`events.${setting}\`.` })
}
