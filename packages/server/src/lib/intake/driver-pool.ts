import type { RunHandle } from '@lorc/runner'
import type { IntakePorts } from './intake-ports.ts'
import { Queue } from './queue.ts'

/** How a run that waits is begun: as one of this runner's own, or as one that another process left. */
type How = 'begin' | 'resume'

interface Waiting {
  readonly runId: string
  readonly how: How
}

/**
 * A run that is driven here. Emptied when it is over: a set that things come to and go from for long leaves outgrown tables
 * behind, which keep alive what they held until the next full garbage collection.
 */
interface Held {
  handle: RunHandle | undefined
  hasPlace: boolean
  /** Nothing was under way in it when it was looked at last. */
  isIdle: boolean
}

interface PoolEvents {
  /** Whether so much comes in just now that what nobody waits for had better wait a little longer. */
  isBusy(): boolean
  begun(handle: RunHandle): void
  lost(runId: string, error: unknown): void
  /** It was begun, and could not be driven to its end. */
  stopped(runId: string, error: unknown): void
}

/** Runs that are begun in one turn of the event loop. */
const IN_TURN = 4
/** Milliseconds after which a run that nobody waits for is begun whatever else there is to do: what waits always gets on. */
const PATIENCE_MS = 50
/** Milliseconds between two looks for runs that wait for a person, a time or a slot, while others want their places. */
const LOOK_MS = 500

/**
 * A bounded number of places for runs that are driven, and the lines of those that wait for one: first those whose end
 * somebody waits for. A run in which nothing is under way for a while (it waits for an approval, say) gives its place to
 * another.
 */
export class DriverPool {
  readonly #ports: IntakePorts
  readonly #most: number
  readonly #events: PoolEvents
  readonly #urgent = new Queue<Waiting>()
  readonly #patient = new Queue<Waiting>()
  /** Of runs that wait, or are driven here. */
  readonly #names = new Set<string>()
  readonly #held = new Set<Held>()
  /** Of those that are held, those that have no place. */
  #aside = 0
  #reserved = 0
  /** Calls off what is to begin the next; undefined: nothing is. */
  #callOff: (() => void) | undefined
  /** In this turn of the event loop. */
  #isSoon = false
  #lastPatient = -Infinity
  #stopLooking: (() => void) | undefined
  #open = true

  constructor(ports: IntakePorts, most: number, events: PoolEvents) {
    this.#ports = ports
    this.#most = most
    this.#events = events
  }

  get driven(): number {
    return this.#held.size
  }

  /** Whether the run waits, or is driven here. */
  has(runId: string): boolean {
    return this.#names.has(runId)
  }

  get waiting(): number {
    return this.#urgent.length + this.#patient.length
  }

  /** Whether a run can be begun right now, ahead of nobody who is to come before it. */
  hasRoom(isUrgent: boolean): boolean {
    if (this.#places <= 0 || this.#urgent.length > 0) return false
    return isUrgent ? !this.#isPatientDue : this.#patient.length === 0 && !this.#events.isBusy()
  }

  get #places(): number {
    return this.#most - (this.#held.size - this.#aside) - this.#reserved
  }

  /** Puts a run at the end of its line. */
  add(runId: string, how: How, isUrgent = false): void {
    ;(isUrgent ? this.#urgent : this.#patient).push({ runId, how })
    this.#names.add(runId)
    this.#schedule()
  }

  /** Takes a run out of its line, which it returns, if it is in one: somebody else begins it, or else it is to be added again. */
  drop(runId: string): 'urgent' | 'patient' | undefined {
    const isIt = (entry: Waiting): boolean => entry.runId === runId
    if (this.#urgent.remove(isIt)) return 'urgent'
    return this.#patient.remove(isIt) && 'patient'
  }

  /** A run that was dropped has ended without a turn here. */
  forget(runId: string): void {
    this.#names.delete(runId)
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
    const { runId } = handle
    const held: Held = { handle, hasPlace: true, isIdle: false }
    this.#held.add(held)
    this.#names.add(runId)
    const over = (): void => {
      this.#names.delete(runId)
      this.#held.delete(held)
      held.handle = undefined
      if (held.hasPlace) this.#schedule()
      else this.#aside--
    }
    handle.result.then(over, (error: unknown) => {
      over()
      this.#events.stopped(runId, error)
    })
  }

  close(): void {
    this.#open = false
    this.#callOff?.()
    this.#stopLooking?.()
  }

  #schedule(): void {
    if (!this.#open || this.#urgent.length + this.#patient.length === 0) return
    if (this.#places <= 0) return this.#lookLater()
    if (this.#urgent.length > 0 || !this.#events.isBusy()) this.#beginSoon()
    else this.#callOff ??= this.#ports.clock.sleep(PATIENCE_MS, () => this.#beginSome())
  }

  #beginSoon(): void {
    if (this.#isSoon) return
    this.#callOff?.()
    const turn = setImmediate(() => this.#beginSome())
    const callOff = (): void => clearImmediate(turn)
    this.#isSoon = true
    this.#callOff = callOff
  }

  #beginSome(): void {
    this.#callOff = undefined
    this.#isSoon = false
    for (let left = Math.min(this.#places, IN_TURN); left > 0; left--) {
      const next = this.#next()
      if (!next) break
      void this.#begin(next.runId, next.how)
    }
    this.#schedule()
  }

  #next(): Waiting | undefined {
    const isPatientNext = this.#isPatientDue || (this.#urgent.length === 0 && !this.#events.isBusy())
    if (!isPatientNext) return this.#urgent.shift()
    this.#lastPatient = this.#ports.clock.monotonic()
    return this.#patient.shift()
  }

  get #isPatientDue(): boolean {
    return this.#patient.length > 0 && this.#ports.clock.monotonic() - this.#lastPatient >= PATIENCE_MS
  }

  async #begin(runId: string, how: How): Promise<void> {
    const { runner } = this.#ports
    const place = this.reserve()
    try {
      const handle = await (how === 'begin' ? runner.begin(runId) : runner.resume(runId))
      this.hold(handle)
      this.#events.begun(handle)
    } catch (error) {
      this.#names.delete(runId)
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
    for (const held of this.#held) {
      if (!held.hasPlace) continue
      const wasIdle = held.isIdle
      held.isIdle = held.handle?.inFlight === 0
      if (!wasIdle || !held.isIdle) continue
      held.hasPlace = false
      this.#aside++
    }
  }
}
