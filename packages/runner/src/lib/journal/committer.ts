import { nextTick } from 'node:process'
import type { Clock } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { CommitResult, JournalBatch, RunStore } from '../store.ts'

/** A journal with events to write. */
export interface Source {
  /** The run's: by it a run that is alone keeps the event loop for itself. */
  readonly clock: Clock
  /** Hands over what has gathered; undefined when there is nothing after all. */
  take(): JournalBatch | undefined
  /** Called once for each batch that was taken. */
  done(result: CommitResult | RunnerError): void
}

/** How long a run alone may commit again and again before the event loop gets a turn, in milliseconds of its clock. */
const TURN = 4

const committers = new WeakMap<RunStore, Committer>()

/**
 * Group commit: what all runs on a store have to write by the end of the event loop's turn goes into one commit, and
 * what comes while a commit is under way into the next. A run that is alone and answers a commit at once, or as
 * soon as promises are heard, has nothing to wait for: it commits again in the same turn, as a turn of the event loop
 * costs as much as the step does.
 */
export class Committer {
  readonly #store: RunStore
  #waiting: Source[] = []
  /** A turn is scheduled, or under way. */
  #scheduled = false

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
    if (!this.#scheduled) this.#schedule()
  }

  #schedule(): void {
    this.#scheduled = true
    setImmediate(this.#turn)
  }

  #turn = (): void => {
    const alone = this.#waiting.length === 1 ? this.#waiting[0] : undefined
    if (alone) this.#commitAlone(alone, alone.clock.monotonic() + TURN)
    else if (this.#flush()) this.#goOn()
  }

  #commitAlone(alone: Source, end: number): void {
    const isAlone = (): boolean => this.#waiting.length === 1 && this.#waiting[0] === alone
    while (this.#flush()) {
      if (alone.clock.monotonic() >= end) return this.#goOn()
      if (this.#waiting.length === 0) return afterPromises(() => (isAlone() ? this.#commitAlone(alone, end) : this.#goOn()))
      if (!isAlone()) return this.#goOn()
    }
  }

  /** False when the commit takes longer than the turn: it ends it by itself. */
  #flush(): boolean {
    const sources: Source[] = []
    const batches: JournalBatch[] = []
    for (const source of this.#waiting) {
      const batch = source.take()
      if (!batch) continue
      sources.push(source)
      batches.push(batch)
    }
    this.#waiting = []
    if (batches.length === 0) return true
    let results: CommitResult[] | Promise<CommitResult[]>
    try {
      results = this.#store.commit(batches)
    } catch (error) {
      fail(sources, error)
      return true
    }
    if (Array.isArray(results)) {
      deliver(sources, results)
      return true
    }
    void results
      .then(
        (settled) => deliver(sources, settled),
        (error: unknown) => fail(sources, error),
      )
      .then(() => this.#goOn())
    return false
  }

  #goOn(): void {
    this.#scheduled = false
    if (this.#waiting.length > 0) this.#schedule()
  }
}

/** Calls back once the promises that are settled by now, and those that they settle, have been heard. */
function afterPromises(act: () => void): void {
  queueMicrotask(() => nextTick(act))
}

function deliver(sources: readonly Source[], results: readonly CommitResult[]): void {
  for (let i = 0; i < sources.length; i++) sources[i]!.done(results[i]!)
}

function fail(sources: readonly Source[], error: unknown): void {
  const reason = RunnerError.from(error, 'STORE_UNAVAILABLE')
  for (const source of sources) source.done(reason)
}
