import { open, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { platform } from 'node:process'

/**
 * Has SQLite's write-ahead log on the disk when asked to, once for all transactions before: SQLite itself would sync it at
 * each. What it has moved from the log into the database by then, it has synced there.
 */
export class LogSync {
  readonly #path: string
  #file: FileHandle | undefined
  #written = false
  #turn: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** A transaction was committed. */
  written(): void {
    this.#written = true
  }

  /** Resolves when what was committed before is on the disk. */
  sync(): Promise<void> {
    const turn = this.#turn.then(() => this.#sync())
    this.#turn = turn.catch(() => undefined)
    return turn
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#file?.close()
    this.#file = undefined
  }

  async #sync(): Promise<void> {
    if (!this.#written) return
    this.#written = false
    try {
      if (this.#file === undefined) {
        this.#file = await open(this.#path)
        await syncFolder(dirname(this.#path))
      }
      await this.#file.datasync()
    } catch (error) {
      this.#written = true
      throw error
    }
  }
}

/** So that a file that is new is found again. Windows opens no folders. */
async function syncFolder(path: string): Promise<void> {
  if (platform === 'win32') return
  const folder = await open(path)
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
