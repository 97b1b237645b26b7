import type { Clock } from '../api.ts'

const INBOX_POLL_MS = 500

/** A run that is driven here. */
export interface LiveRun {
  readonly runId: string
  /** Its place among the live runs, which alone write it. */
  place: number
  /** Does what its inbox asks for. */
  pollInbox(): Promise<void>
}

/**
 * The runs that a runner drives, whose inboxes are looked into every half second. One timer serves all of them; and
 * they are kept in a list rather than a set, since a set that things come to and go from for long leaves outgrown
 * tables behind, which keep alive what they held until the next full garbage collection.
 */
export class LiveRuns<Run extends LiveRun> implements Iterable<Run> {
  readonly #clock: Clock
  readonly #runs: Run[] = []
  #stopPolling: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#runs.length === 0
  }

  [Symbol.iterator](): Iterator<Run> {
    return this.#runs.slice().values()
  }

  find(runId: string): Run | undefined {
    return this.#runs.find((run) => run.runId === runId)
  }

  add(run: Run): void {
    run.place = this.#runs.push(run) - 1
    if (!this.#stopPolling) this.#pollLater()
  }

  delete(run: Run): void {
    const last = this.#runs.pop()!
    if (last !== run) {
      this.#runs[run.place] = last
      last.place = run.place
    }
    if (!this.isEmpty) return
    this.#stopPolling?.()
    this.#stopPolling = undefined
  }

  #pollLater(): void {
    this.#stopPolling = this.#clock.sleep(INBOX_POLL_MS, () => {
      for (const run of this) void run.pollInbox()
      this.#pollLater()
    })
  }
}
