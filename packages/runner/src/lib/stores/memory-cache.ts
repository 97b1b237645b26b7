import type { CacheEntry } from '../store.ts'

interface KeptEntry {
  key: string
  createdAt: number
  json: string
}

/** Results of steps, by plan and step, the newest last. */
export class MemoryCache {
  readonly #steps = new Map<string, KeptEntry[]>()

  put(entry: CacheEntry): void {
    const { planName, step, key, createdAt } = entry
    const place = placeOf(planName, step)
    const kept = this.#steps.get(place) ?? []
    kept.push({ key, createdAt, json: JSON.stringify(entry) })
    this.#steps.set(place, kept)
  }

  /** Newest first; of one key, or of all. */
  newest(planName: string, step: string, limit: number, key?: string): CacheEntry[] {
    const kept = this.#steps.get(placeOf(planName, step)) ?? []
    const found = key === undefined ? kept : kept.filter((entry) => entry.key === key)
    return found
      .slice(-limit)
      .reverse()
      .map(({ json }) => JSON.parse(json) as CacheEntry)
  }

  /** But for the newest `keep` of each step; returns how many. */
  removeBefore(before: number, keep: number): number {
    let removed = 0
    for (const [place, entries] of this.#steps) {
      const kept = entries.filter(({ createdAt }, at) => at >= entries.length - keep || createdAt >= before)
      removed += entries.length - kept.length
      if (kept.length > 0) this.#steps.set(place, kept)
      else this.#steps.delete(place)
    }
    return removed
  }
}

function placeOf(planName: string, step: string): string {
  return JSON.stringify([planName, step])
}
