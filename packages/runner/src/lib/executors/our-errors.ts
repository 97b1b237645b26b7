import type { JsonObject } from '../json.ts'

/** Classes of lorc's own errors, also where they come from another copy of a package. */
const OURS = new Set(['CliError', 'EventError', 'RegistryError', 'RunnerError'])

/** Whether an error is one of lorc's own: it has a code, and its message says all there is to say. */
export function isOurs(thrown: unknown): thrown is Error & { code: string; details?: JsonObject } {
  try {
    return thrown instanceof Error && OURS.has(thrown.name) && typeof (thrown as { code?: unknown }).code === 'string'
  } catch {
    return false
  }
}
