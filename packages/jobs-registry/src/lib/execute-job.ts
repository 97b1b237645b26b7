import { type EventClient, type EventCounts, type EventHub, invokeJob, type JobInvocation, type JobLog, type JsonObject, type JsonValue, openEvents, readTimeWindow } from '@lorc/event-client'
import { RegistryError } from './errors.ts'
import type { JobLocation } from './job-registry.ts'
import { loadJob } from './load-job.ts'

export interface ExecuteOptions {
  /** Default: none. */
  params?: JsonObject
  account?: string
  /** A date, an ISO 8601 date or instant, or how far back from now: `30m`, `24h`, `7d`, `2w`. */
  since?: string | Date
  until?: string | Date
  /** Where events go, and stay open. Default: opened for this job alone, in `.lorc` of the working directory. */
  events?: EventHub
  /** The BigQuery client for jobs that ask for one. Default: such a job fails. */
  bigquery?: JobInvocation['bigquery']
  /** Default: nothing is logged. */
  log?: JobLog
  signal?: AbortSignal
  /** Names the run in events. Default: a new UUID. */
  runId?: string
  /** Default 1. With the `runId` of an attempt before, events that it emitted are not emitted again. */
  attempt?: number
  onProgress?: (done: number, total?: number) => void
  /** What the time is, in milliseconds since 1970. Default Date.now. */
  now?: () => number
}

export interface Executed {
  /** What the job returned; undefined: nothing. */
  result: JsonValue | undefined
  events: EventCounts
}

/**
 * Runs a job once, in this process, without a journal: it is neither retried nor limited in time, which the runner does.
 * Resolves when what it emitted is in the sink. Rejects with what the job threw; with EventError for parameters and times
 * that it does not take, and for events that do not arrive; with RegistryError as `describeJob` does.
 */
export async function executeJob(location: JobLocation, options: ExecuteOptions = {}): Promise<Executed> {
  const { params = {}, account, runId = globalThis.crypto.randomUUID(), attempt = 1, signal = new AbortController().signal } = options
  const { log = SILENT, now = Date.now, onProgress, bigquery = () => Promise.reject(noBigQuery(location)) } = options
  const window = readTimeWindow(options, now())
  const spec = await loadJob(location)
  const hub = options.events ?? (await openEvents())
  try {
    const { job } = location
    const events = hub.client({ runId, step: job, signal })
    const invocation: JobInvocation = {
      name: `${location.package}/${job}`,
      params,
      account,
      ...window,
      events: events satisfies EventClient,
      bigquery,
      log,
      signal,
      run: { id: runId, attempt, idempotencyKey: `${runId}/${job}` },
      progress: (done, total) => onProgress?.(done, total),
    }
    const result = await invokeJob(spec, invocation)
    await events.settle(signal)
    return { result, events: events.counts() }
  } finally {
    if (options.events === undefined) await hub.close()
  }
}

const SILENT: JobLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

function noBigQuery({ package: packageName, job }: JobLocation): RegistryError {
  return new RegistryError('REGISTRY_BIGQUERY_MISSING', `${packageName}/${job} asks for a BigQuery client, and was given none.`, {
    fix: 'pass `bigquery: async () => new BigQuery()` to `executeJob`.',
  })
}
