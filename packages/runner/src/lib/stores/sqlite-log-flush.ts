import { open, type FileHandle } from 'node:fs/promises'

/** Bytes of log that are written to the disk at a time. */
const STRETCH = 1 << 20

/**
 * Has the operating system write the log to the disk while commits go on, off the main thread. SQLite syncs the whole log
 * before it brings it into the database, and the commit that meets this waits: most of it is then on the disk already.
 * Nothing relies on it, so what fails here is left to SQLite's own sync.
 */
export class SqliteLogFlush {
  readonly #path: string
  #file: FileHandle | undefined
  #unwritten = 0
  #flushing: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** About so many bytes were added to the log. */
  added(bytes: number): void {
    this.#unwritten += bytes
    if (this.#unwritten < STRETCH || this.#flushing !== undefined) return
    this.#unwritten = 0
    this.#flushing = this.#flush()
  }

  async close(): Promise<void> {
    await this.#flushing
    await this.#file?.close()
  }

  async #flush(): Promise<void> {
    try {
      this.#file ??= await open(this.#path)
      await this.#file.datasync()
    } catch {
      // See above.
    }
    this.#flushing = undefined
  }
}
