import type { ServerResponse } from 'node:http'
import type { Clock } from '@lorc/runner'

/** Milliseconds that a reader has for what it is sent at once, before its connection is cut. */
const PATIENCE_MS = 30_000

/** A connection that is written to bit by bit, no faster than its reader takes it. */
export class ReaderConnection {
  readonly #to: ServerResponse
  readonly #clock: Clock
  readonly #gone = new AbortController()

  constructor(to: ServerResponse, clock: Clock) {
    this.#to = to
    this.#clock = clock
    const leave = (): void => this.#gone.abort()
    to.once('close', leave)
    to.on('error', leave)
  }

  /** Aborted once nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async write(bytes: Buffer | string): Promise<void> {
    if (this.gone.aborted || this.#to.write(bytes)) return
    await this.#wait(PATIENCE_MS, 'drain')
    if (this.#to.writableNeedDrain) this.#to.destroy()
  }

  /** Resolves after the milliseconds, or once nobody reads any more. */
  async pause(ms: number): Promise<void> {
    if (!this.gone.aborted) await this.#wait(ms)
  }

  /** Until the event, at the longest so many milliseconds, and not after nobody reads any more. */
  async #wait(ms: number, event?: 'drain'): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        callOff()
        this.#to.off('drain', done)
        this.gone.removeEventListener('abort', done)
        resolve()
      }
      const callOff = this.#clock.sleep(ms, done)
      if (event) this.#to.once(event, done)
      this.gone.addEventListener('abort', done, { once: true })
    })
  }
}
