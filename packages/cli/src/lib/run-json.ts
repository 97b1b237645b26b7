import type { RunView, StepState } from '@lorc/runner'

/** A run as `--json` shows it: snake_case, times in ISO 8601. */
export function runJson(view: RunView): object {
  return {
    run_id: view.runId,
    name: view.name,
    status: view.status,
    abandoned: view.abandoned,
    created_at: iso(view.createdAt),
    ended_at: iso(view.endedAt),
    recipe: view.recipe,
    params: view.params,
    failed_step: view.failedStep,
    error: view.error,
    ctx_keys: [...view.context.keys()].sort(),
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
    metrics:
      metrics === null
        ? null
        : {
            wall_ms: metrics.wallMs,
            cpu_user_ms: metrics.cpuUserMs,
            cpu_system_ms: metrics.cpuSystemMs,
            peak_rss_bytes: metrics.peakRssBytes,
            exit_code: metrics.exitCode,
          },
    outputs: step.outputs,
    artifacts: step.artifacts,
    error: step.error,
    blocked_by: step.blockedBy,
    reason: step.reason,
    cached: step.cached,
    imported_from: step.importedFrom,
  }
}

function iso(unixMs: number | null): string | null {
  return unixMs === null ? null : new Date(unixMs).toISOString()
}
