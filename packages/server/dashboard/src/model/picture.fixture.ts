import type { Insight, SpanRow, StepRow, StepStatus } from '../api/answers.ts'

/** A row of a step: what is not given is as of a step that has not begun. */
export function rowOf(name: string, index: number, more: { item?: boolean; status?: StepStatus; attempts?: number; started?: number; ended?: number; spans?: SpanRow[] } = {}): StepRow {
  const { item = false, status = 'waiting', attempts = 0, started = null, ended = null, spans = [] } = more
  return [name, index, item, status, attempts, null, started, ended, spans]
}

/** An answer about a run of these steps. */
export function insightOf(steps: StepRow[], more: Partial<Insight> = {}): Insight {
  return {
    run_id: 'run_1', seq: 10, since: 0, name: 'demo', description: null, status: 'running', queued: false, abandoned: false, paused: null, cancelling: null,
    created_at: '2026-01-31T08:00:00.000Z', ended_at: null, until: 100, recipe: null, parent: null, error: null, failed_step: null, counts: {},
    facts: { plan_hash: 'p', params: {}, options: {}, versions: {}, packages: {}, code: {}, git: null, seed: 1, time: '2026-01-31T08:00:00.000Z', request: null, origin: null, imported_from: null },
    failures: [], failures_count: 0, approvals: [], inner_runs: [], peak: 1, busy_ms: 0, running: [], halts: [], path: [], artifacts_count: 0,
    step_count: steps.length, at: null, steps, ...more,
  }
}
