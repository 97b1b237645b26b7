import type { Clock } from '@lorc/runner'
import type { JournalChunk, JournalChunks } from './journal-chunks.ts'

/** Milliseconds between two looks for more of a journal that somebody waits for. */
const LOOK_MS = 100

interface Waiting {
  resolve(chunk: JournalChunk | undefined): void
}

/**
 * Waits for what comes next in journals. However many readers wait for the same event, it is looked for once; and where
 * nobody waits, nothing is looked for.
 */
export class RunWatches {
  readonly #chunks: JournalChunks
  readonly #clock: Clock
  /** By run and event. */
  readonly #waiting = new Map<string, { runId: string; seq: number; readers: Set<Waiting> }>()
  #timer: (() => void) | undefined
  #looking = false

  constructor(chunks: JournalChunks, clock: Clock) {
    this.#chunks = chunks
    this.#clock = clock
  }

  /** Resolves with the next events once there are any; with undefined after `signal`, and when the watches are closed. */
  next(runId: string, seq: number, signal: AbortSignal): Promise<JournalChunk | undefined> {
    if (signal.aborted) return Promise.resolve(undefined)
    const key = `${runId} ${seq}`
    const entry = this.#waiting.get(key) ?? { runId, seq, readers: new Set<Waiting>() }
    this.#waiting.set(key, entry)
    return new Promise((resolve) => {
      const leave = (): void => waiting.resolve(undefined)
      const waiting: Waiting = {
        resolve: (chunk) => {
          signal.removeEventListener('abort', leave)
          entry.readers.delete(waiting)
          if (entry.readers.size === 0 && this.#waiting.get(key) === entry) this.#waiting.delete(key)
          resolve(chunk)
        },
      }
      entry.readers.add(waiting)
      signal.addEventListener('abort', leave, { once: true })
      this.#lookLater()
    })
  }

  /** Whether somebody waits for the events from `seq` on, which were not there a moment ago. */
  isWaitedFor(runId: string, seq: number): boolean {
    return this.#waiting.has(`${runId} ${seq}`)
  }

  close(): void {
    this.#timer?.()
    for (const { readers } of this.#waiting.values()) for (const reader of readers) reader.resolve(undefined)
  }

  #lookLater(): void {
    if (this.#timer || this.#looking || this.#waiting.size === 0) return
    this.#timer = this.#clock.sleep(LOOK_MS, () => void this.#look())
  }

  async #look(): Promise<void> {
    this.#timer = undefined
    this.#looking = true
    await Promise.all([...this.#waiting.values()].map((entry) => this.#lookFor(entry)))
    this.#looking = false
    this.#lookLater()
  }

  async #lookFor({ runId, seq, readers }: { runId: string; seq: number; readers: Set<Waiting> }): Promise<void> {
    // A run that is gone, or a store that fails: who waits finds that out by reading.
    const chunk = await this.#chunks.from(runId, seq).catch(() => null)
    if (chunk === undefined) return
    for (const reader of [...readers]) reader.resolve(chunk ?? undefined)
  }
}
