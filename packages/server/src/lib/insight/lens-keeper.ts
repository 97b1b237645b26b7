import { RunnerError, type Clock, type JournalEvent, type Plan, type RunStore, type RunSummary } from '@lorc/runner'
import { RunLens } from './run-lens.ts'

/** Steps of all runs that are kept in memory, at most, unless one run alone has more. */
const MOST_STEPS = 200_000
const MOST_RUNS = 32
/** Nobody has looked at a run for so long: what is kept of it goes. */
const FORGET_AFTER_MS = 60_000

interface Kept {
  lens: Promise<RunLens>
  usedAt: number
  steps: number
}

/** Runs that are looked at, folded up to now: each look reads only the events that are new. */
export class LensKeeper {
  readonly #store: RunStore
  readonly #clock: Pick<Clock, 'monotonic' | 'sleep'>
  /** The one that was used last is the last. */
  readonly #kept = new Map<string, Kept>()
  #stop: (() => void) | undefined

  constructor(store: RunStore, clock: Pick<Clock, 'monotonic' | 'sleep'>) {
    this.#store = store
    this.#clock = clock
  }

  /** The run with all its events of now. Rejects with RUN_UNKNOWN, STORE_*. */
  async look(runId: string): Promise<{ lens: RunLens; summary: RunSummary }> {
    const summary = await this.#store.get(runId)
    if (summary === undefined) {
      this.#kept.delete(runId)
      throw new RunnerError('RUN_UNKNOWN', `There is no run ${JSON.stringify(runId)}.`)
    }
    const kept = this.#use(runId, summary)
    const lens = await kept.lens
    this.#forgetSome()
    return { lens, summary }
  }

  close(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#kept.clear()
  }

  /** One reads on at a time, each after the one before. */
  #use(runId: string, { planHash, steps }: RunSummary): Kept {
    const before = this.#kept.get(runId)
    this.#kept.delete(runId)
    const lens = before ? before.lens.then((known) => this.#readOn(runId, known)) : this.#open(runId, planHash)
    const kept = { lens, usedAt: this.#clock.monotonic(), steps }
    this.#kept.set(runId, kept)
    lens.catch(() => {
      if (this.#kept.get(runId) === kept) this.#kept.delete(runId)
    })
    return kept
  }

  async #open(runId: string, planHash: string): Promise<RunLens> {
    const plan = await this.#store.plan(planHash)
    if (plan === undefined) throw new RunnerError('RUN_JOURNAL_BROKEN', `The plan of ${runId} is not in the store.`)
    return this.#readOn(runId, new RunLens(JSON.parse(plan) as Plan))
  }

  async #readOn(runId: string, lens: RunLens): Promise<RunLens> {
    for await (const lines of this.#store.read(runId, lens.seq)) for (const line of lines) lens.apply(JSON.parse(line) as JournalEvent)
    const kept = this.#kept.get(runId)
    if (kept) kept.steps = lens.fold.size
    return lens
  }

  #forgetSome(): void {
    let steps = 0
    let runs = 0
    for (const [runId, kept] of [...this.#kept].reverse()) {
      steps += kept.steps
      if (runs++ > 0 && (steps > MOST_STEPS || runs > MOST_RUNS)) this.#kept.delete(runId)
    }
    this.#stop ??= this.#clock.sleep(FORGET_AFTER_MS, () => this.#forgetOld())
  }

  #forgetOld(): void {
    this.#stop = undefined
    const now = this.#clock.monotonic()
    for (const [runId, { usedAt }] of this.#kept) if (now - usedAt >= FORGET_AFTER_MS) this.#kept.delete(runId)
    if (this.#kept.size > 0) this.#stop = this.#clock.sleep(FORGET_AFTER_MS, () => this.#forgetOld())
  }
}
