import type { CacheParts } from '../cache/cache-parts.ts'
import type { PlanStep } from '../plan.ts'
import type { CacheEntry } from '../store.ts'

/** A part of what a result was made from that differs from an earlier one; null: that one does not have it. */
export interface Difference {
  part: string
  before: string | null
  now: string | null
}

/** A run whose result was kept. `at`: Unix milliseconds. */
export interface KeptBy {
  runId: string
  at: number
}

/**
 * Why a step was or was not taken from the cache. `off`: it asks for no cache. `hit`: it was, from the run that kept
 * the result (null: no longer known). `first`: nothing had been kept. `changed`: of what had been kept, the result that
 * is nearest differs in these. `files`: nothing differs, so a file that it left was gone or altered. `unknown`: it left no
 * result that could be compared, for it did not complete, or that has been removed.
 */
export type CacheVerdict =
  | { kind: 'off' }
  | { kind: 'hit'; from: KeptBy | null }
  | { kind: 'first' }
  | { kind: 'changed'; nearest: KeptBy; differences: Difference[] }
  | { kind: 'files'; nearest: KeptBy }
  | { kind: 'unknown' }

/** Compares what a run kept of a step with what had been kept before it; `entries` are the step's, in any order. */
export function cacheVerdict(
  step: PlanStep,
  { runId, key, ranAt }: { runId: string; /** Of the hit, if it was one. */ key: string | null; /** When the step ran. */ ranAt: number | null },
  entries: readonly CacheEntry[],
): CacheVerdict {
  if (step.cache === undefined) return { kind: 'off' }
  const newest = [...entries].sort((a, b) => b.createdAt - a.createdAt)
  if (key !== null) {
    const from = newest.find((entry) => entry.key === key && entry.createdAt <= (ranAt ?? entry.createdAt) && entry.runId !== runId)
    return { kind: 'hit', from: from ? keptBy(from) : null }
  }
  const own = newest.find((entry) => entry.runId === runId)
  if (own === undefined) return { kind: 'unknown' }
  const [nearest] = newest
    .filter((entry) => entry.runId !== runId && entry.createdAt <= own.createdAt)
    .map((entry) => ({ entry, differences: differencesOf(partsOf(entry), partsOf(own)) }))
    .sort((a, b) => a.differences.length - b.differences.length)
  if (nearest === undefined) return { kind: 'first' }
  const by = keptBy(nearest.entry)
  return nearest.differences.length > 0 ? { kind: 'changed', nearest: by, differences: nearest.differences } : { kind: 'files', nearest: by }
}

function differencesOf(before: CacheParts, now: CacheParts): Difference[] {
  const parts = [...new Set([...Object.keys(now), ...Object.keys(before)])]
  return parts.filter((part) => before[part] !== now[part]).map((part) => ({ part, before: before[part] ?? null, now: now[part] ?? null }))
}

function partsOf({ value }: CacheEntry): CacheParts {
  return (value['parts'] ?? {}) as CacheParts
}

function keptBy({ runId, createdAt }: CacheEntry): KeptBy {
  return { runId, at: createdAt }
}
