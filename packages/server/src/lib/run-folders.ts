import type { Runner, RunHandle } from '@lorc/runner'
import type { ServiceLog } from './log.ts'

/** Folders that are written at once. */
const AT_ONCE = 32

/**
 * Writes the folder of each run that ends here: `run.json`, `results.json`, `logs.jsonl`, `events.ndjson`. They are views of
 * what is durable already: one that cannot be written is reported, and fails nothing.
 */
export class RunFolders {
  readonly #log: ServiceLog
  readonly #writing = new Map<string, Promise<void>>()
  readonly #waiting: (() => void)[] = []
  #runner: Runner | undefined
  #free = AT_ONCE

  constructor(log: ServiceLog) {
    this.#log = log
  }

  /** Of whom the runs are. */
  attach(runner: Runner): void {
    this.#runner = runner
  }

  /** As soon as it has ended. One that cannot be driven to its end here has no folder yet. */
  follow(handle: RunHandle): void {
    const { runId, result } = handle
    const write = (): void => {
      // It may have ended before, and its folder be written still: that of now comes last.
      const before = this.#writing.get(runId) ?? Promise.resolve()
      const written = before.then(() => this.#write(handle)).finally(() => {
        if (this.#writing.get(runId) === written) this.#writing.delete(runId)
      })
      this.#writing.set(runId, written)
    }
    result.then(write, () => undefined)
  }

  /** Resolves once the folder of a run that has ended here was written. */
  async written(runId: string): Promise<void> {
    await this.#writing.get(runId)
  }

  /** Resolves once all folders of runs that have ended were written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writing.values())
  }

  async #write(handle: RunHandle): Promise<void> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      await this.#runner?.writeRunFolder(handle)
    } catch (error) {
      this.#log('error', 'the folder of a run cannot be written', { run: handle.runId, error: error instanceof Error ? error.message : String(error) })
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
