import type { RunHandle } from '@lorc/runner'
import type { IntakePorts } from './intake.ts'
import { Queue } from './queue.ts'

/** How a run that waits is begun: as one of this runner's own, or as one that another process left. */
type How = 'begin' | 'resume'

interface PoolEvents {
  /** Whether so much comes in just now that what waits had better wait a little longer. */
  isBusy(): boolean
  begun(handle: RunHandle): void
  lost(runId: string, error: unknown): void
}

/** Runs that are begun in one turn of the event loop: one where much comes in, so that what waits always gets on. */
const IN_BUSY_TURN = 1
const IN_CALM_TURN = 8
/** Milliseconds between two looks for runs that wait for a person, a time or a slot, while others want their places. */
const LOOK_MS = 500

/**
 * A bounded number of places for runs that are driven, and the line of those that wait for one. A run in which nothing is
 * under way for a while (it waits for an approval, say) gives its place to another.
 */
export class DriverPool {
  readonly #ports: IntakePorts
  readonly #most: number
  readonly #events: PoolEvents
  readonly #line = new Queue<{ runId: string; how: How }>()
  /** Names in the line that were taken out of it otherwise. */
  readonly #dropped = new Set<string>()
  readonly #held = new Set<RunHandle>()
  /** Of those that are held: nothing was under way in them when they were looked at last. */
  #idle = new Set<RunHandle>()
  /** Driven without a place. */
  readonly #aside = new Set<RunHandle>()
  #reserved = 0
  #scheduled = false
  #stopLooking: (() => void) | undefined
  #open = true

  constructor(ports: IntakePorts, most: number, events: PoolEvents) {
    this.#ports = ports
    this.#most = most
    this.#events = events
  }

  get driven(): number {
    return this.#held.size + this.#aside.size
  }

  get waiting(): number {
    return this.#line.length - this.#dropped.size
  }

  /** Whether a run can be begun right now, ahead of nobody. */
  get hasRoom(): boolean {
    return this.#line.length === 0 && this.#places > 0
  }

  get #places(): number {
    return this.#most - this.#held.size - this.#reserved
  }

  /** Puts a run at the end of the line. */
  add(runId: string, how: How): void {
    this.#line.push({ runId, how })
    this.#schedule()
  }

  /** Takes a run out of the line, if it is in it: somebody else begins it. */
  drop(runId: string): void {
    if (this.#line.some((entry) => entry.runId === runId)) this.#dropped.add(runId)
  }

  /** Keeps a place for a run that is about to be begun. */
  reserve(): { free(): void } {
    this.#reserved++
    return {
      free: () => {
        this.#reserved--
        this.#schedule()
      },
    }
  }

  /** Gives a run a place until it has ended, whether or not one is free. */
  hold(handle: RunHandle): void {
    this.#held.add(handle)
    const over = (): void => {
      this.#aside.delete(handle)
      this.#idle.delete(handle)
      if (this.#held.delete(handle)) this.#schedule()
    }
    handle.result.then(over, over)
  }

  close(): void {
    this.#open = false
    this.#stopLooking?.()
  }

  #schedule(): void {
    if (this.#scheduled || !this.#open || this.#line.length === 0) return
    if (this.#places <= 0) return this.#lookLater()
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#beginSome()
      this.#schedule()
    })
  }

  #beginSome(): void {
    if (!this.#open) return
    const most = Math.min(this.#places, this.#events.isBusy() ? IN_BUSY_TURN : IN_CALM_TURN)
    for (let begun = 0; begun < most; ) {
      const next = this.#line.shift()
      if (!next) return
      if (this.#dropped.delete(next.runId)) continue
      begun++
      void this.#begin(next.runId, next.how)
    }
  }

  async #begin(runId: string, how: How): Promise<void> {
    const { runner } = this.#ports
    const place = this.reserve()
    try {
      const handle = await (how === 'begin' ? runner.begin(runId) : runner.resume(runId))
      this.hold(handle)
      this.#events.begun(handle)
    } catch (error) {
      this.#events.lost(runId, error)
    } finally {
      place.free()
    }
  }

  #lookLater(): void {
    this.#stopLooking ??= this.#ports.clock.sleep(LOOK_MS, () => {
      this.#stopLooking = undefined
      this.#look()
      this.#schedule()
    })
  }

  /** Twice without anything under way: it waits for something that may take long. */
  #look(): void {
    const idle = new Set<RunHandle>()
    for (const handle of this.#held) {
      if (handle.inFlight > 0) continue
      if (this.#idle.has(handle)) {
        this.#held.delete(handle)
        this.#aside.add(handle)
      } else idle.add(handle)
    }
    this.#idle = idle
  }
}
