import type { RunOrigin, RunSummary } from '@lorc/runner'
import type { PathStep, RunTimeline, Span, StepTimeline } from '@lorc/runner/insight'
import type * as z from 'zod'
import { errorAnswer } from '../answers/run-answer.ts'
import { timeOrNull, timeText } from '../answers/time-text.ts'
import type { insightSchema } from '../contract/run-insight.ts'
import type { RunLens } from './run-lens.ts'

export type Insight = z.output<typeof insightSchema>
export type StepRow = NonNullable<Insight['steps']>[number]
export type SpanRow = StepRow[8][number]

/** Below this many steps all are told each time. */
const FEW_STEPS = 500
const MOST_FAILURES = 50
const MOST_NAMES = 20
const MOST_INNER_RUNS = 20
const MOST_POINTS = 600
/** Waits this short are the scheduler's own. */
const TELLING_MS = 1

export interface InsightOptions {
  turn: Pick<Insight, 'queued' | 'abandoned'>
  since: number
  /** `few`: no more than may be told each time. */
  steps: 'all' | 'few'
}

/** What the first screen of a run shows. O(steps). */
export function insightAnswer(lens: RunLens, { parent, error }: Pick<RunSummary, 'parent' | 'error'>, { turn, since, steps: wanted }: InsightOptions): Insight {
  const { fold, plan } = lens
  const { timeline, atOnce, story, inner, artifacts } = lens.story()
  const { createdAt } = timeline
  const all = since === 0 || since <= lens.shapedAt || since > lens.seq || timeline.steps.length <= FEW_STEPS
  const at = all ? null : changedSince(lens, timeline, since)
  const lines = at === null ? timeline.steps : at.map((position) => timeline.steps[position]!)
  const isTold = wanted === 'all' || timeline.steps.length <= FEW_STEPS
  return {
    run_id: fold.runId,
    seq: lens.seq,
    since: all ? 0 : since,
    name: fold.name,
    description: plan.description ?? null,
    status: fold.status,
    ...turn,
    paused: fold.paused && { by: fold.paused.by, reason: fold.paused.reason, at: timeText(fold.paused.at) },
    cancelling: fold.status === 'running' && fold.cancel ? { by: fold.cancel.by, reason: fold.cancel.reason } : null,
    created_at: timeText(createdAt),
    ended_at: timeOrNull(fold.endedAt),
    until: timeline.until - createdAt,
    recipe: fold.recipe,
    parent: parent && { run_id: parent.runId, step: parent.step },
    error: error && errorAnswer(error),
    failed_step: fold.failedStep,
    counts: countsOf(timeline),
    facts: factsOf(lens),
    failures: story.failures.slice(0, MOST_FAILURES).map(({ blocks, error: why, at: when, ...failure }) => ({
      ...failure,
      at: when - createdAt,
      error: errorAnswer(why),
      blocks: blocks.slice(0, MOST_NAMES),
      blocks_count: blocks.length,
    })),
    failures_count: story.failures.length,
    approvals: story.approvals.map(({ step, approval: { message, by, requestedAt, expiresAt } }) => ({
      step,
      message,
      by,
      requested_at: timeText(requestedAt),
      expires_at: timeOrNull(expiresAt),
    })),
    inner_runs: fold.status === 'running' ? inner.slice(0, MOST_INNER_RUNS) : [],
    peak: story.peak,
    busy_ms: story.busyMs,
    running: thinned(atOnce.points).map(({ at: when, running }): [number, number] => [when - createdAt, running]),
    halts: timeline.halts.map(({ from, to, ...halt }) => ({ ...halt, from: from - createdAt, to: to === null ? null : to - createdAt })),
    path: pathRows(story.path, timeline),
    artifacts_count: artifacts,
    step_count: timeline.steps.length,
    at: isTold ? at : null,
    steps: isTold ? lines.map((line) => stepRow(line, createdAt)) : null,
  }
}

function factsOf({ fold: { planHash, params, provenance } }: RunLens): Insight['facts'] {
  const { options, versions, packages, code, git, seed, time, request, importedFrom } = provenance
  return {
    plan_hash: planHash,
    params,
    options: { ...options },
    versions,
    packages,
    code,
    git,
    seed,
    time: timeText(time),
    request,
    origin: originOf(provenance.origin),
    imported_from: importedFrom,
  }
}

function originOf(origin: RunOrigin | null): Insight['facts']['origin'] {
  switch (origin?.type) {
    case undefined:
      return null
    case 'rerun':
    case 'replay':
      return { type: origin.type, run_id: origin.runId }
    case 'schedule':
      return { type: origin.type, recipe: origin.recipe, at: timeText(origin.at) }
  }
}

function changedSince(lens: RunLens, timeline: RunTimeline, since: number): number[] {
  return timeline.steps.flatMap(({ name }, position) => ((lens.eventsOf(name)?.last ?? -1) >= since ? [position] : []))
}

function stepRow(line: StepTimeline, createdAt: number): StepRow {
  const since = (at: number | null): number | null => (at === null ? null : at - createdAt)
  const { name, index, itemOf, status, attempts, readyAt, startedAt, endedAt, spans } = line
  return [name, index, itemOf !== null, status, attempts, since(readyAt), since(startedAt), since(endedAt), spanRows(spans, createdAt)]
}

export function spanRows(spans: readonly Span[], createdAt: number): SpanRow[] {
  return spans.filter(isTelling).map((span): SpanRow => {
    const from = span.from - createdAt
    const to = span.to === null ? null : span.to - createdAt
    if (span.kind === 'ran') return ['ran', from, to, span.attempt, span.cached ? 'cached' : span.end]
    return [span.kind, from, to, span.kind === 'items' ? null : span.by, null]
  })
}

function isTelling({ kind, from, to }: Span): boolean {
  return kind === 'ran' || to === null || to - from >= TELLING_MS
}

function countsOf(timeline: RunTimeline): Insight['counts'] {
  const counts: Insight['counts'] = {}
  for (const { status } of timeline.steps) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function pathRows(path: readonly PathStep[], timeline: RunTimeline): Insight['path'] {
  const positions = new Map(path.map(({ step }) => [step, -1]))
  for (const [position, { name }] of timeline.steps.entries()) if (positions.has(name)) positions.set(name, position)
  return path.map(({ step, ranMs, waitedMs }) => [positions.get(step) ?? -1, ranMs, waitedMs])
}

/** So few points that a picture shows them all; of those left out, the highest decides. */
function thinned<Point extends { running: number }>(points: readonly Point[]): Point[] {
  const size = Math.ceil(points.length / MOST_POINTS)
  if (size <= 1) return [...points]
  const kept: Point[] = []
  for (let first = 0; first < points.length; first += size) {
    kept.push(points.slice(first, first + size).reduce((highest, point) => (point.running > highest.running ? point : highest)))
  }
  return kept
}
