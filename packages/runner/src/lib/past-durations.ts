import { parseItemName } from './step-names.ts'
import type { AttemptRecord, RunStore } from './store.ts'

const RUNS = 20
/** Attempts that are looked at, however many steps a plan has: what keeps the look cheap. */
const ATTEMPTS_MAX = 40_000

/** What a step took in past runs. */
export interface PastDuration {
  /** Of the attempts that completed, milliseconds. Of a `for_each` step: from its first item's start to its last's end. */
  medianMs: number
  /** Attempts (of a `for_each` step: runs) that the median is of. */
  samples: number
}

/**
 * What the steps of the plan of this name took in its last `runs` (about that many, default 20; fewer where `steps`, the number of its
 * steps, is large), by the step's name. What came from the cache or did not complete does not count. Costs the same
 * however many runs are kept.
 */
export async function pastDurations(store: RunStore, name: string, steps: number, runs = RUNS): Promise<Map<string, PastDuration>> {
  const limit = Math.min(ATTEMPTS_MAX, Math.max(50 * runs, runs * steps))
  const taken = new Map<string, number[]>()
  const spans = new Map<string, Span>()
  for (const attempt of await store.attempts({ name, limit })) {
    if (attempt.status !== 'completed') continue
    const parent = parseItemName(attempt.step)?.step
    if (parent === undefined) add(taken, attempt.step, attempt.metrics?.wallMs ?? attempt.endedAt - attempt.startedAt)
    else widen(spans, parent, attempt)
  }
  for (const { step, from, to } of spans.values()) add(taken, step, to - from)
  return new Map([...taken].map(([step, ms]) => [step, { medianMs: median(ms), samples: ms.length }]))
}

/** Of a list that is not empty; the upper one of two middles. Sorts the list. */
function median(list: number[]): number {
  return list.sort((a, b) => a - b)[list.length >> 1] as number
}

/** The items of one step in one run. */
interface Span {
  step: string
  from: number
  to: number
}

function widen(spans: Map<string, Span>, step: string, { runId, startedAt, endedAt }: AttemptRecord): void {
  const key = `${runId} ${step}`
  const span = spans.get(key)
  if (span === undefined) spans.set(key, { step, from: startedAt, to: endedAt })
  else {
    span.from = Math.min(span.from, startedAt)
    span.to = Math.max(span.to, endedAt)
  }
}

function add(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
