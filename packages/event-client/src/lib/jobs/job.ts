import type { BigQuery } from '@google-cloud/bigquery'
import type { EventClient } from '../event-client.ts'
import type { JsonOf, JsonValue } from '../json.ts'
import type { StandardSchema } from './standard-schema.ts'

/** What a job gets to work with. */
export interface JobContext<Params = Record<string, never>> {
  /** As the job's schema made them of what was given. */
  readonly params: Params
  /** `--account`. */
  readonly account: string | undefined
  /** `--since` and `--until` as instants. */
  readonly since: Date | undefined
  readonly until: Date | undefined
  readonly events: EventClient
  /** The BigQuery client of this invocation, made when it is first asked for. */
  bigquery(): Promise<BigQuery>
  readonly log: JobLog
  /** Aborted when the run is cancelled and when its time is up. */
  readonly signal: AbortSignal
  readonly run: {
    readonly id: string
    /** 1 for the first. */
    readonly attempt: number
    /** `runId/step`: the same on every attempt. */
    readonly idempotencyKey: string
  }
  /** Shown as the run goes on; never recorded. */
  progress(done: number, total?: number): void
}

/** Structured: each line carries the package, the job, and `fields`. */
export interface JobLog {
  debug(message: string, fields?: Record<string, unknown>): void
  info(message: string, fields?: Record<string, unknown>): void
  warn(message: string, fields?: Record<string, unknown>): void
  error(message: string, fields?: Record<string, unknown>): void
}

/** How often a job is tried, and how long is waited in between. */
export interface JobRetry {
  /** Attempts in all, the first included; 1 to 1000. */
  max: number
  /** `30s`, or milliseconds. Doubled from attempt to attempt. Default 1 s. */
  delay?: string | number
}

/** `T` where a job may return it: JSON, of interfaces too, or nothing. Where something in it is not JSON, `never`. */
export type JobResult<T> = T extends void ? T : JsonOf<T>

/** What a job is made of: see `defineJob`. */
export interface JobDefinition<Params, Result> {
  /** One line, for `lorc jobs show`; `lorc jobs list` loads no module, and shows the one of the package.json. */
  summary?: string
  /** A Standard Schema (https://standardschema.dev), e.g. a zod object. Default: no parameters. */
  params?: StandardSchema<unknown, Params>
  /** For TransientError alone: whatever else a job throws fails it at once. Default: 3 attempts, 1 s apart, doubled. */
  retry?: JobRetry
  /** `90s`, `10m`, or milliseconds. Default: none. */
  timeout?: string | number
  /** Throws to fail. What it returns is recorded as the run's result. */
  run(ctx: JobContext<Params>): Result | Promise<Result>
}

/** A job that takes no parameters and has no description. */
export type PlainJob<Result = JsonValue | void> = (ctx: JobContext) => Result | Promise<Result>

const JOB = Symbol.for('@lorc/job')

/** A job, as `defineJob` makes it. */
export interface Job<Params = unknown, Result = JsonValue | void> extends JobDefinition<Params, Result> {
  readonly [JOB]: 1
}

/** Declares a job. `Params` is inferred from `params`. The result is recognised across copies of this package. */
export function defineJob<Params = Record<string, never>, Result extends JsonValue | void = void>(definition: JobDefinition<Params, Result>): Job<Params, Result>
/** A job may return a value of an interface, whose fields are JSON. */
export function defineJob<Params = Record<string, never>, Result = void>(definition: JobDefinition<Params, Result & JobResult<Result>>): Job<Params, Result>
export function defineJob<Params, Result>(definition: JobDefinition<Params, Result>): Job<Params, Result> {
  return { ...definition, [JOB]: 1 }
}

/** Whether a value is what `defineJob` returned, here or in another copy of this package. */
export function isJob(value: unknown): value is Job {
  return typeof value === 'object' && value !== null && (value as Partial<Job>)[JOB] === 1
}

const TRANSIENT = Symbol.for('@lorc/transient-error')

/** A failure that may pass: the only kind that a job's `retry` repeats. */
export class TransientError extends Error {
  override readonly name = 'TransientError'
  declare readonly [TRANSIENT]: true
  /** Milliseconds that the other side asked to wait. */
  declare readonly retryAfterMs?: number

  constructor(message: string, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    if (options.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs
    // Hidden: what is printed of an error are its own fields.
    Object.defineProperty(this, TRANSIENT, { value: true })
  }
}

/** Whether an error is a TransientError, of this or of another copy of this package. */
export function isTransient(error: unknown): error is TransientError {
  try {
    return typeof error === 'object' && error !== null && (error as Partial<TransientError>)[TRANSIENT] === true
  } catch {
    // A proxy whose traps throw.
    return false
  }
}
