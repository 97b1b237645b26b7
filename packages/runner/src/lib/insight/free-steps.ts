import { phasesBefore, type Phase, type PlanOrder } from './plan-order.ts'
import type { Halt, Span } from './run-timeline.ts'
import type { Track } from './step-track.ts'

/** Steps that wait though nothing that they wait for is left, `all` holding the items too. O(steps + edges). */
export function freeSteps(order: PlanOrder, tracks: readonly Track[], all: readonly Track[]): Track[] {
  const open = openStages(order, tracks)
  return all.filter((step) => {
    const { index, itemOf, status, spans } = step.line
    if (status !== 'waiting' || spans.at(-1)?.to === null) return false
    if (itemOf !== null) return tracks[index]?.line.status === 'running'
    const phase = order.phase[index]
    if (phase === undefined || open[phase] < 0) return false
    const needs = order.needs[index]
    return needs ? needs.every((need) => letsGoOn(tracks[need]!, order)) : order.plan.steps[index]!.stage <= open[phase]
  })
}

/** Whether what waits for the step may go on. */
export function letsGoOn({ line: { status, index } }: Track, order: PlanOrder): boolean {
  if (status === 'failed') return order.plan.steps[index]?.continueOnError === true
  return status === 'completed' || status === 'skipped'
}

/** What a step that is free waits for, as far as the journal tells. */
export function openWait(step: Track, parent: Track | undefined, { plan }: PlanOrder, halt: Halt | undefined): Span {
  const { line, retryAt, group } = step
  const ready = line.readyAt ?? 0
  if (halt) return { kind: halt.kind, from: Math.max(ready, halt.from), to: null, by: halt.by }
  if (retryAt !== null) return { kind: 'retry', from: line.endedAt ?? ready, to: null, by: null }
  if (group !== null) return { kind: 'group', from: group.at, to: null, by: group.name }
  const max = parent && plan.steps[line.index]?.forEach?.maxParallel
  return { kind: max !== undefined && parent!.running >= max ? 'parallel' : 'slot', from: ready, to: null, by: null }
}

/** Of each phase, the highest stage whose barrier is open; -1: the phase has not begun. */
function openStages(order: PlanOrder, tracks: readonly Track[]): Record<Phase, number> {
  const going = new Set(tracks.flatMap(({ line: { status } }, index) => (status === 'waiting' || status === 'running' ? [order.phase[index]!] : [])))
  const first = (phase: Phase): number => (phasesBefore(phase).some((earlier) => going.has(earlier)) ? -1 : order.stages)
  const open = { main: order.stages, on_success: first('on_success'), on_failure: first('on_failure'), always: first('always') }
  for (const [index, step] of tracks.entries()) {
    const phase = order.phase[index]!
    if (!letsGoOn(step, order)) open[phase] = Math.min(open[phase], order.plan.steps[index]!.stage)
  }
  return open
}
