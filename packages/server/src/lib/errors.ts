import type { JsonObject } from '@lorc/runner'
import { ACCESS_ERRORS } from './errors/access.ts'
import { MODULE_ERRORS } from './errors/module.ts'
import { REQUEST_ERRORS } from './errors/request.ts'
import { SERVICE_ERRORS } from './errors/service.ts'

/** Every code that this package reports by itself, with its meaning. `docs/errors.md` lists the same codes. */
export const ERROR_CODES = { ...ACCESS_ERRORS, ...MODULE_ERRORS, ...REQUEST_ERRORS, ...SERVICE_ERRORS } as const

export type ErrorCode = keyof typeof ERROR_CODES

export interface ServerErrorOptions {
  /** What the person can do about it. */
  fix?: string
  cause?: unknown
  details?: JsonObject
  /** Seconds after which to ask again. */
  retryAfterSec?: number
}

/** The one error class of the service: `code` for programs, `message` for people, `fix` where one is known. */
export class ServerError extends Error {
  override readonly name = 'ServerError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: JsonObject | undefined
  readonly retryAfterSec: number | undefined

  constructor(code: ErrorCode, message: string, options: ServerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.details = options.details
    this.retryAfterSec = options.retryAfterSec
  }
}
