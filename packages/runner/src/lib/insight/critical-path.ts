import { lengthOf, type RunTimeline, type StepTimeline } from './run-timeline.ts'

/** A step on the critical path. Times are Unix milliseconds. */
export interface PathStep {
  step: string
  from: number
  to: number
  /** Milliseconds in which one of its attempts ran. */
  ranMs: number
  /** Milliseconds for which it stood still: retry delays, slots, groups, pauses, approvals. */
  waitedMs: number
}

/**
 * The chain of steps that made the run take as long as it took, in the order of time: from the step that ended last,
 * back to whom each one waited for last. It begins anew where the run was resumed. Of a `for_each` step it goes through
 * the item that ended last.
 */
export function criticalPath(timeline: RunTimeline): PathStep[] {
  const lines = new Map(timeline.steps.map((line) => [line.name, line]))
  const lastItems = new Map<string, StepTimeline>()
  let last: StepTimeline | undefined
  for (const line of timeline.steps) {
    if (!didSomething(line)) continue
    if (line.itemOf !== null && endOf(line, timeline) >= endOf(lastItems.get(line.itemOf), timeline)) lastItems.set(line.itemOf, line)
    if (line.itemOf === null && endOf(line, timeline) >= endOf(last, timeline)) last = line
  }
  const path: PathStep[] = []
  const seen = new Set<StepTimeline>()
  for (let line = last; line !== undefined && !seen.has(line); ) {
    seen.add(line)
    const item: StepTimeline | undefined = line.items === null ? undefined : lastItems.get(line.name)
    const shown = item ?? line
    if (didSomething(shown)) path.push(pathStep(shown, timeline))
    line = line.after === null ? undefined : lines.get(line.after)
  }
  return path.reverse()
}

function pathStep(line: StepTimeline, timeline: RunTimeline): PathStep {
  const from = line.readyAt ?? line.startedAt ?? timeline.createdAt
  const sum = { ran: 0, waited: 0 }
  for (const span of line.spans) {
    if ((span.to ?? timeline.until) <= from && span.from < from) continue
    sum[span.kind === 'ran' || span.kind === 'items' ? 'ran' : 'waited'] += lengthOf(span, timeline.until)
  }
  return { step: line.name, from, to: endOf(line, timeline), ranMs: sum.ran, waitedMs: sum.waited }
}

function didSomething(line: StepTimeline): boolean {
  return line.startedAt !== null
}

function endOf(line: StepTimeline | undefined, timeline: RunTimeline): number {
  return line === undefined ? Number.NEGATIVE_INFINITY : (line.endedAt ?? timeline.until)
}
