import { loadRun, type LoadedRun } from './run-reader.ts'
import type { RunStore } from '../store.ts'

/** Reads runs, and keeps what the last ones came to. */
export class ViewedRuns {
  readonly #store: RunStore
  readonly #limit: number
  /** The one that was asked for last is the last. */
  readonly #kept = new Map<string, Promise<LoadedRun>>()
  readonly #lengths = new Map<string, number>()

  /** `limit`: events, in all runs that are kept. */
  constructor(store: RunStore, limit: number) {
    this.#store = store
    this.#limit = limit
  }

  /** The run as of now. Throws as `loadRun` does. */
  load(runId: string): Promise<LoadedRun> {
    if (this.#limit === 0) return loadRun(this.#store, runId)
    const loading = this.#next(runId, this.#kept.get(runId))
    this.#kept.delete(runId)
    this.#kept.set(runId, loading)
    return loading
  }

  /** One reading after the other: they add to the same run. */
  async #next(runId: string, before: Promise<LoadedRun> | undefined): Promise<LoadedRun> {
    try {
      const loaded = await loadRun(this.#store, runId, { known: await before?.catch(() => undefined) })
      this.#lengths.set(runId, loaded.position.length)
      this.#shrink()
      return loaded
    } catch (error) {
      this.#forget(runId)
      throw error
    }
  }

  #shrink(): void {
    let events = 0
    for (const length of this.#lengths.values()) events += length
    for (const runId of this.#kept.keys()) {
      if (events <= this.#limit) return
      events -= this.#lengths.get(runId) ?? 0
      this.#forget(runId)
    }
  }

  #forget(runId: string): void {
    this.#kept.delete(runId)
    this.#lengths.delete(runId)
  }
}
