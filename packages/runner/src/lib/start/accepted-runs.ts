import type { JournalEvent } from '../events.ts'
import type { RunDraft } from './run-draft.ts'

/** Drafts that are kept, so that beginning these runs needs no reading: those that begin next. */
const KEPT = 1000

/** A run that was made durable, and what its journal has. */
export interface AcceptedRun {
  readonly draft: RunDraft
  readonly recorded: readonly JournalEvent[]
}

/** Runs of which nothing is driven yet. Of most of them no more than the name is held. */
export class AcceptedRuns {
  readonly #waiting = new Map<string, AcceptedRun | null>()
  #kept = 0

  get size(): number {
    return this.#waiting.size
  }

  has(runId: string): boolean {
    return this.#waiting.has(runId)
  }

  /** Resolves once the run is durable. Rejects with RUN_ID_TAKEN, STORE_*. */
  async add(draft: RunDraft): Promise<void> {
    const { runId, journal, secrets, createdAt, created, given } = draft
    const recorded: JournalEvent[] = []
    await new Promise<void>((resolve, reject) => {
      journal.tell(() => resolve(), reject)
      for (const data of [created, ...given]) recorded.push(journal.append(secrets?.event(data) ?? data, createdAt))
    })
    const isKept = this.#kept < KEPT
    if (isKept) this.#kept++
    this.#waiting.set(runId, isKept ? { draft, recorded } : null)
  }

  /** Takes a run out. Null: its journal has to be read; undefined: there is no such run. */
  take(runId: string): AcceptedRun | null | undefined {
    const taken = this.#waiting.get(runId)
    this.#waiting.delete(runId)
    if (taken) this.#kept--
    return taken
  }

  /** Takes all out; returns their names. */
  clear(): string[] {
    const names = [...this.#waiting.keys()]
    this.#waiting.clear()
    this.#kept = 0
    return names
  }
}
