import type { JsonObject, RecordedError } from '@lorc/runner'
import type { MODULE_ERRORS } from '../errors/module.ts'

export type ModuleErrorCode = keyof typeof MODULE_ERRORS

/** What a call of a module failed with, as the step records it. `details` holds the module's answer where there is one. */
export class ModuleFault extends Error {
  override readonly name = 'ModuleFault'
  readonly code: ModuleErrorCode
  readonly fix: string | undefined
  readonly details: JsonObject

  constructor(code: ModuleErrorCode, message: string, details: JsonObject, { fix, cause }: { fix?: string; cause?: unknown } = {}) {
    super(message, { cause })
    this.code = code
    this.fix = fix
    this.details = details
  }

  recorded(): RecordedError {
    const { code, message, fix, details } = this
    return { code, message, ...(fix !== undefined && { fix }), details }
  }
}

/** Codes that another attempt may pass. */
export const TRANSIENT_CODES: readonly ModuleErrorCode[] = ['MODULE_UNREACHABLE', 'MODULE_TIMEOUT', 'MODULE_UNAVAILABLE']
