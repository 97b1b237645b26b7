import type { Clock, ResumeOptions, RunHandle, RunnerOptions } from '../api.ts'
import type { Driver } from '../driver/driver.ts'
import { LiveRuns } from '../driver/live-runs.ts'
import { RunnerError } from '../errors.ts'
import type { EventData } from '../events.ts'
import { wordsOf } from '../executors/thrown-words.ts'
import { acquireLease, isDriven } from '../leases/lease.ts'
import { LeaseReturns } from '../leases/lease-returns.ts'
import { LeaseWatch } from '../leases/lease-watch.ts'
import { Presence } from '../leases/presence.ts'
import { loadRun } from '../run-state/run-reader.ts'
import type { DriverIdentity, RunStore, RunSummary } from '../store.ts'
import { unknownRun } from '../unknown-run.ts'
import { AcceptedRuns, type AcceptedRun } from './accepted-runs.ts'
import type { Reopening, RunAssembly } from './run-assembly.ts'
import type { RunDraft } from './run-draft.ts'

export interface HoldingParts {
  readonly store: RunStore
  readonly clock: Clock
  readonly identity: DriverIdentity
  /** Milliseconds. */
  readonly leaseMs: number
  readonly assembly: RunAssembly
  readonly onRun: RunnerOptions['onRun']
  /** Rejects with RUN_UNKNOWN, RUNNER_CLOSED. */
  summary(runId: string): Promise<RunSummary>
  /** RUNNER_CLOSED, once the runner is being closed. */
  refusal(): RunnerError | undefined
}

/** The runs whose leases this process has: those that wait to be begun, that are being opened, and that are driven. */
export class HeldRuns {
  readonly #parts: HoldingParts
  readonly #presence: Presence
  readonly #watch: LeaseWatch
  readonly #returns: LeaseReturns
  readonly #drivers: LiveRuns<Driver>
  readonly #accepted = new AcceptedRuns()
  /** Of runs whose leases are held or being taken, and that are neither driven nor on the list of those that wait. */
  readonly #opening = new Set<Promise<unknown>>()

  constructor(parts: HoldingParts) {
    const { store, clock, identity, leaseMs } = parts
    this.#parts = parts
    this.#presence = new Presence(store, identity, clock, leaseMs)
    this.#watch = new LeaseWatch(clock)
    this.#returns = new LeaseReturns(store, clock)
    this.#drivers = new LiveRuns(clock)
  }

  /** What drives the run here, if anything does. */
  driver(runId: string): Driver | undefined {
    return this.#drivers.find(runId)
  }

