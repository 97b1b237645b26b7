import type { RunHandle } from '@lorc/runner'
import { interruptedExitCode } from './exit-codes.ts'
import type { InterruptSignal, Io } from './io.ts'

/** How long a killed run may take to record its end before the process ends without it. */
const KILL_PATIENCE_MS = 2000

/**
 * Ctrl-C and its like while a run goes on. The first one cancels the run, which records it; the second kills what is in
 * flight; the third, or two seconds, ends the process.
 */
export class Interrupts {
  /** The first one that came. */
  signal: InterruptSignal | null = null
  /** Resolves when the first one comes. */
  readonly first: Promise<void>
  readonly #io: Io
  readonly #say: (text: string) => void
  readonly #stopListening: () => void
  #stopWaiting = (): void => undefined
  readonly #tellFirst: () => void
  #handle: RunHandle | undefined
  #count = 0

  constructor(io: Io, say: (text: string) => void) {
    this.#io = io
    this.#say = say
    const { promise, resolve } = Promise.withResolvers<void>()
    this.first = promise
    this.#tellFirst = resolve
    this.#stopListening = io.onInterrupt((signal) => this.#interrupted(signal))
  }

  /** The run to cancel; one that was interrupted before it began is cancelled now. */
  attach(handle: RunHandle): void {
    this.#handle = handle
    if (this.signal !== null) this.#cancel(false)
  }

  /** Whether there was one, counting any that came while this thread was busy and has not been heard of yet. */
  async came(): Promise<boolean> {
    await new Promise(setImmediate)
    return this.signal !== null
  }

  stop(): void {
    this.#stopListening()
    this.#stopWaiting()
  }

  #interrupted(signal: InterruptSignal): void {
    this.signal ??= signal
    this.#count++
    if (this.#count === 1) {
      this.#say(`${signal}: cancelling${this.#handle ? '; once more to kill what is in flight' : ''}`)
      this.#tellFirst()
      this.#cancel(false)
    } else if (this.#count === 2) {
      this.#say(`${signal}: killing what is in flight`)
      this.#stopWaiting = this.#io.every(KILL_PATIENCE_MS, () => this.#giveUp())
      this.#cancel(true)
    } else this.#giveUp()
  }

  #cancel(kill: boolean): void {
    const by = this.signal ?? 'SIGINT'
    this.#handle?.cancel({ by, reason: `interrupted by ${by}`, ...(kill || this.#count > 1 ? { kill: true } : {}) })
  }

  #giveUp(): void {
    this.#io.exit(interruptedExitCode(this.signal ?? 'SIGINT'))
  }
}
