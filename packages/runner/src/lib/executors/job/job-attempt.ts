import {
  invokeJob, readTimeWindow, type EventCounts, type EventHub, type EventRow, type JobContext, type JobEvents, type JobSpec, type UpsertCounts,
} from '@lorc/event-client'
import { CountedEvents } from './counted-events.ts'
import type { JobLogging } from '../../job-port.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import type { AttemptOutcome } from '../../executor.ts'
import { assertDeclaredParams } from './declared-params.ts'
import { jobLog } from './job-log.ts'
import type { StepBacking } from '../node/node-step.ts'

/** What one attempt at a job is asked to do: JSON, so that another process can be asked as well. */
export interface JobRequest {
  readonly label: string
  readonly package: string
  readonly job: string
  readonly params: JsonObject
  /** JSON Schema of the parameters, where the package.json has one. */
  readonly declared?: JsonObject
  readonly account: string | null
  readonly since: string | null
  readonly until: string | null
  /** Unix milliseconds. */
  readonly runTime: number
  readonly logging: JobLogging
}

/** What a job's attempt has around it, in whichever process. */
export interface JobSurroundings {
  readonly backing: StepBacking
  readonly hub: EventHub
  /** Of this attempt, made by the hub. */
  readonly events: JobEvents
  bigquery(): ReturnType<JobContext['bigquery']>
  /** The attempt was given up. */
  isOver(): boolean
}

/** What a job left behind. */
export interface JobProduct {
  result: JsonValue | undefined
  events: EventCounts
  /** Of raw objects, where there were any. */
  rawObjects: UpsertCounts | undefined
  /** Of a dry run: the first events of each type. */
  samples: readonly EventRow[]
}

/** Calls the job. When this resolves its events are where they have to be; when it rejects, on disk at least. */
export async function runJob(spec: JobSpec, request: JobRequest, around: JobSurroundings): Promise<JobProduct> {
  const { backing, hub } = around
  const events = new CountedEvents(around.events)
  const { label, params, declared, account, since, until, runTime } = request
  try {
    assertDeclaredParams(spec, params, { label, ...(declared && { params: declared }) })
    const result = await invokeJob(spec, {
      name: label,
      params,
      account: account ?? undefined,
      ...readTimeWindow({ since: since ?? undefined, until: until ?? undefined }, runTime),
      events,
      bigquery: () => around.bigquery(),
      log: jobLog({ ...request, runId: backing.runId, attempt: backing.attempt }, request.logging, (text) => backing.write(text), Date.now),
      get signal() {
        return backing.signal()
      },
      run: { id: backing.runId, attempt: backing.attempt, idempotencyKey: backing.idempotencyKey },
      progress: (done, total) => backing.progress(done, total ?? null),
      isOver: () => around.isOver(),
    })
    await events.settle(backing.signal())
    return { result, events: events.counts(), rawObjects: events.upserted, samples: hub.samples() }
  } catch (error) {
    // What it said before it failed has happened: it is delivered, and told once however often the job is run again.
    await events.flush().catch((lost: unknown) => backing.write(`lorc: events of the job could not be kept: ${String(lost)}\n`))
    throw error
  }
}

/** The attempt's outcome, its facts kept as the step's further fields. */
export function completed({ result, events, rawObjects, samples }: JobProduct): Completed {
  const meta = {
    ...(result !== undefined && { result }),
    events: countsJson(events),
    ...(rawObjects && { raw_objects: { ...rawObjects } }),
    ...(samples.length > 0 && { samples: samples.map((row) => ({ ...row, payload: JSON.parse(row.payload) as JsonValue })) }),
  }
  return { status: 'ok', outputs: null, meta }
}

/** The outcome of a job that ran elsewhere, with what became of its events since. */
export function withCounts(outcome: Completed, events: EventCounts): Completed {
  return { ...outcome, meta: { ...outcome.meta, events: countsJson(events) } }
}

type Completed = Extract<AttemptOutcome, { status: 'ok' }>

function countsJson({ emitted, duplicates, delivered, waiting, rejected, byType }: EventCounts): JsonObject {
  return { emitted, duplicates, delivered, waiting, rejected, by_type: byType }
}
