import type { ErrorCode } from './errors.ts'
import type { JobLocation, ParamsSchema } from './job-registry.ts'

/** What the thread that loads a module is told. */
export type ProbeOrder = Pick<JobLocation, 'package' | 'job' | 'file' | 'export' | 'dir'>

/** What a job says of itself once its module is loaded. */
export interface Probed {
  summary?: string
  /** Undefined: the library of its schema cannot tell. */
  params?: ParamsSchema
  /** What came out of asking the schema, where its library cannot tell. */
  asked?: ParamsSchema
  /** Attempts in all, and milliseconds before the second. */
  retry: { max: number; delayMs: number }
  timeoutMs?: number
  /** What loading it brought in. */
  imports: Imports
}

export interface Imports {
  /** Files of the package, absolute. */
  files: string[]
  /** Names of the packages that these files import. */
  packages: string[]
}

export type ProbeAnswer = { probed: Probed } | { error: { code: ErrorCode; message: string; fix: string | undefined } }