  isDriven(runId: string): Promise<boolean> {
    const { store, identity, leaseMs } = this.#parts
    return isDriven(store, runId, identity, leaseMs, this.#watch)
  }

  /** Waits here to be begun. */
  isAccepted(runId: string): boolean {
    return this.#accepted.has(runId)
  }

  /** Something is held that others may take from a process without a sign of life. */
  keepAlive(): void {
    this.#presence.soon()
  }

  /** Resolves once the run is durable and waits here. Rejects with RUN_ID_TAKEN, STORE_*. */
  async accept(draft: RunDraft): Promise<void> {
    await this.#underWay(this.#accepted.add(draft))
    this.#presence.soon()
  }

  /** Begins a run that waits here; `first` comes first. Rejects with RUN_UNKNOWN where there is none. */
  async begin(runId: string, first?: EventData): Promise<RunHandle> {
    const accepted = this.#accepted.take(runId)
    if (accepted === undefined) throw unknownRun(runId)
    const driver = (): Promise<Driver> => (accepted && !first ? this.#driverOf(accepted) : this.#parts.assembly.reopened(runId, 1, {}, { first }))
    return this.#underWay(this.#orReturn(runId, 1, async () => this.open(await driver())))
  }

  async #driverOf({ draft, recorded }: AcceptedRun): Promise<Driver> {
    const { store, assembly } = this.#parts
    const order = await assembly.order(draft.plan, draft.options)
    const asked = await store.inbox(draft.runId)
    this.#assertOpen()
    return assembly.accepted(draft, recorded, order, asked)
  }

  /** Takes the lease of a run and goes on with it. Rejects with RUN_HELD, and as `Runner.resume` does. */
  takeOver(runId: string, options: ResumeOptions, reopening: Reopening): Promise<RunHandle> {
    const { store, identity, clock, leaseMs } = this.#parts
    const take = async (): Promise<RunHandle> => {
      await this.#returns.settle(runId)
      const epoch = await acquireLease(store, runId, identity, clock, leaseMs, this.#watch, () => this.#assertOpen())
      return this.#orReturn(runId, epoch, () => this.#reopen(runId, epoch, options, reopening))
    }
    // Who closes the runner waits for a lease that is being taken, too.
    return this.#underWay(take())
  }

  async #reopen(runId: string, epoch: number, options: ResumeOptions, reopening: Reopening): Promise<RunHandle> {
    const { store, assembly, summary } = this.#parts
    // Its driver may have ended the run before it let go of the lease.
    const { status } = await summary(runId)
    if ((status === 'completed' && !options.repair) || (reopening.first && status !== 'running')) {
      await store.releaseLease(runId, epoch)
      return assembly.finished(await loadRun(store, runId))
    }
    return this.open(await assembly.reopened(runId, epoch, options, reopening), options.signal)
  }

  /** Resolves once the driver's first events are durable. Rejects with what `onRun` throws, and the run is let go of. */
  async open(driver: Driver, signal?: AbortSignal): Promise<Driver> {
    this.#drivers.add(driver)
    // Nothing of it may be at work for long: it waits for a person, say.
    this.#presence.soon()
    const refused = this.#tell(driver)
    const stop = (): void => driver.cancel({ by: 'signal', reason: wordsOf(signal?.reason) })
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    const over = (): void => {
      signal?.removeEventListener('abort', stop)
      this.#drivers.delete(driver)
      if (this.#drivers.isEmpty && this.#accepted.size === 0) void this.#presence.rest()
    }
    const stopped = (error: unknown): void => {
      over()
      const isOthers = error instanceof RunnerError && (error.code === 'RUN_FENCED' || error.code === 'RUN_ID_TAKEN')
      if (!this.#parts.refusal() && !isOthers) void this.#returns.add(driver.runId, driver.epoch)
    }
    driver.result.then(over, stopped)
    // It was on its way when the runner was closed: nobody would wait for it, and no executor is there for its steps.
    const unwanted = refused ? RunnerError.from(refused.thrown, 'RUN_INTERNAL') : this.#parts.refusal()
    if (unwanted) driver.abandon(unwanted)
    await driver.opened
    if (unwanted) await this.#parts.store.releaseLease(driver.runId, driver.epoch).catch(() => {})
    if (refused) throw refused.thrown
    return driver
  }

  #tell(driver: Driver): { thrown: unknown } | undefined {
    try {
      this.#parts.onRun?.(driver)
      return undefined
    } catch (thrown) {
      return { thrown }
    }
  }

  /** Resolves when nothing is under way any more, and at the latest after so many milliseconds. */
  async settle(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>()
    const inTime = this.#parts.clock.sleep(ms, late.resolve)
    await Promise.race([late.promise, Promise.all([...this.#drivers].map((driver) => driver.settle()))])
    inTime()
  }

  /** Lets go of all that is driven. Returns what gives the leases back, for when no step runs any more. */
  abandon(why: RunnerError): () => Promise<void> {
    const abandoned = [...this.#drivers]
    for (const driver of abandoned) driver.abandon(why)
    return () => this.#release(abandoned)
  }

  async #release(abandoned: readonly Driver[]): Promise<void> {
    // What was on its way becomes durable, and whoever asked for it is told so.
    await Promise.allSettled(abandoned.map(({ opened }) => opened))
    while (this.#opening.size > 0) await Promise.allSettled(this.#opening)
    const waiting = this.#accepted.clear().map((runId) => ({ runId, epoch: 1 }))
    await this.#parts.store.releaseLeases([...abandoned.map(({ runId, epoch }) => ({ runId, epoch })), ...waiting, ...this.#returns.close()]).catch(() => {})
  }

  /** Once the leases were given back. */
  close(): Promise<void> {
    return this.#presence.close()
  }

  /** Opens a run whose lease is held, which is given back where that fails. */
  async #orReturn(runId: string, epoch: number, open: () => Promise<RunHandle>): Promise<RunHandle> {
    try {
      return await open()
    } catch (error) {
      await this.#returns.add(runId, epoch)
      throw error
    }
  }

  async #underWay<T>(opening: Promise<T>): Promise<T> {
    this.#opening.add(opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(opening)
    }
  }

  #assertOpen(): void {
    const refusal = this.#parts.refusal()
    if (refusal) throw refusal
  }
}
