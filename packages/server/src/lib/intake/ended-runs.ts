import type { RunHandle, Runner, RunResult } from '@lorc/runner'
import type { AcceptedRun } from './accepted-run.ts'

/** Tells who asks how runs ended, of those that are begun only later, too. Of a run that nobody asks about, nothing is held. */
export class EndedRuns {
  readonly #runner: Runner
  /** Emptied when a run has ended: see `Held` of the driver pool. */
  readonly #driven = new Map<string, { handle: RunHandle | undefined }>()
  /** Of runs that are not driven yet. */
  readonly #asked = new Map<string, PromiseWithResolvers<RunResult>>()
  /** Of runs whose journals are looked at until they end: however many ask, and however often, each is looked at once. */
  readonly #looked = new Map<string, Promise<RunResult>>()
  readonly #ask = ({ runId, isNew }: AcceptedRun): Promise<RunResult> => this.#resultOf(runId, isNew)

  constructor(runner: Runner) {
    this.#runner = runner
  }

  /** A run that waits, goes on, or has ended: its result is looked for once somebody asks. */
  of(runId: string, isNew: boolean): AcceptedRun {
    return new Taken(runId, isNew, this.#ask)
  }

  /** A run is driven here from now on. */
  follow(handle: RunHandle): void {
    const { runId } = handle
    const driven: { handle: RunHandle | undefined } = { handle }
    this.#driven.set(runId, driven)
    const over = (): void => {
      driven.handle = undefined
      this.#driven.delete(runId)
    }
    handle.result.then(over, over)
    const asked = this.#asked.get(runId)
    this.#asked.delete(runId)
    if (asked) handle.result.then(asked.resolve, asked.reject)
  }

  /** A run cannot be driven here. */
  lose(runId: string, error: unknown): void {
    this.#asked.get(runId)?.reject(error)
    this.#asked.delete(runId)
  }

  /** A run that was not driven yet has ended. */
  end(runId: string): void {
    this.#asked.get(runId)?.resolve(this.#asKept(runId))
    this.#asked.delete(runId)
  }

  async #resultOf(runId: string, isOwn: boolean): Promise<RunResult> {
    const run = await this.#runner.store.get(runId)
    const driven = this.#driven.get(runId)?.handle
    if (driven) return driven.result
    if (!isOwn || run?.status !== 'running') return this.#asKept(runId)
    let asked = this.#asked.get(runId)
    if (!asked) this.#asked.set(runId, (asked = Promise.withResolvers()))
    return asked.promise
  }

  /** As its journal tells it, once it has ended: it may be driven elsewhere. */
  #asKept(runId: string): Promise<RunResult> {
    let looked = this.#looked.get(runId)
    if (!looked) this.#looked.set(runId, (looked = this.#look(runId).finally(() => this.#looked.delete(runId))))
    return looked
  }

  async #look(runId: string): Promise<RunResult> {
    const events = this.#runner.events(runId, { follow: true })[Symbol.asyncIterator]()
    while ((await events.next()).done !== true) continue
    const { status, context, failedStep, error, steps } = await this.#runner.view(runId)
    return { runId, status: status as RunResult['status'], context, failedStep, error, steps }
  }
}

class Taken implements AcceptedRun {
  readonly runId: string
  readonly isNew: boolean
  readonly #ask: (run: AcceptedRun) => Promise<RunResult>

  constructor(runId: string, isNew: boolean, ask: (run: AcceptedRun) => Promise<RunResult>) {
    this.runId = runId
    this.isNew = isNew
    this.#ask = ask
  }

  get result(): Promise<RunResult> {
    return this.#ask(this)
  }
}
