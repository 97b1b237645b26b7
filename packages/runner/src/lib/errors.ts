import { HTTP_ERRORS } from './errors/http.ts'
import { RECIPE_ERRORS } from './errors/recipe.ts'
import { RECORD_ERRORS } from './errors/record.ts'
import { RUN_ERRORS } from './errors/run.ts'
import { SECRET_ERRORS } from './errors/secret.ts'
import { STEP_ERRORS } from './errors/step.ts'
import { STORE_ERRORS } from './errors/store.ts'
import { WORKSPACE_ERRORS } from './errors/workspace.ts'
import type { JsonObject } from './json.ts'

/** Every code that this package reports, with its meaning. `docs/errors.md` lists the same codes. */
export const ERROR_CODES = {
  ...HTTP_ERRORS,
  ...RECIPE_ERRORS,
  ...RECORD_ERRORS,
  ...RUN_ERRORS,
  ...SECRET_ERRORS,
  ...STEP_ERRORS,
  ...STORE_ERRORS,
  ...WORKSPACE_ERRORS,
} as const

export type ErrorCode = keyof typeof ERROR_CODES

export interface RunnerErrorOptions {
  /** What the person can do about it. */
  fix?: string
  cause?: unknown
  details?: JsonObject
}

/** The one error class of the runner: `code` for programs, `message` for people, `fix` where one is known. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError'
  readonly code: ErrorCode
  readonly fix: string | undefined
  readonly details: JsonObject | undefined

  constructor(code: ErrorCode, message: string, options: RunnerErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fix = options.fix
    this.details = options.details
  }

  /** Makes a RunnerError of anything thrown; a RunnerError is returned as it is. */
  static from(error: unknown, code: ErrorCode): RunnerError {
    if (error instanceof this) return error
    const message = error instanceof Error ? error.message : String(error)
    return new this(code, message, { cause: error })
  }
}
