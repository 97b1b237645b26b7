import type { BigQuery } from '@google-cloud/bigquery'
import { canonicalJson } from '../rows/canonical-json.ts'
import { EventError } from '../errors.ts'
import type { EventClient } from '../event-client.ts'
import type { JobContext, JobLog } from './job.ts'
import { readParams } from './job-params.ts'
import type { JobSpec } from './job-spec.ts'
import type { JsonObject, JsonValue } from '../json.ts'

/** Bytes of canonical JSON: as many as a value of the context may have. */
const LARGEST_RESULT = 16 * 1024 * 1024

/** What one attempt at a job is run with. */
export interface JobInvocation {
  /** What messages call the job, e.g. `ingester/extract_gmail`. */
  readonly name: string
  /** As they are given: the job's schema has not seen them. */
  readonly params: JsonObject
  readonly account: string | undefined
  readonly since: Date | undefined
  readonly until: Date | undefined
  readonly events: EventClient
  bigquery(): Promise<BigQuery>
  readonly log: JobLog
  readonly signal: AbortSignal
  readonly run: JobContext['run']
  progress(done: number, total?: number): void
  /** Whether nobody waits for the job any more, though it may go on: its events are refused then. Default: never. */
  isOver?(): boolean
}

/**
 * Runs a job once: its parameters pass its schema, it gets its context, and what it returns has to be JSON, or nothing.
 * When it has ended, its `events` refuse what comes after (JOB_ENDED): nobody would deliver it. Rejects with what the
 * job threw, or with EventError JOB_PARAMS_INVALID, JOB_RESULT_INVALID, JOB_RESULT_TOO_LARGE.
 */
export async function invokeJob(spec: JobSpec, invocation: JobInvocation): Promise<JsonValue | undefined> {
  const { name, params: given, isOver = () => false, account, since, until, log, run } = invocation
  const params = await readParams(spec, given, name)
  const events = new OpenEvents(invocation.events, name, isOver)
  const context: JobContext<unknown> = {
    params,
    account,
    since,
    until,
    events,
    bigquery: () => invocation.bigquery(),
    log,
    // Asked for late: who never looks at it may be ended at once.
    get signal() {
      return invocation.signal
    },
    run,
    progress: (done, total) => invocation.progress(done, total),
  }
  try {
    const result = await spec.run(context)
    if (result === undefined) return undefined
    const text = canonicalJson(result)
    // A copy: nobody can change any more what is recorded.
    if (typeof text === 'string') return JSON.parse(withinLimit(text, name)) as JsonValue
    const { path, what, fix, cause } = text
    throw new EventError('JOB_RESULT_INVALID', `What ${name} returned is not JSON: ${path} ${what}.`, { fix, details: { path }, cause })
  } finally {
    events.end()
  }
}

function withinLimit(text: string, name: string): string {
  const bytes = Buffer.byteLength(text)
  if (bytes <= LARGEST_RESULT) return text
  throw new EventError('JOB_RESULT_TOO_LARGE', `What ${name} returned has ${bytes} bytes as JSON; at most ${LARGEST_RESULT} are kept.`, {
    fix: 'Return what later steps have to know, and emit the rest as events, or write it to a file.',
    details: { bytes },
  })
}

/** The events of a job for as long as the job runs. */
class OpenEvents implements EventClient {
  readonly #inner: EventClient
  readonly #name: string
  readonly #isOver: () => boolean
  #ended = false

  constructor(inner: EventClient, name: string, isOver: () => boolean) {
    this.#inner = inner
    this.#name = name
    this.#isOver = isOver
  }

  end(): void {
    this.#ended = true
  }

  emit(...event: Parameters<EventClient['emit']>): string {
    return this.#open().emit(...event)
  }

  async upsert(...objects: Parameters<EventClient['upsert']>): ReturnType<EventClient['upsert']> {
    return await this.#open().upsert(...objects)
  }

  async query(...question: Parameters<EventClient['query']>): ReturnType<EventClient['query']> {
    return await this.#open().query(...question)
  }

  async flush(): Promise<void> {
    await this.#open().flush()
  }

  #open(): EventClient {
    if (!this.#ended && !this.#isOver()) return this.#inner
    throw new EventError('JOB_ENDED', `${this.#name} had ended when it used its events.`, {
      fix: 'Await everything that the job begins before it returns.',
    })
  }
}
