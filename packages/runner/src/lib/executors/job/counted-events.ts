import type { EventCounts, JobEvents, UpsertCounts } from '@lorc/event-client'

/** The events of an attempt, which remembers what became of the raw objects. */
export class CountedEvents implements JobEvents {
  /** Undefined: there were none. */
  upserted: UpsertCounts | undefined
  readonly #inner: JobEvents

  constructor(inner: JobEvents) {
    this.#inner = inner
  }

  emit(...event: Parameters<JobEvents['emit']>): string {
    return this.#inner.emit(...event)
  }

  async upsert(...objects: Parameters<JobEvents['upsert']>): Promise<UpsertCounts> {
    const counts = await this.#inner.upsert(...objects)
    const { inserted, updated, unchanged } = this.upserted ?? { inserted: 0, updated: 0, unchanged: 0 }
    this.upserted = {
      inserted: inserted + counts.inserted,
      updated: updated + counts.updated,
      unchanged: unchanged + counts.unchanged,
    }
    return counts
  }

  query(...question: Parameters<JobEvents['query']>): ReturnType<JobEvents['query']> {
    return this.#inner.query(...question)
  }

  flush(): Promise<void> {
    return this.#inner.flush()
  }

  settle(signal?: AbortSignal): Promise<void> {
    return this.#inner.settle(signal)
  }

  counts(): EventCounts {
    return this.#inner.counts()
  }
}
