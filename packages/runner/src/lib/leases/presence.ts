import type { Clock } from '../api.ts'
import type { DriverIdentity, RunStore } from '../store.ts'

/** A contender that sees no beat for the lease's time takes over: as many may be due in it. */
const BEATS = 5

/**
 * Keeps this driver's leases alive. The heartbeat's thread costs more than a short run does, so it starts only when a
 * run has lasted until its first beat is due, a fifth of the lease's time, or at once where `now` asks for it.
 */
export class Presence {
  readonly #store: RunStore
  readonly #driver: DriverIdentity
  readonly #clock: Clock
  readonly #leaseMs: number
  #stop: (() => Promise<void>) | undefined
  #callOff: (() => void) | undefined
  #resting: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(store: RunStore, driver: DriverIdentity, clock: Clock, leaseMs: number) {
    this.#store = store
    this.#driver = driver
    this.#clock = clock
    this.#leaseMs = leaseMs
  }

  soon(): void {
    if (this.#stop || this.#callOff || this.#closed) return
    this.#callOff = this.#clock.sleep(this.#leaseMs / BEATS, () => this.now())
  }

  now(): void {
    if (this.#stop || this.#closed) return
    this.#callOff?.()
    this.#callOff = undefined
    try {
      this.#stop = this.#store.startHeartbeat(this.#driver, this.#leaseMs / BEATS)
    } catch {
      // A timer calls this, and nobody to whom it could be told: the next commit says what is wrong with the store.
    }
  }

  /** No run is left: the heartbeat may rest until the next. */
  async rest(): Promise<void> {
    this.#callOff?.()
    this.#callOff = undefined
    const stop = this.#stop
    this.#stop = undefined
    if (stop) this.#resting = Promise.allSettled([this.#resting, stop()])
    await this.#resting
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.rest()
  }
}
