import type { Worker } from 'node:worker_threads'
import { RunnerError } from '../errors.ts'
import { writeFolder, type FolderFate, type FolderJob } from './folder-job.ts'
import { startThread } from '../thread.ts'

interface Asked {
  readonly job: FolderJob
  readonly resolve: (folder: string) => void
  readonly reject: (error: unknown) => void
}

/** Folders that are being written here, from which on a thread writes them. */
const CROWD = 4
/** Batches that the thread has at the most: the one that it writes, and the one that it goes on with. What comes meanwhile gathers. */
const BATCHES = 2

/**
 * Writes the folders of runs: making their files costs as much as driving a short run. Where many come at once, a thread of its
 * own does it, which gets what has gathered meanwhile together; a few are written here, and no thread is started.
 */
export class FolderWriter {
  #here = 0
  /** One that has ended is not started again. */
  #isLost = false
  readonly #startThread: typeof startThread
  #worker: Worker | undefined
  readonly #gathered: Asked[] = []
  /** What the thread was given and has not answered, in this order. */
  readonly #given: Asked[][] = []
  #closing: PromiseWithResolvers<void> | undefined

  constructor(start = startThread) {
    this.#startThread = start
  }

  /** Rejects as `writeRunFolder` does. */
  write(job: FolderJob): Promise<string> {
    if (this.#closing || this.#isLost || (!this.#worker && this.#here < CROWD)) return this.#writeHere(job)
    return new Promise((resolve, reject) => {
      if (this.#gathered.push({ job, resolve, reject }) === 1) setImmediate(() => this.#give())
    })
  }

  /** Resolves once the thread, if there is one, has written what it was given, and has ended. What comes later is written here. */
  close(): Promise<void> {
    this.#closing ??= Promise.withResolvers()
    this.#rest()
    return this.#closing.promise
  }

  async #writeHere(job: FolderJob): Promise<string> {
    this.#here++
    try {
      return await writeFolder(job)
    } finally {
      this.#here--
    }
  }

  #give(): void {
    if (this.#gathered.length === 0 || this.#given.length === BATCHES) return
    const asked = this.#gathered.splice(0)
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#given.push(asked)
    this.#worker.postMessage(asked.map(({ job }) => job))
  }

  #start(): Worker {
    const { worker } = this.#startThread(import.meta.url, 'folders')
    worker.on('message', (fates: FolderFate[]) => this.#settle(fates))
    worker.on('exit', () => this.#lost())
    return worker
  }

  #settle(fates: readonly FolderFate[]): void {
    for (const [at, { job, resolve, reject }] of this.#given.shift()!.entries()) {
      const fate = fates[at]
      if (fate) reject(new RunnerError(fate.code, fate.message, fate.fix === undefined ? {} : { fix: fate.fix }))
      else resolve(job.folder)
    }
    this.#give()
    this.#rest()
  }

  /** The thread has ended: what it was to write is written here. */
  #lost(): void {
    this.#isLost = true
    this.#worker = undefined
    const left = [...this.#given.splice(0).flat(), ...this.#gathered.splice(0)]
    for (const { job, resolve, reject } of left) this.#writeHere(job).then(resolve, reject)
    this.#rest()
  }

  /** Nobody waits for the thread any more, unless somebody does. */
  #rest(): void {
    if (this.#given.length > 0 || this.#gathered.length > 0) return
    this.#worker?.unref()
    if (!this.#closing) return
    if (this.#worker) void this.#worker.terminate()
    else this.#closing.resolve()
  }
}
