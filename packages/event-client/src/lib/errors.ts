import type { JsonObject } from './json.ts'

/** What can be wrong with an event, and with what is done with events. */
export const EVENT_ERRORS = {
  EVENT_INVALID: 'An event, or a raw object, lacks a field or holds one of the wrong kind.',
  EVENT_TOO_LARGE: 'The payload of an event is larger than the limit.',
} as const

/** What can be wrong with a job, and with how it is called. */
export const JOB_ERRORS = {
  JOB_INVALID: 'What a package exports as a job is none.',
  JOB_PARAMS_INVALID: 'The parameters that a job is given do not fit what it declares.',
  JOB_TIME_INVALID: '`since` or `until` is no time, or they are in the wrong order.',
} as const

/** Every code that this package reports, with its meaning. `docs/errors.md` lists the same codes. */
export const ERROR_CODES = { ...EVENT_ERRORS, ...JOB_ERRORS } as const

export type ErrorCode = keyof typeof ERROR_CODES

export interface EventErrorOptions {
  /** What the person can do about it. */
  fix?: string
  cause?: unknown
  details?: JsonObject
}

/** The one error class of this package: `code` for programs, `message` for people, `fix` where one is known. */
export class EventError extends Error {
  override readonly name = 'EventError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: JsonObject | undefined

  constructor(code: ErrorCode, message: string, options: EventErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.details = options.details
  }
}
