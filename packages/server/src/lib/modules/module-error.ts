import type { JsonObject } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import type { MODULE_ERRORS } from '../errors/module.ts'

export type ModuleErrorCode = keyof typeof MODULE_ERRORS

/** Codes that another attempt may pass. */
export const TRANSIENT_CODES: readonly ModuleErrorCode[] = ['MODULE_UNREACHABLE', 'MODULE_TIMEOUT', 'MODULE_UNAVAILABLE']

export interface ModuleErrorOptions {
  fix?: string | undefined
  cause?: unknown
  /** Beside the module's name: what it answered, as far as an error shows it. */
  details?: JsonObject
}

/** What a call of a module failed with, as the step records it. */
export function moduleError(code: ModuleErrorCode, module: string, message: string, { fix, cause, details }: ModuleErrorOptions = {}): ServerError {
  return new ServerError(code, message, { ...(fix !== undefined && { fix }), cause, details: { module, ...details } })
}
