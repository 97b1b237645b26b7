import { RunnerError, type Plan, type RunStore, type StartOptions } from '@lorc/runner'
import { ServerError } from '../errors.ts'
import type { ServiceLog } from '../log.ts'
import type { DueTime } from './due-times.ts'
import type { FiringState, Firings, KeptFiring } from './firings.ts'

/** Firings that are looked at: what goes on or waits is among the last. */
const LOOKED_AT = 200
/** Runs of earlier times that are asked whether they go on: there is one, unless people resume others. */
const RUNS_ASKED = 20
/** Times that wait for the run of an earlier one. */
const MOST_QUEUED = 100
/** Who has claimed a time and not acted on it for so long has died. */
const CLAIM_MS = 60_000

/** What starts and cancels runs for a schedule. */
export interface ScheduleWorld {
  store: RunStore
  now(): number
  newRunId(): string
  /** The recipe's plan as it is now. Rejects where it cannot be run. */
  open(name: string): Promise<{ plan: Plan; recipe: NonNullable<StartOptions['recipe']> }>
  /** Resolves once the run is durable; `ended` once it has ended here, or is let go of. */
  start(plan: Plan, options: StartOptions): Promise<{ ended: Promise<unknown> }>
  cancel(runId: string, reason: string): Promise<unknown>
  /** Goes on with a run of the recipe at this path if the service that drove it is gone; `ended` as of `start`, undefined where somebody drives it, or nobody can. */
  adopt(runId: string, path: string): Promise<{ ended: Promise<unknown> } | undefined>
  /** A run of the recipe at this path has ended: what waits for it can be taken up. */
  ended(path: string): void
  log: ServiceLog
}

export interface ScheduledRecipe {
  name: string
  /** Of its file, relative to the workspace. */
  path: string
  overlap: 'skip' | 'queue' | 'cancel_running'
  catchUp: 'none' | 'last' | 'all'
}

/** What is done about the times of one schedule as they come. */
export class ScheduleRuns {
  readonly #recipe: ScheduledRecipe
  readonly #firings: Firings
  readonly #world: ScheduleWorld

  constructor(recipe: ScheduledRecipe, firings: Firings, world: ScheduleWorld) {
    this.#recipe = recipe
    this.#firings = firings
    this.#world = world
  }

  /** Acts on a time, if nobody has: starts a run, or does what the schedule says where one goes on. */
  async fire({ at, missed }: DueTime): Promise<void> {
    const { now, newRunId } = this.#world
    const claimed = await this.#firings.claim({ at, missed, runId: newRunId() }, now())
    if (claimed) await this.#act(claimed)
  }

