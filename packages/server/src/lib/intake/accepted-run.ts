import type { RunResult } from '@lorc/runner'

/** A run that was taken in: it is durable, and will be driven to its end. */
export interface AcceptedRun {
  readonly runId: string
  /** False: the same was asked for before, under the same idempotency key; this is that run. */
  readonly isNew: boolean
  /** Resolves when the run has ended, failed and cancelled runs too; rejects when it cannot be driven here any further. */
  readonly result: Promise<RunResult>
}
