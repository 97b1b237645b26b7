import { BIGQUERY_ERRORS } from './errors/bigquery.ts'
import { EVENT_ERRORS } from './errors/event.ts'
import { EVENT_STORE_ERRORS } from './errors/event-store.ts'
import { JOB_ERRORS } from './errors/job.ts'
import { SQL_ERRORS } from './errors/sql.ts'
import type { JsonObject } from './json.ts'

/** Every code that this package reports, with its meaning. `docs/errors.md` lists the same codes. */
export const ERROR_CODES = { ...BIGQUERY_ERRORS, ...EVENT_ERRORS, ...EVENT_STORE_ERRORS, ...JOB_ERRORS, ...SQL_ERRORS } as const

export type ErrorCode = keyof typeof ERROR_CODES

export interface EventErrorOptions {
  /** What the person can do about it. */
  fix?: string
  cause?: unknown
  details?: JsonObject
  /** Default false. */
  transient?: boolean
  /** Milliseconds that the other side asked to wait. */
  retryAfterMs?: number
}

/** The one error class of this package: `code` for programs, `message` for people, `fix` where one is known. */
export class EventError extends Error {
  override readonly name = 'EventError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: JsonObject | undefined
  /** The same may succeed later. */
  readonly transient: boolean
  readonly retryAfterMs: number | undefined

  constructor(code: ErrorCode, message: string, options: EventErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.details = options.details
    this.transient = options.transient ?? false
    this.retryAfterMs = options.retryAfterMs
  }
}
