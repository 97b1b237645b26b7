import type { RunPlaces } from './attempt.ts'
import type { SealedPlan } from './define-plan.ts'
import { FolderThread } from './folder-thread.ts'
import { writeRunFolder } from './run-folder.ts'
import type { JournalSource } from './run-reader.ts'
import type { RunStore } from './store.ts'

/** What is at hand of a run whose folder is to be written: then nothing of it is read. */
export interface KnownRun {
  /** Of its journal. */
  readonly lines: readonly string[]
  readonly sealed: SealedPlan
}

/**
 * Writes folders of runs: one at a time here, as it is done sooner than a thread could be told of it. What is asked for
 * meanwhile goes to a thread: to make the files of a run takes as long as to run a step or two.
 */
export class FolderWriter {
  readonly #store: RunStore
  readonly #thread: FolderThread
  #underWay = 0
  #open = true

  constructor(store: RunStore, thread = new FolderThread()) {
    this.#store = store
    this.#thread = thread
  }

  /** Returns the folder. Throws as `writeRunFolder` does. */
  async write(places: RunPlaces, folder: string, known?: KnownRun): Promise<string> {
    const isBusy = this.#underWay++ > 0
    try {
      if (known && isBusy && this.#open) {
        const { lines, sealed } = known
        if (await this.#thread.write({ places, folder, lines, plan: sealed.json })) return folder
      }
      // What the thread could not write says why here.
      return await writeRunFolder(known ? sourceOf(known) : this.#store, places, folder)
    } finally {
      this.#underWay--
    }
  }

  /** Ends the thread. What is asked for later is written here. */
  async close(): Promise<void> {
    this.#open = false
    await this.#thread.close()
  }
}

function sourceOf({ lines, sealed }: KnownRun): JournalSource {
  return { plan: () => Promise.resolve(sealed.json), read: () => [lines] }
}
