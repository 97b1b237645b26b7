import type { RecordedError, RunSummary, RunView, StepState } from '@lorc/runner'
import type * as z from 'zod'
import { isScenario, moduleResults, planItems } from './scenario-answer.ts'
import { askingSteps } from './asking-steps.ts'
import { timeOrNull, timeText } from './time-text.ts'
import type { errorSchema } from '../contract/common-fields.ts'
import type { runItemSchema, runSchema, stepSchema } from '../contract/runs.ts'

type RunItem = z.input<typeof runItemSchema>
type Run = z.input<typeof runSchema>
type Step = z.input<typeof stepSchema>

/** What is known of a run that has not ended beyond its summary. */
export type GoingOn = Pick<RunView, 'status' | 'events' | 'abandoned' | 'paused' | 'steps'>

/** What is known of a run beyond its journal. */
interface Around {
  /** It waits in this service, or is driven here. */
  isOurs?: boolean
  /** A run of its steps waits for an approval. */
  waitsWithin?: boolean
}

/** A run as lists show it; `view` of one that goes on. */
export function runItem(run: RunSummary, view?: GoingOn, around: Around = {}): RunItem {
  return {
    run_id: run.runId,
    name: run.name,
    status: run.status,
    ...goingOn(view, around),
    created_at: timeText(run.createdAt),
    ended_at: timeOrNull(run.endedAt),
    recipe: run.recipe,
    parent: run.parent && { run_id: run.parent.runId, step: run.parent.step },
    step_count: run.steps,
    error: run.error && errorAnswer(run.error),
  }
}

/** A run with its steps, or without. */
export function runAnswer(view: RunView, { steps, ...around }: Around & { steps: boolean }): Run {
  const folder = `runs/${view.runId}/`
  return {
    run_id: view.runId,
    name: view.name,
    status: view.status,
    ...goingOn(view, around),
    created_at: timeText(view.createdAt),
    ended_at: timeOrNull(view.endedAt),
    recipe: view.recipe,
    parent: view.parent && { run_id: view.parent.runId, step: view.parent.step },
    params: view.params,
    seed: view.provenance.seed,
    time: timeText(view.provenance.time),
    request: view.provenance.request ?? null,
    ...(isScenario(view.plan) && { plan: planItems(view.plan), results: moduleResults(view.plan, view.context) }),
    failed_step: view.failedStep,
    error: view.error && errorAnswer(view.error),
    context_keys: [...view.context.keys()].filter((key) => !key.startsWith('_runner.')).sort(),
    artifacts_path: folder,
    logs_path: `${folder}logs.jsonl`,
    steps: steps ? view.steps.map(stepAnswer) : [],
  }
}

/** Whether a run waits for its turn, or for somebody to resume it: one that nobody drives waits for its turn where it is ours. */
export function turnOf({ status, events, abandoned }: Pick<RunView, 'status' | 'events' | 'abandoned'>, isOurs: boolean): Pick<Run, 'queued' | 'abandoned'> {
  return { queued: status === 'running' && (abandoned ? isOurs : events === 1), abandoned: abandoned && !isOurs }
}

function goingOn(view: GoingOn | undefined, { isOurs = false, waitsWithin = false }: Around): Pick<Run, 'queued' | 'abandoned' | 'paused' | 'waiting_for' | 'waits_within'> {
  if (!view) return { queued: false, abandoned: false, paused: null, waiting_for: [], waits_within: false }
  const { paused, steps } = view
  return {
    ...turnOf(view, isOurs),
    paused: paused && { by: paused.by, reason: paused.reason, at: timeText(paused.at) },
    waiting_for: askingSteps(steps).map(({ name }) => name),
    waits_within: waitsWithin,
  }
}

function stepAnswer(step: StepState): Step {
  const { metrics, approval } = step
  return {
    name: step.name,
    status: step.status,
    attempts: step.attempts,
    started_at: timeOrNull(step.startedAt),
    ended_at: timeOrNull(step.endedAt),
    metrics: metrics && {
      wall_ms: metrics.wallMs,
      cpu_user_ms: metrics.cpuUserMs,
      cpu_system_ms: metrics.cpuSystemMs,
      peak_rss_bytes: metrics.peakRssBytes,
      exit_code: metrics.exitCode,
    },
    outputs: step.outputs,
    artifacts: step.artifacts,
    meta: step.meta,
    error: step.error && errorAnswer(step.error),
    blocked_by: step.blockedBy,
    reason: step.reason,
    cached: step.cached,
    imported_from: step.importedFrom,
    items: step.items,
    item_of: step.itemOf,
    child_run: step.childRun,
    approval: approval && {
      message: approval.message,
      by: approval.by,
      requested_at: timeText(approval.requestedAt),
      expires_at: timeOrNull(approval.expiresAt),
      decision: approval.decision && { ...approval.decision, at: timeText(approval.decision.at) },
    },
  }
}

export function errorAnswer({ code, message, exitCode, fix, details }: RecordedError): z.input<typeof errorSchema> {
  return {
    code,
    message,
    ...(exitCode !== undefined && { exit_code: exitCode }),
    ...(fix !== undefined && { fix }),
    ...(details && { details }),
  }
}
