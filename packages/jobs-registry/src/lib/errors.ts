import { DISCOVERY_ERRORS } from './errors/discovery.ts'
import { JOB_MODULE_ERRORS } from './errors/job-module.ts'

/** Every code that this package reports, with its meaning. `docs/errors.md` lists the same codes. */
export const ERROR_CODES = { ...DISCOVERY_ERRORS, ...JOB_MODULE_ERRORS } as const

export type ErrorCode = keyof typeof ERROR_CODES

/** The values that errors tell to programs. */
export type ErrorDetails = { readonly [key: string]: string | number | readonly string[] }

export interface RegistryErrorOptions {
  /** What the person can do about it. */
  fix?: string | undefined
  cause?: unknown
  details?: ErrorDetails
}

/** The one error class of this package: `code` for programs, `message` for people, `fix` where one is known. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: ErrorDetails | undefined

  constructor(code: ErrorCode, message: string, options: RegistryErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.details = options.details
  }
}
