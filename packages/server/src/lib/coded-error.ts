import type { JsonObject } from '@lorc/runner'

/** Families of coded errors, by name: one may come from another copy of its package. */
const FAMILIES: ReadonlySet<string> = new Set(['ServerError', 'RunnerError', 'ContextError', 'EventError', 'RegistryError'])

export interface CodedError extends Error {
  readonly code: string
  readonly fix?: string | undefined
  readonly details?: JsonObject | undefined
}

/** Whether an error says what it is. */
export function isCodedError(error: unknown): error is CodedError {
  return error instanceof Error && FAMILIES.has(error.name) && 'code' in error
}
