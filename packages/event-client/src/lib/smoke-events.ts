import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EventsOptions } from './events-options.ts'
import { checkNamespace } from './smoke-namespace.ts'

/** What a namespace of smoke tests left behind. */
export interface RemovedEvents {
  /** Paths: the database with its parts, and the folder of NDJSON. */
  files: string[]
  /** Of BigQuery, where that is the sink: `smoke_NS`. */
  dataset?: string
  /** In the dataset. */
  tables: string[]
}

/**
 * Removes what was emitted with this namespace: locally, and in BigQuery where that is the sink; with `dryRun` nothing.
 * Tells what there was. Nothing is removed that is not named `smoke_*`. Throws EventError EVENTS_OPTION_INVALID, BIGQUERY_*.
 */
export async function removeSmokeEvents(options: EventsOptions & { namespace: string; dryRun: boolean }): Promise<RemovedEvents> {
  const { namespace, dryRun, dir = '.lorc', sink } = options
  checkNamespace(namespace)
  const files = filesOf(resolve(dir), `smoke_${namespace}`)
  if (!dryRun) for (const file of files) rmSync(file, { recursive: true })
  if (sink !== 'bigquery') return { files, tables: [] }
  const { openBigQuerySink } = await import('./sinks/open-sink.ts')
  const { tables } = await (await openBigQuerySink(options)).drop({ dryRun })
  return { files, dataset: `smoke_${namespace}`, tables }
}

function filesOf(dir: string, name: string): string[] {
  if (!existsSync(dir)) return []
  const names = [name, ...['db', 'db-wal', 'db-shm'].map((end) => `${name}.${end}`)]
  return readdirSync(dir).filter((file) => names.includes(file)).map((file) => join(dir, file))
}
