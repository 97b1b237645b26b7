import type { JournalEvent } from '@lorc/runner'
import { createClient, type LorcClient } from '@lorc/server/client'

const GENESIS = '0'.repeat(64)

/** Follows one run after the other as it happens, through every break of the connection, and misses nothing. */
export class Watcher {
  readonly #client: LorcClient
  /** The run to follow next; undefined: none for now. */
  readonly #next: () => string | undefined
  #isOver = false
  runs = 0
  events = 0
  breaks = 0
  /** What no reader may see; a sentence each. */
  readonly wrong: string[] = []

  constructor(url: string, next: () => string | undefined) {
    this.#client = createClient({ baseUrl: url })
    this.#next = next
  }

  /** Resolves when the run that it follows after `end` has ended. */
  async watch(): Promise<void> {
    while (!this.#isOver) {
      const runId = this.#next()
      if (runId === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
      else await this.#follow(runId)
    }
  }

  end(): void {
    this.#isOver = true
  }

  async #follow(runId: string): Promise<void> {
    let last: JournalEvent | undefined
    while (last?.type !== 'run.completed') {
      try {
        for await (const event of this.#client.events(runId, { from: (last?.seq ?? -1) + 1 })) {
          this.#check(runId, event, last)
          last = event
          this.events++
        }
        if (last?.type === 'run.completed') break
        return void this.wrong.push(`the events of ${runId} ended with ${last?.type ?? 'none'}`)
      } catch (error) {
        // `fetch` was refused several times: the service is being started.
        if (!(error instanceof TypeError)) return void this.wrong.push(`the events of ${runId}: ${String(error)}`)
        this.breaks++
      }
    }
    this.runs++
  }

  #check(runId: string, { seq, prev, type }: JournalEvent, last: JournalEvent | undefined): void {
    if (seq !== (last?.seq ?? -1) + 1) this.wrong.push(`event ${seq} of ${runId} came after ${last?.seq ?? 'none'}`)
    else if (prev !== (last?.hash ?? GENESIS)) this.wrong.push(`event ${seq} (${type}) of ${runId} does not follow on the one before it`)
  }
}
