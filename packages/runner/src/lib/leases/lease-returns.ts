import type { Clock } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { RunStore } from '../store.ts'

const AGAIN_MS = 2000

/**
 * Gives back the leases of runs that this process drives no more, though they have not ended. What stops a run, a full disk,
 * say, may keep its lease from being given back, too, and nobody takes one from a process that lives: so it is tried again
 * until that is done.
 */
export class LeaseReturns {
  readonly #store: Pick<RunStore, 'releaseLeases'>
  readonly #clock: Clock
  /** Epochs, by run. */
  readonly #owed = new Map<string, number>()
  #callOff: (() => void) | undefined

  constructor(store: Pick<RunStore, 'releaseLeases'>, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Resolves once it was tried; never rejects. */
  async add(runId: string, epoch: number): Promise<void> {
    this.#owed.set(runId, epoch)
    await this.#settle()
  }

  /** Tries once more now where the lease of this run is owed. */
  async settle(runId: string): Promise<void> {
    if (this.#owed.has(runId)) await this.#settle()
  }

  /** Tries no more; returns what is owed. */
  close(): { runId: string; epoch: number }[] {
    this.#callOff?.()
    const owed = [...this.#owed].map(([runId, epoch]) => ({ runId, epoch }))
    this.#owed.clear()
    return owed
  }

  async #settle(): Promise<void> {
    this.#callOff?.()
    this.#callOff = undefined
    const owed = [...this.#owed].map(([runId, epoch]) => ({ runId, epoch }))
    try {
      await this.#store.releaseLeases(owed)
      for (const { runId, epoch } of owed) if (this.#owed.get(runId) === epoch) this.#owed.delete(runId)
    } catch (error) {
      if (error instanceof RunnerError && error.code === 'STORE_CLOSED') this.#owed.clear()
    }
    if (this.#owed.size > 0) this.#callOff ??= this.#clock.sleep(AGAIN_MS, () => void this.#settle())
  }
}
