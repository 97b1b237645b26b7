import type { Span, StepTimeline } from './run-timeline.ts'

/** What the fold remembers of a step besides its timeline. */
export interface Track {
  line: StepTimeline
  /** Attempts, of all steps, that had ended when this one did, or (`for_each`) was expanded. */
  endsBefore: number
  retryAt: number | null
  group: { name: string; at: number } | null
  /** The drive of its last attempt; -1: none. */
  drive: number
  resetAt: number
  /** Of a `for_each` step: items that run now. */
  running: number
}

export function newTrack(name: string, index: number, itemOf: string | null): Track {
  const line: StepTimeline = {
    name,
    index,
    itemOf,
    items: null,
    status: 'waiting',
    readyAt: null,
    after: null,
    startedAt: null,
    endedAt: null,
    attempts: 0,
    spans: [],
  }
  return { line, endsBefore: 0, retryAt: null, group: null, drive: -1, resetAt: 0, running: 0 }
}

/** It is open again: nothing of what became of it counts, but its spans are kept. */
export function reopen(step: Track): void {
  Object.assign(step.line, { status: 'waiting', readyAt: null, after: null, startedAt: null, endedAt: null })
  Object.assign(step, { retryAt: null, group: null, running: 0 })
}

/** A person had it run again. */
export function reset(step: Track, ts: number): void {
  reopen(step)
  step.resetAt = ts
}

/** Ends the last span if it goes on and is of one of the kinds. */
export function closeLast(line: StepTimeline, kinds: readonly Span['kind'][], ts: number, by: string | null): void {
  const span = line.spans.at(-1)
  if (span?.to !== null || !kinds.includes(span.kind)) return
  span.to = ts
  if (by !== null && 'by' in span) span.by = by
}

/** Of two steps that ended, the one that did last. */
export function later(a: Track | undefined, b: Track | undefined): Track | undefined {
  if (b?.line.endedAt == null) return a
  return a?.line.endedAt == null || b.line.endedAt >= a.line.endedAt ? b : a
}
