import type { ServerResponse } from 'node:http'
import type { Clock } from '@lorc/runner'
import { GZIP_HEAD, GzipSum } from './gzip-parts.ts'
import type { SharedBytes } from './shared-bytes.ts'

/** Milliseconds that a reader has for what it is sent at once, before its connection is cut. */
const PATIENCE_MS = 30_000

/** A connection that is written to bit by bit, no faster than its reader takes it. */
export class ReaderConnection {
  readonly #to: ServerResponse
  readonly #clock: Clock
  readonly #gone = new AbortController()
  /** Of what was sent, where that is in gzip. */
  readonly #sum: GzipSum | undefined

  /** `gzip`: the head of the answer said so. */
  constructor(to: ServerResponse, clock: Clock, { gzip = false }: { gzip?: boolean } = {}) {
    this.#to = to
    this.#clock = clock
    if (gzip) {
      this.#sum = new GzipSum()
      to.write(GZIP_HEAD)
    }
    const leave = (): void => this.#gone.abort()
    to.once('close', leave)
    to.on('error', leave)
  }

  /** Aborted once nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  /** Takes what others get, too; false: there has to be room first before it takes more. */
  take(bytes: SharedBytes): boolean {
    return !this.gone.aborted && this.#to.write(this.#formOf(bytes))
  }

  /** Resolves when there is room for more, or nobody reads any more. */
  async room(): Promise<void> {
    if (this.gone.aborted || !this.#to.writableNeedDrain) return
    await this.#wait(PATIENCE_MS, 'drain')
    if (this.#to.writableNeedDrain) this.#to.destroy()
  }

  /** Sends it only where nothing else is on its way. */
  beat(bytes: SharedBytes): void {
    if (this.#to.writableLength === 0 && !this.gone.aborted) this.#to.write(this.#formOf(bytes))
  }

  /** Ends the answer in order. */
  end(): void {
    if (this.#sum && !this.gone.aborted) this.#to.write(this.#sum.tail)
    this.#to.end()
  }

  #formOf(shared: SharedBytes): Buffer {
    if (!this.#sum) return shared.plain
    this.#sum.add(shared.gzip)
    return shared.gzip.bytes
  }

  /** As `take` and `room`, of what nobody else gets. */
  async write(bytes: Buffer | string): Promise<void> {
    if (!this.gone.aborted && !this.#to.write(bytes)) await this.room()
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
