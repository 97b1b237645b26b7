import type { BigQuery } from '@google-cloud/bigquery'
import type { JobEvents } from '../event-client.ts'
import type { EventInput, EventRow, RawObjectInput, RawObjectRow, UpsertCounts } from '../event.ts'
import { readTimeWindow, type TimeWindowInput } from '../instant.ts'
import { invokeJob } from '../jobs/invoke-job.ts'
import { isTransient, type Job, type JobResult, type PlainJob } from '../jobs/job.ts'
import { readJob } from '../jobs/job-spec.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { openEvents } from '../open-events.ts'
import { Recorder, type TestLogLine } from './recorder.ts'

export interface TestJobOptions extends TimeWindowInput {
  /** As they would be given: the job's schema makes of them what the job gets. Default: none. */
  params?: JsonObject
  account?: string
  /** What the time is, for `since`, `until` and the events: an instant. It stands still. Default 2026-01-01T00:00:00Z. */
  now?: string | Date
  /** What is there already. */
  seed?: { events?: readonly EventInput[]; rawObjects?: readonly RawObjectInput[] }
  /** Tries in all: a TransientError is followed by another try, at once. Default 1. */
  attempts?: number
  /** The client that `ctx.bigquery()` gives. Default: it rejects. */
  bigquery?: () => BigQuery | Promise<BigQuery>
  signal?: AbortSignal
  /** Default `run_test`. */
  runId?: string
}

/** An event that the job emitted; the payload is a value. */
export type TestEvent = Omit<EventRow, 'payload'> & { payload: JsonValue }
export type TestRawObject = Omit<RawObjectRow, 'payload'> & { payload: JsonObject }

/** What a job did. */
export interface TestedJob<Result> {
  /** What it returned; undefined also where it threw. */
  result: Result | undefined
  /** What it threw at last, an Error where that was undefined; undefined: it ended well. */
  error: unknown
  /** Tries that it took. */
  attempts: number
  /** In the order in which it emitted them first: each once, however often it emitted it. */
  events: TestEvent[]
  /** All that there are in the end, those that were there included, by their keys. */
  rawObjects: TestRawObject[]
  /** Of all its upserts. */
  upserts: UpsertCounts
  logs: TestLogLine[]
  /** What it said of its progress, in order. */
  progress: { done: number; total: number | undefined }[]
}

/**
 * Runs a job in this process, with its events in memory and the time standing still. A job that fails resolves, too: see
 * `error`; so do parameters that its schema refuses. Throws EventError JOB_INVALID, JOB_TIME_INVALID.
 */
export async function testJob<Params, Result>(
  job: Job<Params, Result> | PlainJob<Result & JobResult<Result>>,
  options: TestJobOptions = {},
): Promise<TestedJob<Result>> {
  const spec = readJob(job, 'the job')
  const { params = {}, account, attempts = 1, runId = 'run_test', signal = new AbortController().signal } = options
  const now = new Date(options.now ?? '2026-01-01T00:00:00Z').getTime()
  const window = readTimeWindow(options, now)
  const hub = await openEvents({ sink: 'memory', clock: { now: () => now } })
  try {
    await plant(hub.client({ runId: 'seed' }), options.seed)
    const recorder = new Recorder()
    const context = { name: 'the job', params, account, ...window, signal, log: recorder.log(), progress: recorder.sayProgress }
    let outcome: { result?: unknown; error?: unknown } = {}
    let tries = 0
    do {
      tries++
      // A client for each try, as in a run: what a try emits again is known by its id.
      const events = recorder.watch(hub.client({ runId, step: 'job', signal }))
      const run = { id: runId, attempt: tries, idempotencyKey: `${runId}/job` }
      outcome = await invokeJob(spec, { ...context, run, events, bigquery: async () => await (options.bigquery ?? noBigQuery)() }).then(
        (result) => ({ result }),
        (error: unknown) => ({ error: error === undefined ? new Error('The job threw undefined.') : error }),
      )
    } while (tries < attempts && isTransient(outcome.error))
    const all = hub.client({ runId })
    return {
      result: outcome.result as Result | undefined,
      error: outcome.error,
      attempts: tries,
      events: await emitted(all, recorder.ids),
      rawObjects: await rawObjects(all),
      upserts: recorder.upserts,
      logs: recorder.lines,
      progress: recorder.progress,
    }
  } finally {
    await hub.close()
  }
}

async function plant(client: JobEvents, { events = [], rawObjects: objects = [] }: NonNullable<TestJobOptions['seed']> = {}): Promise<void> {
  for (const event of events) client.emit(event)
  await client.upsert(objects)
}

function noBigQuery(): never {
  throw new Error('The job asks for BigQuery: give testJob a `bigquery`.')
}

async function emitted(client: JobEvents, ids: ReadonlySet<string>): Promise<TestEvent[]> {
  const rows = await client.query(
    'SELECT event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload FROM events',
  )
  const byId = new Map(rows.map((row) => [row['event_id'] as string, row]))
  return [...ids].map((id) => byId.get(id) as unknown as TestEvent)
}

async function rawObjects(client: JobEvents): Promise<TestRawObject[]> {
  const rows = await client.query(
    'SELECT idem_key, source, object_type, object_id, payload, correlation_id, first_seen, last_seen, changed_at FROM raw_objects ORDER BY idem_key',
  )
  return rows as unknown as TestRawObject[]
}
