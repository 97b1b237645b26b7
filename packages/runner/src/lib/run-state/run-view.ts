import type { RunView } from '../api.ts'
import type { LoadedRun } from './run-reader.ts'

/** A run as programs see it; `isDriven`: somebody drives it now. */
export function viewOf({ plan, fold, context, position }: LoadedRun, isDriven: boolean): RunView {
  return {
    runId: fold.runId,
    name: fold.name,
    status: fold.status,
    abandoned: fold.status === 'running' && !isDriven,
    events: position.length,
    createdAt: fold.createdAt,
    endedAt: fold.endedAt,
    plan,
    params: fold.params,
    recipe: fold.recipe,
    context,
    error: fold.error,
    failedStep: fold.failedStep,
    paused: fold.paused,
    cancelling: fold.status === 'running' && fold.cancel ? { by: fold.cancel.by, reason: fold.cancel.reason } : null,
    parent: fold.parent,
    provenance: fold.provenance,
    steps: fold.steps(),
  }
}
