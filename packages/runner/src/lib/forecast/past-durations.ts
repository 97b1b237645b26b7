import { parseItemName } from '../plan/step-names.ts'
import type { AttemptRecord, RunStore } from '../store.ts'

const RUNS = 20
/** Attempts that are looked at, however many steps a plan has: what keeps the look cheap. */
const ATTEMPTS_MAX = 40_000

/** What a step took in past runs. */
export interface PastDuration {
  /** Of the attempts that completed, milliseconds. Of a `for_each` step: from its first item's start to its last's end. */
  medianMs: number
  /** Attempts (of a `for_each` step: runs) that the median is of. */
  samples: number
  /** Of a `for_each` step: the median number of its items, and the median of what one took, milliseconds. */
  items?: { count: number; medianMs: number }
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
  const each = new Map<string, number[]>()
  const attempts = await store.attempts({ name, limit })
  // The newest runs come first, each from its end: of the last one, what it began with may be missing.
  const cut = attempts.length < limit ? undefined : attempts[limit - 1]!.runId
  for (const attempt of attempts) {
    const item = parseItemName(attempt.step)
    const ms = attempt.metrics?.wallMs ?? attempt.endedAt - attempt.startedAt
    if (item) widen(spans, item, attempt)
    if (attempt.status === 'completed') add(item ? each : taken, item?.step ?? attempt.step, ms)
  }
  const counts = new Map<string, number[]>()
  for (const { runId, step, from, to, count, seen } of spans.values()) {
    add(counts, step, count)
    if (seen > 0) add(taken, step, runId === cut ? ((to - from) * count) / seen : to - from)
  }
  return new Map([...taken].map(([step, ms]) => [step, { medianMs: median(ms), samples: ms.length, ...itemsOf(step) }]))

  function itemsOf(step: string): Pick<PastDuration, 'items'> {
    const ms = each.get(step)
    return ms ? { items: { count: median(counts.get(step)!), medianMs: median(ms) } } : {}
  }
}

/** Of a list that is not empty; the upper one of two middles. Sorts the list. */
function median(list: number[]): number {
  return list.sort((a, b) => a - b)[list.length >> 1] as number
}

/** The items of one step in one run. */
interface Span {
  runId: string
  step: string
  /** From the first start to the last end of those that completed. */
  from: number
  to: number
  /** Items in all, and those that completed. */
  count: number
  seen: number
}

function widen(spans: Map<string, Span>, { step, ordinal }: { step: string; ordinal: number }, attempt: AttemptRecord): void {
  const { runId, status, startedAt, endedAt } = attempt
  const key = `${runId} ${step}`
  let span = spans.get(key)
  if (span === undefined) spans.set(key, (span = { runId, step, from: Infinity, to: -Infinity, count: 0, seen: 0 }))
  span.count = Math.max(span.count, ordinal + 1)
  if (status !== 'completed') return
  span.seen++
  span.from = Math.min(span.from, startedAt)
  span.to = Math.max(span.to, endedAt)
}

function add(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
