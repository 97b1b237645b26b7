import { startThread, type Thread } from '../thread.ts'

/** Bytes of log after which the thread is asked to bring them into the database. */
const STRETCH = 4 << 20

/** What the thread reads next to where its database is. */
export interface CheckpointData {
  file: string
  /** One Int32, an `ORDERS` each. */
  order: SharedArrayBuffer
}

export const ORDERS = { none: 0, checkpoint: 1, end: 2 } as const

/**
 * Brings the log into the database while commits go on, in a thread of its own, which starts once there is enough to
 * do. SQLite does it in the commit that finds the log long, which waits for two syncs and thousands of pages: most of them
 * are in the database by then. Nothing relies on it, so what fails here is left to that commit.
 */
export class SqliteCheckpoints {
  readonly #file: string
  readonly #order = new Int32Array(new SharedArrayBuffer(4))
  #thread: Thread | undefined
  readonly #start: typeof startThread
  #added = 0

  constructor(file: string, start = startThread) {
    this.#file = file
    this.#start = start
  }

  /** About so many bytes were added to the log. */
  added(bytes: number): void {
    this.#added += bytes
    if (this.#added < STRETCH || Atomics.load(this.#order, 0) !== ORDERS.none) return
    this.#added = 0
    this.#tell(ORDERS.checkpoint)
    this.#thread ??= this.#start(import.meta.url, 'checkpoint', { file: this.#file, order: this.#order.buffer } satisfies CheckpointData)
  }

  /** Resolves when the thread has let go of the database. */
  async close(): Promise<void> {
    this.#tell(ORDERS.end)
    await this.#thread?.ended()
  }

  #tell(order: number): void {
    Atomics.store(this.#order, 0, order)
    Atomics.notify(this.#order, 0)
  }
}
