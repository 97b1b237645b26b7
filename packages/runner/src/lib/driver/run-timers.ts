import type { Clock } from '../api.ts'

/** What one run is to do later: nothing of it is done once it is stopped. */
export class RunTimers {
  readonly #clock: Clock
  /** Most runs wait for nothing. */
  #pending: Set<() => void> | undefined
  #stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  after(ms: number, act: () => void): void {
    const pending = (this.#pending ??= new Set())
    const stop = this.#clock.sleep(ms, () => {
      pending.delete(stop)
      if (!this.#stopped) act()
    })
    pending.add(stop)
  }

  stop(): void {
    this.#stopped = true
    for (const stop of this.#pending ?? []) stop()
    this.#pending = undefined
  }
}
