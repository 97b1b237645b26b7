import { monotonic } from '../clock.ts'

/** Time and chance for a turnstile; tests pass their own. */
export interface Pace {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  wait(ms: number, wake: () => void): void
}

export interface TurnstileOptions {
  /** Whether an error says that another process holds the medium just now, so that the task may be tried again. */
  isBusy: (error: unknown) => boolean
  /** What a task is rejected with that found the medium held for `patienceMs`. */
  giveUp: (waitedMs: number, cause: unknown) => Error
  patienceMs: number
  pace?: Pace
}

interface Waiting {
  since: number
  attempt(): void
  reject(error: unknown): void
}

/** How long one process may write on end while others wait, and how long it stands back after that. Milliseconds. */
const BURST = 2
const PAUSE = { min: 1, spread: 3 }
/** Contention is taken to last this long after it was met: the holder of a lock does not see who waits for it. */
const MEMORY = 500

const REAL_PACE: Pace = {
  now: monotonic,
  random: Math.random,
  wait: (ms, wake) => void setTimeout(wake, ms),
}

/**
 * Lets the tasks of one process through to a medium that several processes lock in turn: in order, without blocking the
 * event loop, and fairly. A lock that is simply tried again goes to whoever asks most often, so a process that has met
 * others works in short bursts and stands back for a random moment after each.
 */
export class Turnstile {
  readonly #options: Required<TurnstileOptions>
  readonly #queue: Waiting[] = []
  #sleeping = false
  #contendedUntil = 0
  #burstEnd = 0
  #idle: (() => void)[] = []

  constructor(options: TurnstileOptions) {
    this.#options = { pace: REAL_PACE, ...options }
  }

  /** Runs `task` at once where nothing stands in the way, and after the tasks before it otherwise. */
  run<T>(task: () => T): T | Promise<T> {
    if (this.#queue.length === 0 && !this.#standsBack()) {
      try {
        return task()
      } catch (error) {
        if (!this.#options.isBusy(error)) throw error
        this.#meet()
      }
    }
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ since: this.#options.pace.now(), attempt: () => resolve(task()), reject })
      this.#sleep()
    })
  }

  /** Resolves when no task waits. */
  async idle(): Promise<void> {
    if (this.#queue.length === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #standsBack(): boolean {
    if (this.#contendedUntil === 0) return false
    const now = this.#options.pace.now()
    if (now < this.#burstEnd) return false
    if (now >= this.#contendedUntil) {
      this.#contendedUntil = 0
      return false
    }
    return true
  }

  #meet(): void {
    this.#contendedUntil = this.#options.pace.now() + MEMORY
  }

  #sleep(): void {
    if (this.#sleeping) return
    this.#sleeping = true
    const { pace } = this.#options
    pace.wait(PAUSE.min + pace.random() * PAUSE.spread, () => {
      this.#sleeping = false
      this.#burstEnd = pace.now() + BURST
      this.#drain()
    })
  }

  #drain(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if (this.#standsBack()) return this.#sleep()
      try {
        first.attempt()
      } catch (error) {
        if (!this.#options.isBusy(error)) first.reject(error)
        else if (this.#goesOnWaiting(first, error)) return this.#sleep()
      }
      this.#queue.shift()
    }
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  #goesOnWaiting(waiting: Waiting, cause: unknown): boolean {
    this.#meet()
    const waitedMs = this.#options.pace.now() - waiting.since
    if (waitedMs < this.#options.patienceMs) return true
    waiting.reject(this.#options.giveUp(waitedMs, cause))
    return false
  }
}
