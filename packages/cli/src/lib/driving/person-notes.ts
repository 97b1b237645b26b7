import type { JournalEvent } from '@lorc/runner'

/** Tells which command a run waits for where it waits for a person: an approval, the end of a pause. */
export class PersonNotes {
  readonly #runId: string
  readonly #note: (text: string) => void
  /** What is waited for, by the step, or by `` for the whole run. */
  readonly #open = new Map<string, string>()
  #live = false

  constructor(runId: string, note: (text: string) => void) {
    this.#runId = runId
    this.#note = note
  }

  /** What an earlier driver waited for is told once this one has begun (`live`). */
  event(event: JournalEvent, live: boolean): void {
    if (live && !this.#live) {
      this.#live = true
      for (const text of this.#open.values()) this.#note(text)
    }
    switch (event.type) {
      case 'approval.requested': {
        const who = event.by === null ? '' : ` --by ${event.by[0] ?? ''}`
        return this.#wait(event.step, `to let ${event.step} go on: lorc approve ${this.#runId} ${event.step}${who} (or --reject)`)
      }
      case 'run.paused':
        return this.#wait('', `to let the run go on: lorc unpause ${this.#runId}`)
      case 'approval.decided':
      case 'step.failed':
      case 'step.cancelled':
        return void this.#open.delete(event.step)
      case 'run.unpaused':
        return void this.#open.delete('')
      default:
    }
  }

  #wait(what: string, text: string): void {
    // A resume asks again for what an earlier driver asked for.
    const isTold = this.#live && this.#open.get(what) === text
    this.#open.set(what, text)
    if (this.#live && !isTold) this.#note(text)
  }
}
