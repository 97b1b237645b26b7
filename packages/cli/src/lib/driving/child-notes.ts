import type { JournalEvent, Runner } from '@lorc/runner'
import { PersonNotes } from './person-notes.ts'

const BEGINS_WITHIN_MS = 10_000
const LOOK_MS = 100

/** Tells what the runs of a run's steps (recipes within the recipe) wait for, as PersonNotes does of the run itself. */
export class ChildNotes {
  readonly #runner: Runner
  readonly #pid: number
  readonly #note: (text: string) => void
  readonly #runOf = new Map<string, string>()
  readonly #over = new AbortController()
  #paused: { by: string; reason: string } | undefined

  /** `pid`: of the process that drives the runs. */
  constructor(runner: Runner, pid: number, note: (text: string) => void) {
    this.#runner = runner
    this.#pid = pid
    this.#note = note
  }

  /** An event of the run. A step of an earlier driver's goes on with the run that it was linked with then. */
  event(event: JournalEvent, live: boolean): void {
    if (event.type === 'run.paused') this.#paused = event
    else if (event.type === 'run.unpaused') this.#paused = undefined
    if (event.type === 'step.linked') this.#runOf.set(event.step, event.runId)
    else if (event.type !== 'step.started') return
    const child = this.#runOf.get(event.step)
    if (live && child !== undefined) void this.#follow(child).catch(() => undefined)
  }

  stop(): void {
    this.#over.abort()
  }

  async #follow(runId: string): Promise<void> {
    const { signal } = this.#over
    await this.#begun(runId)
    const person = new PersonNotes(runId, this.#note)
    const within = new ChildNotes(this.#runner, this.#pid, this.#note)
    signal.addEventListener('abort', () => within.stop(), { once: true })
    let live = false
    for await (const event of this.#runner.events(runId, { follow: true, signal })) {
      if (signal.aborted) return
      live ||= event.type === 'driver.started' && event.pid === this.#pid
      if (!this.#isPausedWith(event)) person.event(event, live)
      within.event(event, live)
    }
  }

  /** What ends the pause of the run around it ends its own. */
  #isPausedWith(event: JournalEvent): boolean {
    return event.type === 'run.paused' && event.by === this.#paused?.by && event.reason === this.#paused.reason
  }

  /** A step is linked with its run a moment before there is one. */
  async #begun(runId: string): Promise<void> {
    for (let waited = 0; waited < BEGINS_WITHIN_MS && !this.#over.signal.aborted; waited += LOOK_MS) {
      if ((await this.#runner.store.get(runId)) !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    }
  }
}
