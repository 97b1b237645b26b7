import type { RunView, StepState } from '@lorc/runner'
import { lengthOf, type RunTimeline, type StepTimeline } from '@lorc/runner/insight'
import type { StepRow, Stretch } from './report-data.ts'

/** Waits this short are the scheduler's own: they are not drawn. */
const SHORTEST_WAIT = 2

/** A row for each step, in the plan's order, items after their step. */
export function stepRows(view: RunView, timeline: RunTimeline, mask: (text: string) => string): StepRow[] {
  const states = new Map(view.steps.map((state) => [state.name, state]))
  return timeline.steps.map((line) => rowOf(view, line, timeline, states.get(line.name), mask))
}

function rowOf(view: RunView, line: StepTimeline, timeline: RunTimeline, state: StepState | undefined, mask: (text: string) => string): StepRow {
  const definition = view.plan.steps[line.index]
  const at = (ts: number): number => Math.max(0, ts - timeline.createdAt)
  const ran = line.spans.filter(({ kind }) => kind === 'ran' || kind === 'items')
  const { metrics } = state ?? {}
  const cpu = metrics?.cpuUserMs == null ? null : metrics.cpuUserMs + (metrics.cpuSystemMs ?? 0)
  const error = line.status === 'completed' || line.status === 'skipped' ? null : state?.error
  return {
    name: line.name,
    type: definition?.type ?? '',
    status: line.status,
    attempts: line.attempts,
    ...some('ready', line.readyAt === null ? null : at(line.readyAt)),
    ...some('from', line.startedAt === null ? null : at(line.startedAt)),
    ...some('to', line.endedAt === null ? null : at(line.endedAt)),
    ...some('took', ran.length === 0 ? null : ran.reduce((sum, span) => sum + lengthOf(span, timeline.until), 0)),
    spans: line.spans.flatMap((span): Stretch[] => {
      const to = span.to ?? timeline.until
      if (span.kind === 'ran') return [{ kind: 'ran', from: at(span.from), to: at(to), ...(span.end && { end: span.cached ? 'cached' : span.end }), attempt: span.attempt }]
      if (to - span.from < SHORTEST_WAIT) return []
      return [{ kind: span.kind, from: at(span.from), to: at(to), ...('by' in span && span.by !== null && { by: span.by }) }]
    }),
    ...some('after', line.after),
    ...some('itemOf', line.itemOf),
    ...some('phase', definition?.phase === 'main' ? null : definition?.phase),
    ...some('blockedBy', state?.blockedBy),
    ...some('reason', state?.reason == null ? null : mask(state.reason)),
    ...(state?.cached ? { cached: true as const } : {}),
    ...some('importedFrom', state?.importedFrom),
    ...some('childRun', state?.childRun),
    ...some('cpuMs', cpu),
    ...some('rssBytes', metrics?.peakRssBytes),
    ...some('exitCode', metrics?.exitCode),
    ...some('error', error && { code: error.code, message: mask(error.message), ...some('fix', error.fix) }),
    ...some('outputs', state && state.outputs.length > 0 ? state.outputs : null),
    ...some('files', state && state.artifacts.length > 0 ? state.artifacts.map(({ path }) => path) : null),
  }
}

/** The field, where there is a value for it. */
function some<K extends string, V>(key: K, value: V | null | undefined): { [key in K]?: V } {
  return (value == null ? {} : { [key]: value }) as { [key in K]?: V }
}
