import { getBuiltinModule } from 'node:process'
import type { Worker } from 'node:worker_threads'
import type { RunPlaces } from './attempt.ts'

/** All that the folder of a run is made of. */
export interface FolderOrder {
  readonly places: RunPlaces
  readonly folder: string
  /** Of its journal. */
  readonly lines: readonly string[]
  /** JSON. */
  readonly plan: string
}

/** An order to the thread, and its answer: whether the folder was written. */
export type NumberedOrder = FolderOrder & { readonly id: number }
export interface FolderAnswer {
  readonly id: number
  readonly isWritten: boolean
}

const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
const FLAGS = ['--disable-warning=ExperimentalWarning', ...(EXTENSION === 'ts' ? ['--conditions=@lorc/source'] : [])]

/** A thread that writes the folders of runs, in the order in which they are asked for. It is started with the first. */
export class FolderThread {
  readonly #entry: URL
  readonly #waiting = new Map<number, (isWritten: boolean) => void>()
  #worker: Worker | undefined
  #orders = 0

  /** `entry`: its program. */
  constructor(entry = new URL(`./folder-thread-entry.${EXTENSION}`, import.meta.url)) {
    this.#entry = entry
  }

  /** False where the folder could not be written, or the thread has ended. */
  write(order: FolderOrder): Promise<boolean> {
    const worker = (this.#worker ??= this.#start())
    const id = this.#orders++
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      worker.ref()
      worker.postMessage({ ...order, id } satisfies NumberedOrder)
    })
  }

  /** Ends the thread; what it was to write then is not written. */
  async close(): Promise<void> {
    await this.#worker?.terminate()
  }

  #start(): Worker {
    const { Worker } = getBuiltinModule('node:worker_threads')
    const worker = new Worker(this.#entry, { env: {}, name: 'lorc folders', execArgv: FLAGS })
    worker.on('message', ({ id, isWritten }: FolderAnswer) => {
      this.#waiting.get(id)?.(isWritten)
      this.#waiting.delete(id)
      if (this.#waiting.size === 0) worker.unref()
    })
    // Told by `exit`, too.
    worker.on('error', () => {})
    worker.on('exit', () => {
      for (const answer of this.#waiting.values()) answer(false)
      this.#waiting.clear()
      this.#worker = undefined
    })
    return worker
  }
}
