import { RunnerError } from './errors.ts'
import type { CommitResult, JournalBatch, RunStore } from './store.ts'

/** A journal with events to write. */
export interface Source {
  /** Hands over what has gathered; undefined when there is nothing after all. */
  take(): JournalBatch | undefined
  /** Called once for each batch that was taken. */
  done(result: CommitResult | RunnerError): void
}

const committers = new WeakMap<RunStore, Committer>()

/**
 * Group commit: what all runs on a store have to write by the end of the event loop's turn goes into one commit, and
 * what comes while a commit is under way into the next.
 */
export class Committer {
  readonly #store: RunStore
  #waiting: Source[] = []
  #scheduled = false
  #busy = false

  static of(store: RunStore): Committer {
    let committer = committers.get(store)
    if (!committer) committers.set(store, (committer = new Committer(store)))
    return committer
  }

  private constructor(store: RunStore) {
    this.#store = store
  }

  /** Asks for a commit of this source. Ask once; ask again after `done`. */
  request(source: Source): void {
    this.#waiting.push(source)
    if (this.#scheduled || this.#busy) return
    this.#scheduled = true
    setImmediate(this.#flush)
  }

  #flush = (): void => {
    this.#scheduled = false
    const sources: Source[] = []
    const batches: JournalBatch[] = []
    for (const source of this.#waiting) {
      const batch = source.take()
      if (!batch) continue
      sources.push(source)
      batches.push(batch)
    }
    this.#waiting = []
    if (batches.length === 0) return
    let results: CommitResult[] | Promise<CommitResult[]>
    try {
      results = this.#store.commit(batches)
    } catch (error) {
      return this.#fail(sources, error)
    }
    if (Array.isArray(results)) return this.#deliver(sources, results)
    this.#busy = true
    results.then(
      (settled) => this.#deliver(sources, settled),
      (error: unknown) => this.#fail(sources, error),
    )
  }

  #deliver(sources: readonly Source[], results: readonly CommitResult[]): void {
    this.#goOn()
    for (let i = 0; i < sources.length; i++) sources[i]!.done(results[i]!)
  }

  #fail(sources: readonly Source[], error: unknown): void {
    this.#goOn()
    const reason = RunnerError.from(error, 'STORE_UNAVAILABLE')
    for (const source of sources) source.done(reason)
  }

  #goOn(): void {
    this.#busy = false
    if (this.#waiting.length === 0 || this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#flush)
  }
}
