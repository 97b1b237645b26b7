import type { EventData, RecordedError } from '../events.ts'
import type { RunFold } from '../run-state/run-fold.ts'

/** How a run ends, as its journal says it; `failedStep` null: no step failed it, but a time limit. */
export function runEnd(fold: RunFold, status: 'completed' | 'failed' | 'cancelled', failedStep: string | null): EventData {
  const { cancel } = fold
  if (status === 'completed') return { type: 'run.completed' }
  if (status === 'cancelled') return { type: 'run.cancelled', by: cancel!.by, reason: cancel!.reason }
  const error = failedStep === null ? overLimit(fold) : fold.step(failedStep).error
  return { type: 'run.failed', step: failedStep, error: error ?? { code: 'RUN_INTERNAL', message: status } }
}

function overLimit({ cancel }: RunFold): RecordedError | undefined {
  if (cancel?.code === undefined) return undefined
  const limit = { code: cancel.code, message: cancel.reason }
  if (cancel.code !== 'RUN_DEADLINE') return limit
  return { ...limit, fix: "Start it anew: the deadline counts from a run's creation, so a resume of this one would end at once." }
}
