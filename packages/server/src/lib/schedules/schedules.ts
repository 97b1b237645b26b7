import { newRunId, type Clock, type Runner } from '@lorc/runner'
import type { Intake } from '../intake/intake.ts'
import type { ServiceLog } from '../log.ts'
import type { RecipeCatalogue } from '../recipes/recipe-catalogue.ts'
import { dueTimes } from './due-times.ts'
import { Firings } from './firings.ts'
import { ScheduleCursor, scheduledBefore } from './schedule-cursor.ts'
import { ScheduleRuns, type ScheduleWorld } from './schedule-runs.ts'
import { scheduledRecipes, type Broken, type Scheduled } from './scheduled-recipes.ts'

/** The wall clock may be set, and a machine may sleep: it is looked at no less often than this where there is a schedule. */
const LONGEST_SLEEP_MS = 60_000
/** While a time waits for the run of an earlier one, which may go on in another service. */
const WAITING_MS = 2000
/** Files that change together are looked at together. */
const SETTLING_MS = 200
/** What another service has left when it died is looked for. */
const SWEEP_MS = 10 * 60_000
/** What became of a time is kept. */
const KEPT_MS = 30 * 86_400_000

export interface SchedulesOptions {
  recipes: RecipeCatalogue
  runner: Runner
  intake: Pick<Intake, 'accept' | 'adopt' | 'cancel'>
  /** Absolute. */
  workspace: string
  clock: Clock
  log: ServiceLog
  /** Calls `changed` when recipes may have changed; returns how to stop it. */
  watch(changed: () => void): () => void
}

/**
 * Starts the runs of recipes that have a schedule. Each time is acted on once, however many services share the store, and
 * after a downtime as the schedule's `catch_up` says. A recipe with problems is reported and keeps no other from its runs.
 */
export class Schedules {
  readonly #options: SchedulesOptions
  readonly #world: ScheduleWorld
  /** Recipes of which a time waits for a run. */
  readonly #waiting = new Set<string>()
  readonly #told = new Map<string, string>()
  /** Runs that cannot go on, as was told. */
  readonly #stuck = new Set<string>()
  #sweptAt = -Infinity
  #working: Promise<void> = Promise.resolve()
  #awaken: (() => void) | undefined
  /** Recipes have changed, maybe while they are looked at: what that look comes to does not put this off. */
  #notice: (() => void) | undefined
  #unwatch: (() => void) | undefined
  #running = false

  constructor(options: SchedulesOptions) {
    const { clock, runner, recipes, intake, log } = options
    this.#options = options
    this.#world = {
      store: runner.store,
      log,
      now: () => clock.now(),
      newRunId: () => newRunId(clock.now(), Math.random),
      open: (name) => recipes.open(name),
      start: async (plan, start) => {
        const { result } = await intake.accept(plan, start)
        return { ended: result }
      },
      cancel: (runId, reason) => intake.cancel(runId, { by: 'schedule', reason }),
      adopt: (runId, path) => this.#adopt(runId, path),
      ended: (path) => {
        if (this.#running && this.#waiting.has(path)) this.#work()
      },
    }
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#unwatch = this.#options.watch(() => this.#changed())
    this.#work()
  }

  /** Starts nothing more, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#running = false
    this.#unwatch?.()
    this.#awaken?.()
    this.#notice?.()
    await this.#working
  }

  /** Resolves once what is due by now was acted on. */
  async settled(): Promise<void> {
    for (let working; working !== this.#working; ) await (working = this.#working)
  }

  #work(): void {
    this.#working = this.#working.then(() => this.#turn())
  }

  async #turn(): Promise<void> {
    if (!this.#running) return
    try {
      const next = await this.#look()
      if (next !== undefined) this.#sleep(next)
    } catch (error) {
      this.#options.log('error', 'the schedules could not be looked at', { error: wordsOf(error) })
      this.#sleep(LONGEST_SLEEP_MS)
    }
  }

  #sleep(ms: number): void {
    if (!this.#running) return
    this.#awaken?.()
    this.#awaken = this.#options.clock.sleep(ms, () => this.#work())
  }

  #changed(): void {
    if (!this.#running) return
    this.#notice?.()
    this.#notice = this.#options.clock.sleep(SETTLING_MS, () => this.#work())
  }

  /** Acts on what is due; resolves to the milliseconds until there may be more, undefined where there is no schedule. */
  async #look(): Promise<number | undefined> {
    const { recipes, workspace, runner, clock } = this.#options
    const { scheduled, broken } = await scheduledRecipes(recipes, workspace, await scheduledBefore(runner.store))
    this.#tell(broken)
    if (scheduled.length === 0) return undefined
    const sweeping = clock.monotonic() - this.#sweptAt >= SWEEP_MS
    if (sweeping) this.#sweptAt = clock.monotonic()
    let next = LONGEST_SLEEP_MS
    for (const one of scheduled) {
      if (!this.#running) return undefined
      await this.#attend(one, sweeping).catch((error: unknown) => this.#options.log('error', 'the schedule of a recipe could not be looked at', { recipe: one.path, error: wordsOf(error) }))
      const at = one.times.next(clock.now())
      if (at !== null) next = Math.min(next, at - clock.now())
    }
    return Math.max(0, this.#waiting.size > 0 ? Math.min(next, WAITING_MS) : next)
  }

  async #attend({ name, path, schedule, times }: Scheduled, sweeping: boolean): Promise<void> {
    const { runner, clock } = this.#options
    const firings = new Firings(runner.store, path)
    const runs = new ScheduleRuns({ name, path, overlap: schedule.overlap, catchUp: schedule.catchUp }, firings, this.#world)
    const cursor = new ScheduleCursor(runner.store, path)
    const now = clock.now()
    const { fire, seenTo } = dueTimes(times, await cursor.read(schedule, now), now, schedule.catchUp)
    if (sweeping) await firings.forget(now - KEPT_MS)
    if (sweeping || this.#waiting.has(path)) await this.#takeUp(path, runs)
    for (const due of fire) {
      if (!this.#running) return
      await runs.fire(due)
    }
    if (seenTo !== null) await cursor.advance(seenTo)
    if (fire.length > 0) await this.#takeUp(path, runs)
  }

  /** What keeps a run from going on, a secret that is not set any more, say, is for people to see to: it goes on for ever until then. */
  async #adopt(runId: string, recipe: string): Promise<{ ended: Promise<unknown> } | undefined> {
    const { intake, log } = this.#options
    try {
      const run = await intake.adopt(runId)
      this.#stuck.delete(runId)
      return run && { ended: run.result }
    } catch (error) {
      if (this.#running && !this.#stuck.has(runId)) log('error', 'a run of a schedule cannot go on', { recipe, run_id: runId, error: wordsOf(error) })
      this.#stuck.add(runId)
      return undefined
    }
  }

  async #takeUp(path: string, runs: ScheduleRuns): Promise<void> {
    if (await runs.takeUp()) this.#waiting.add(path)
    else this.#waiting.delete(path)
  }

  /** Each once, until it is another one. */
  #tell(broken: readonly Broken[]): void {
    for (const { path, error } of broken) {
      if (this.#told.get(path) === error.message) continue
      this.#told.set(path, error.message)
      this.#options.log('error', 'the schedule of a recipe with problems is not run', { recipe: path, error: error.message })
    }
    for (const path of this.#told.keys()) if (!broken.some((one) => one.path === path)) this.#told.delete(path)
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
