import { close, fdatasync, fsync, open, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { platform } from 'node:process'

/**
 * Has SQLite's write-ahead log on the disk when asked to, once for all transactions before: SQLite itself would sync it at
 * each. What it has moved from the log into the database by then, it has synced there.
 */
export class LogSync {
  readonly #path: string
  #file: number | undefined
  #hastening: number | undefined
  #written = false
  #turn: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** A transaction was committed. */
  written(): void {
    this.#written = true
  }

  /**
   * Has the system begin to write what was committed to the disk, while this thread goes on: whoever waits for it later
   * waits less. Whether that fails is told by `sync`.
   */
  hasten(): void {
    try {
      this.#hastening ??= openSync(this.#path, 'r')
      fdatasync(this.#hastening, () => undefined)
    } catch {
      // As above.
    }
  }

  /** Resolves when what was committed before is on the disk. */
  sync(): Promise<void> {
    const turn = this.#turn.then(() => this.#sync())
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async close(): Promise<void> {
    await this.#turn
    const files = [this.#file, this.#hastening].filter((file) => file !== undefined)
    this.#file = this.#hastening = undefined
    for (const file of files) await done((finish) => close(file, finish))
  }

  async #sync(): Promise<void> {
    if (!this.#written) return
    this.#written = false
    try {
      if (this.#file === undefined) {
        this.#file = await opened(this.#path)
        await syncFolder(dirname(this.#path))
      }
      const file = this.#file
      await done((finish) => fdatasync(file, finish))
    } catch (error) {
      this.#written = true
      throw error
    }
  }
}

/** So that a file that is new is found again. Windows opens no folders. */
async function syncFolder(path: string): Promise<void> {
  if (platform === 'win32') return
  const folder = await opened(path)
  try {
    await done((finish) => fsync(folder, finish))
  } finally {
    await done((finish) => close(folder, finish))
  }
}

// `node:fs/promises` loads streams and more, which costs a short run more than the rest of this package.
function opened(path: string): Promise<number> {
  return new Promise((resolve, reject) => open(path, (error, file) => (error ? reject(error) : resolve(file))))
}

function done(start: (finish: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())))
}
