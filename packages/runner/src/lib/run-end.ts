import type { EventData } from './events.ts'
import type { RunFold } from './run-fold.ts'

/** How a run ends, as its journal says it; `failedStep` null: no step failed it, but a time limit. */
export function runEnd(fold: RunFold, status: 'completed' | 'failed' | 'cancelled', failedStep: string | null): EventData {
  const { cancel } = fold
  if (status === 'completed') return { type: 'run.completed' }
  if (status === 'cancelled') return { type: 'run.cancelled', by: cancel!.by, reason: cancel!.reason }
  const limit = cancel?.code === undefined ? undefined : { code: cancel.code, message: cancel.reason }
  const error = failedStep === null ? limit : fold.step(failedStep).error
  return { type: 'run.failed', step: failedStep, error: error ?? { code: 'RUN_INTERNAL', message: status } }
}
