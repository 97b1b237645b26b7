import type { RunView, StepState } from '@lorc/runner'
import { snakeCased } from '../snake-case.ts'

/** A run as `--json` shows it: snake_case, times in ISO 8601. */
export function runJson(view: RunView): object {
  return {
    run_id: view.runId,
    name: view.name,
    status: view.status,
    abandoned: view.abandoned,
    paused: view.paused === null ? null : { by: view.paused.by, reason: view.paused.reason, at: iso(view.paused.at) },
    cancelling: view.cancelling,
    parent: view.parent === null ? null : { run_id: view.parent.runId, step: view.parent.step },
    created_at: iso(view.createdAt),
    ended_at: iso(view.endedAt),
    recipe: view.recipe,
    params: view.params,
    failed_step: view.failedStep,
    error: view.error === null ? null : snakeCased(view.error),
    ctx_keys: [...view.context.keys()].filter((key) => !key.startsWith('_runner.')).sort(),
    steps: view.steps.map(stepJson),
  }
}

function stepJson(step: StepState): object {
  const { metrics } = step
  return {
    name: step.name,
    status: step.status,
    attempts: step.attempts,
    started_at: iso(step.startedAt),
    ended_at: iso(step.endedAt),
    metrics: metrics === null ? null : snakeCased(metrics),
    outputs: step.outputs,
    // As the step's code has it: no name of it is ours.
    meta: step.meta,
    artifacts: step.artifacts,
    error: step.error === null ? null : snakeCased(step.error),
    blocked_by: step.blockedBy,
    reason: step.reason,
    cached: step.cached,
    imported_from: step.importedFrom,
    items: step.items,
    item_of: step.itemOf,
    child_run: step.childRun,
    approval: approvalJson(step.approval),
  }
}

function approvalJson(approval: StepState['approval']): object | null {
  if (approval === null) return null
  const { message, by, requestedAt, expiresAt, decision } = approval
  return {
    message,
    by,
    requested_at: iso(requestedAt),
    expires_at: iso(expiresAt),
    decision: decision === null ? null : { approved: decision.approved, by: decision.by, reason: decision.reason, at: iso(decision.at) },
  }
}

function iso(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString()
}