  /**
   * Takes up what was left: times that were claimed by a service that has died since, and the first of those that wait
   * where no run goes on any more. Resolves to whether any still waits.
   */
  async takeUp(): Promise<boolean> {
    const { now } = this.#world
    const last = await this.#firings.last(LOOKED_AT)
    for (const firing of last.toReversed()) {
      if (firing.state !== 'claimed' || now() - firing.claimedAt < CLAIM_MS) continue
      const taken = await this.#firings.change(firing, { claimedAt: now() })
      if (taken) await this.#act(taken)
    }
    const queued = last.filter(({ state }) => state === 'queued')
    const [next] = queued.slice(-1)
    if (!next || this.#beginning(last, next.at).length > 0 || (await this.#goingOn(last)).length > 0) return queued.length > 0
    const taken = await this.#firings.change(next, { state: 'claimed', reason: null, claimedAt: now() })
    if (taken) await this.#begin(taken)
    return (await this.#firings.last(LOOKED_AT)).some(({ state }) => state === 'queued')
  }

  async #act(firing: KeptFiring): Promise<void> {
    const last = (await this.#firings.last(LOOKED_AT)).filter(({ at }) => at !== firing.at)
    const goingOn = await this.#goingOn(last)
    const queued = last.filter(({ state, at }) => state === 'queued' && at < firing.at)
    const before = [...goingOn, ...queued, ...this.#beginning(last, firing.at)]
    const [ahead] = before
    // There may be a run of it already, whose start was not put on record.
    if (!ahead || (await this.#world.store.get(firing.runId))) return this.#begin(firing)
    // What is made up for goes one after the other: to leave out all but the first would be to make up for one. Nor is a time that
    // comes meanwhile left out where all are wanted: nobody would make up for it.
    const makesUp = firing.missed || (this.#recipe.catchUp === 'all' && before.some(({ missed }) => missed))
    const overlap = makesUp && this.#recipe.overlap === 'skip' ? 'queue' : this.#recipe.overlap
    if (overlap === 'skip') return this.#settle(firing, 'skipped', `${ahead.runId}, of an earlier time, goes on`)
    if (overlap === 'queue') {
      if (queued.length >= MOST_QUEUED) return this.#settle(firing, 'skipped', `${MOST_QUEUED} earlier times wait`)
      return this.#settle(firing, 'queued', `${ahead.runId}, of an earlier time, goes on`)
    }
    for (const waiting of queued) await this.#settle(waiting, 'skipped', 'a later time came before its run could begin')
    await this.#settle(firing, 'queued', `${ahead.runId}, of an earlier time, is being cancelled`)
    for (const { runId } of goingOn) await this.#world.cancel(runId, `the schedule of ${this.#recipe.path} has come to its next time`)
  }

  async #begin(firing: KeptFiring): Promise<void> {
    const { path, name } = this.#recipe
    const { runId, at } = firing
    try {
      const { plan, recipe } = await this.#world.open(name)
      this.#follow(await this.#world.start(plan, { runId, recipe, origin: { type: 'schedule', recipe: path, at } }))
      this.#world.log('info', 'a schedule has started a run', { recipe: path, at: new Date(at).toISOString(), run_id: runId })
    } catch (error) {
      const known = error instanceof RunnerError || error instanceof ServerError
      if (known && error.code === 'SERVER_STOPPING') return
      if (known && error.code === 'SERVER_OVERLOADED') return this.#settle(firing, 'queued', error.message)
      if (!known || error.code !== 'RUN_ID_TAKEN') {
        const reason = error instanceof Error ? `${known ? `${error.code}: ` : ''}${error.message}` : String(error)
        this.#world.log('error', 'a schedule could not start a run', { recipe: path, at: new Date(at).toISOString(), reason })
        return this.#settle(firing, 'failed', reason)
      }
    }
    await this.#settle(firing, 'started', null)
  }

  async #settle(firing: KeptFiring, state: FiringState, reason: string | null): Promise<void> {
    await this.#firings.change(firing, { state, reason })
    if (state === 'skipped') this.#world.log('warn', 'a schedule has left a time out', { recipe: this.#recipe.path, at: new Date(firing.at).toISOString(), reason })
  }

  #follow({ ended }: { ended: Promise<unknown> }): void {
    const over = (): void => this.#world.ended(this.#recipe.path)
    ended.then(over, over)
  }

  /** Those of earlier times that another service is about to begin: there may be no run of them yet. */
  #beginning(last: readonly KeptFiring[], before: number): KeptFiring[] {
    return last.filter(({ state, at, claimedAt }) => state === 'claimed' && at < before && this.#world.now() - claimedAt < CLAIM_MS)
  }

  /** Those whose runs go on. One whose service has died would go on for ever: it is gone on with here. */
  async #goingOn(last: readonly KeptFiring[]): Promise<KeptFiring[]> {
    const started = last.filter(({ state }) => state === 'started').slice(0, RUNS_ASKED)
    const runs = await Promise.all(started.map(({ runId }) => this.#world.store.get(runId)))
    const goingOn = started.filter((_, i) => runs[i]?.status === 'running')
    for (const { runId } of goingOn) {
      const adopted = await this.#world.adopt(runId, this.#recipe.path)
      if (!adopted) continue
      this.#follow(adopted)
      this.#world.log('info', 'a run of a schedule whose service is gone goes on here', { recipe: this.#recipe.path, run_id: runId })
    }
    return goingOn
  }
}
