import { setTimeout as sleep } from 'node:timers/promises'
import { type EventCounts, type EventHub, invokeJob, isTransient, type JobEvents, type JobInvocation, type JobLog, type JobSpec, type JsonObject, type JsonValue, openEvents, readTimeWindow } from '@lorc/event-client'
import { jobBackoff, retryWait } from '@lorc/event-client/retry'
import { RegistryError } from './errors.ts'
import type { JobLocation } from './job-registry.ts'
import { loadJob } from './load-job.ts'

/** What a job is run with. */
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
  /** What the first attempt is called. Default 1. With the `runId` of an attempt before, events that it emitted are not emitted again. */
  attempt?: number
  /** How often it is tried again after a TransientError. Default: as the job says. */
  retries?: number
  /** Waits between attempts: milliseconds. Default: by the clock, until the signal is aborted. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>
  onProgress?: (done: number, total?: number) => void
  /** What the time is, in milliseconds since 1970. Default Date.now. */
  now?: () => number
}

/** What a job came to. */
export interface Executed {
  /** What the job returned; undefined: nothing. */
  result: JsonValue | undefined
  /** Of all attempts. */
  events: EventCounts
  /** Attempts that it took. */
  attempts: number
}

/**
 * Runs a job in this process, without a journal: what it throws as TransientError is tried again as often, and after such
 * waits, as in a run. Its `timeout` does not count here, since only a process of its own could be ended then, which the
 * runner does: give it a `signal`. Resolves when what it emitted is in the sink. Rejects with what the last attempt threw;
 * with EventError for parameters and times that it does not take, and for events that do not arrive; with RegistryError as
 * `describeJob` does.
 */
export async function executeJob(location: JobLocation, options: ExecuteOptions = {}): Promise<Executed> {
  const { params = {}, account, runId = globalThis.crypto.randomUUID(), attempt: first = 1, signal = new AbortController().signal } = options
  const { log = SILENT, now = Date.now, onProgress, bigquery = () => Promise.reject(noBigQuery(location)), wait = waited } = options
  const window = readTimeWindow(options, now())
  const spec = await loadJob(location)
  const backoff = jobBackoff(spec, options.retries === undefined ? undefined : options.retries + 1)
  const hub = options.events ?? (await openEvents())
  const { job } = location
  const name = `${location.package}/${job}`
  const progress: JobInvocation['progress'] = (done, total) => onProgress?.(done, total)
  try {
    for (let attempts = 1; ; attempts++) {
      const events = hub.client({ runId, step: job, signal })
      const run = { id: runId, attempt: first + attempts - 1, idempotencyKey: `${runId}/${job}` }
      try {
        const result = await attemptOf(spec, { name, params, account, ...window, events, bigquery, log, signal, run, progress })
        return { result, events: events.counts(), attempts }
      } catch (error) {
        const delay = isTransient(error) && !signal.aborted ? retryWait(backoff, attempts, Math.random(), error.retryAfterMs) : undefined
        if (delay === undefined) throw error
        log.warn('it is tried again', { after: String(error), attempt: run.attempt, inMs: delay })
        await wait(delay, signal)
      }
    }
  } finally {
    if (options.events === undefined) await hub.close()
  }
}

async function attemptOf(spec: JobSpec, invocation: JobInvocation & { events: JobEvents }): Promise<JsonValue | undefined> {
  const { events, signal, log } = invocation
  try {
    const result = await invokeJob(spec, invocation)
    await events.settle(signal)
    return result
  } catch (error) {
    // What it said before it failed has happened.
    await events.flush().catch((lost: unknown) => log.error('events of the job could not be kept', { why: String(lost) }))
    throw error
  }
}

function waited(ms: number, signal: AbortSignal): Promise<unknown> {
  return sleep(ms, undefined, { signal })
}

const SILENT: JobLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

function noBigQuery({ package: packageName, job }: JobLocation): RegistryError {
  return new RegistryError('REGISTRY_BIGQUERY_MISSING', `${packageName}/${job} asks for a BigQuery client, and was given none.`, {
    fix: 'pass `bigquery: async () => new BigQuery()` to `executeJob`.',
  })
}
