import type { ServerResponse } from 'node:http'

/** Milliseconds for which a reader may take nothing before its connection is cut. */
const PATIENCE_MS = 30_000

/** A connection that is written to bit by bit, no faster than its reader takes it. */
export class ReaderConnection {
  readonly #to: ServerResponse
  readonly #gone = new AbortController()

  constructor(to: ServerResponse) {
    this.#to = to
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
    await this.#until((done) => {
      this.#to.once('drain', done)
      return () => this.#to.off('drain', done)
    }, PATIENCE_MS, () => this.#to.destroy())
  }

  /** Resolves after the milliseconds, or once nobody reads any more. */
  pause(ms: number): Promise<void> {
    return this.#until(() => () => undefined, ms)
  }

  async #until(listen: (done: () => void) => () => void, ms: number, late?: () => void): Promise<void> {
    if (this.gone.aborted) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        unlisten()
        this.gone.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(() => {
        late?.()
        done()
      }, ms)
      const unlisten = listen(done)
      this.gone.addEventListener('abort', done, { once: true })
    })
  }
}
