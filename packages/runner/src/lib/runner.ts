import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ApprovalDecision, Clock, FollowOptions, ResumeOptions, RunHandle, Runner, RunnerOptions, RunView, StartOptions, Verification } from './api.ts'
import { AcceptedRuns, type AcceptedRun } from './start/accepted-runs.ts'
import { CheckedExecutor } from './checked-executor.ts'
import { systemClock, systemIds } from './clock.ts'
import { CodeFiles } from './code/code-files.ts'
import { sealPlan } from './plan-builder/define-plan.ts'
import { driverIdentity } from './leases/driver-identity.ts'
import { Driver } from './driver/driver.ts'
import { stepEnvironments } from './secrets/environment.ts'
import { RunnerError } from './errors.ts'
import type { EventData, JournalEvent } from './events.ts'
import { executorTable } from './executor-table.ts'
import { followedEvents } from './run-state/followed-events.ts'
import { withOwnJson } from './start/given-json.ts'
import { GroupSlots } from './leases/group-slots.ts'
import type { ChildRun, ChildRuns } from './executors/recipe.ts'
import { acquireLease, isDriven } from './leases/lease.ts'
import { orderFromPast } from './forecast/learned-order.ts'
import type { JsonObject } from './json.ts'
import { LeaseReturns } from './leases/lease-returns.ts'
import { LeaseWatch } from './leases/lease-watch.ts'
import { LiveRuns } from './driver/live-runs.ts'
import { localExecutors } from './local-executors.ts'
import { LogPaths } from './logs/log-paths.ts'
import { NewRuns } from './start/new-runs.ts'
import { checkNumbers } from './option-checks.ts'
import { PlanAdmission } from './start/plan-admission.ts'
import type { Plan } from './plan.ts'
import { Presence } from './leases/presence.ts'
import type { Durations } from './scheduler/start-order.ts'
import { RunAssembly, type Reopening } from './start/run-assembly.ts'
import { RunDrafts, type RunDraft } from './start/run-draft.ts'
import { FolderWriter } from './run-folder/folder-writer.ts'
import { writeRunFolder } from './run-folder/run-folder.ts'
import { checkRepairOfCompleted } from './start/repair.ts'
import { loadRun, verifyRun } from './run-state/run-reader.ts'
import { RunIds } from './run-state/run-id.ts'
import { RunSteering } from './run-steering.ts'
import { viewOf } from './run-state/run-view.ts'
import type { RemovedRuns } from './run-removal.ts'
import type { PreviewOptions } from './start/run-preview.ts'
import type { RunPreview } from './start/preview.ts'
import { stepFingerprint } from './cache/step-fingerprint.ts'
import type { DriverIdentity, RunStore } from './store.ts'
import type { Surroundings } from './driver/surroundings.ts'
import { ViewedRuns } from './run-state/viewed-runs.ts'
import type { Workspace } from './workspace/workspace.ts'
import { unknownRun } from './unknown-run.ts'
import { wordsOf } from './executors/thrown-words.ts'

const CORES = availableParallelism()

/** Runs plans in this process, over a store that other processes may use as well. */
export class LocalRunner implements Runner {
  readonly store: RunStore
  readonly #ownsStore: boolean
  readonly #clock: Clock
  readonly #workspace: Workspace
  readonly #code: CodeFiles
  readonly #runsDir: string
  readonly #stateDir: string
  readonly #leaseMs: number
  readonly #identity: DriverIdentity = driverIdentity()
  readonly #around: Surroundings
  readonly #admission: PlanAdmission
  readonly #newRuns: NewRuns
  readonly #assembly: RunAssembly
  readonly #previewing: Omit<PreviewOptions, 'imported'>
  readonly #presence: Presence
  readonly #watch: LeaseWatch
  readonly #returns: LeaseReturns
  readonly #viewed: ViewedRuns
  readonly #drivers: LiveRuns<Driver>
  readonly #accepted = new AcceptedRuns()
  /** Of runs whose leases are held or being taken, and that are neither driven nor on the list of those that wait. */
  readonly #opening = new Set<Promise<unknown>>()
  readonly #steering: RunSteering
  readonly #logs: LogPaths
  readonly #folders = new FolderWriter()
  readonly #onRun: RunnerOptions['onRun']
  #closing: Promise<void> | undefined

  constructor(options: RunnerOptions & { stateDir: string }, store: RunStore, ownsStore: boolean) {
    const { workspace: root, stateDir, env = {}, ids = systemIds, python, concurrency = CORES, graceMs = 5000 } = options
    this.store = store
    this.#ownsStore = ownsStore
    this.#clock = options.clock ?? systemClock
    this.#workspace = { root, allow: options.allow ?? [], jobs: options.jobs }
    this.#code = new CodeFiles(this.#workspace)
    this.#stateDir = stateDir
    this.#runsDir = options.runsDir ?? join(root, 'runs')
    this.#leaseMs = options.leaseMs ?? 10_000
    this.#onRun = options.onRun
    this.#watch = new LeaseWatch(this.#clock)
    this.#returns = new LeaseReturns(store, this.#clock)
    this.#viewed = new ViewedRuns(store, options.viewedEvents ?? 0)
    this.#drivers = new LiveRuns(this.#clock)
    this.#presence = new Presence(store, this.#identity, this.#clock, this.#leaseMs)
    const children: ChildRuns = {
      newId: () => this.#around.runIds.next(this.#clock.now()),
      drive: (runId, child, params, parent) => this.#driveChild(runId, child, params, parent),
    }
    const local = { children, clock: this.#clock, workspace: this.#workspace, stateDir, env, size: concurrency, graceMs, ...(python !== undefined && { python }), ...(options.jobs && { jobs: options.jobs }) }
    this.#around = {
      store,
      clock: this.#clock,
      ids,
      runIds: new RunIds(ids),
      workspace: this.#workspace,
      graceMs,
      slots: new GroupSlots(store, this.#identity, this.#clock, this.#leaseMs),
      executors: executorTable([...localExecutors(local), ...(options.executors ?? []).map((executor) => new CheckedExecutor(executor))]),
      environment: stepEnvironments(env),
      keepAlive: () => this.#presence.soon(),
    }
    this.#admission = new PlanAdmission({ store, env, executors: this.#around.executors })
    const fingerprint = stepFingerprint({ workspace: this.#workspace, code: this.#code, python, env })
    this.#newRuns = new NewRuns({
      store,
      admission: this.#admission,
      drafts: new RunDrafts(this.#around, { identity: this.#identity, env, versions: options.versions ?? {} }),
      code: this.#code,
      executors: this.#around.executors,
      root,
      artifactsOf: (runId) => this.#assembly.places(runId).artifacts,
      assertOpen: () => this.#assertOpen(),
    })
    this.#assembly = new RunAssembly(this.#around, {
      identity: this.#identity,
      stateDir,
      runsDir: this.#runsDir,
      concurrency,
      env,
      code: this.#code,
      fingerprint,
    })
    this.#logs = new LogPaths((runId) => this.#planOf(runId), (runId) => this.#assembly.places(runId))
    this.#previewing = { store, root, fingerprint, concurrency }
    this.#steering = new RunSteering(
      { store, env, clock: this.#clock, identity: this.#identity, leaseMs: this.#leaseMs },
      {
        summary: (runId) => this.#summary(runId),
        isDriven: (runId) => this.isDriven(runId),
        heed: (runId) => void [...this.#drivers].find((driver) => driver.runId === runId)?.pollInbox(),
        isAccepted: (runId) => this.#accepted.has(runId),
        begin: (runId, first) => this.#begin(runId, first),
        takeOver: (runId, first) => this.#takeOver(runId, {}, { first }),
      },
    )
  }

  start(plan: Plan, options: StartOptions = {}): Promise<RunHandle> {
    return this.#start(plan, options)
  }

  async #start(plan: Plan, options: StartOptions, outer?: Driver): Promise<RunHandle> {
    return this.#newRuns.make(plan, { ...options, outer }, async (draft) => {
      const order = await this.#order(draft)
      this.#assertOpen()
      return this.#open(this.#assembly.fresh(draft, order), options.signal)
    })
  }

  async accept(plan: Plan, options: Omit<StartOptions, 'signal' | 'accepted'> = {}): Promise<{ runId: string }> {
    return this.#newRuns.make(plan, { ...options, accepted: true }, async (draft) => {
      this.#assertOpen()
      await this.#underWay(this.#accepted.add(draft))
      this.#presence.soon()
      return { runId: draft.runId }
    })
  }

  async begin(runId: string): Promise<RunHandle> {
    this.#assertOpen()
    return this.#begin(runId)
  }

  async #begin(runId: string, first?: EventData): Promise<RunHandle> {
    const accepted = this.#accepted.take(runId)
    if (accepted === undefined) throw unknownRun(runId)
    return this.#underWay(this.#opened(runId, 1, async () => this.#open(accepted && !first ? await this.#driverOf(accepted) : await this.#assembly.reopened(runId, 1, {}, { first }))))
  }

  /** Opens a run whose lease is held, which is given back where that fails. */
  async #opened(runId: string, epoch: number, open: () => Promise<RunHandle>): Promise<RunHandle> {
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

  async #driverOf({ draft, recorded }: AcceptedRun): Promise<Driver> {
    const order = await this.#order(draft)
    const asked = await this.store.inbox(draft.runId)
    this.#assertOpen()
    return this.#assembly.accepted(draft, recorded, order, asked)
  }

  #order({ plan, options }: RunDraft): Promise<Durations | undefined> {
    return orderFromPast(this.store, plan, this.#assembly.slots(plan, options))
  }

  async preview(plan: Plan, given: StartOptions = {}): Promise<RunPreview> {
    this.#assertOpen()
    const options = withOwnJson(given)
    const { sealed, imported } = await this.#admission.admit(plan, options)
    const { previewRun } = await import('./start/run-preview.ts')
    return previewRun(sealed.plan, options, { ...this.#previewing, imported })
  }

  resume(runId: string, options: ResumeOptions = {}): Promise<RunHandle> {
    return this.#resume(runId, options)
  }

  async #resume(runId: string, options: ResumeOptions, outer?: Driver): Promise<RunHandle> {
    checkNumbers({ concurrency: options.concurrency })
    const summary = await this.#summary(runId)
    if (summary.status === 'completed') checkRepairOfCompleted(runId, options.repair)
    if (this.#accepted.has(runId) && !options.repair) return this.#begin(runId)
    if (summary.status === 'completed' && !options.repair) return this.#assembly.finished(await loadRun(this.store, runId))
    return this.#takeOver(runId, options, { outer })
  }

  cancel(runId: string, request: { by: string; reason: string }): Promise<'requested' | 'cancelled' | 'already_ended'> {
    return this.#steering.cancel(runId, request)
  }

  pause(runId: string, request: { by: string; reason: string }): Promise<'requested' | 'done'> {
    return this.#steering.pause(runId, request)
  }

  unpause(runId: string, request: { by: string; reason: string }): Promise<'requested' | 'done'> {
    return this.#steering.unpause(runId, request)
  }

  approve(runId: string, step: string, decision: ApprovalDecision): Promise<'requested' | 'done'> {
    return this.#steering.approve(runId, step, decision)
  }

  /** A run that is the work of a step of another, whose secrets are its own as well. */
  async #driveChild(runId: string, plan: Plan, params: JsonObject, parent: { runId: string; step: string }): Promise<ChildRun> {
    const outer = [...this.#drivers].find((driver) => driver.runId === parent.runId)
    const secrets = [...new Set([...(plan.secrets ?? []), ...(outer?.plan.secrets ?? [])])]
    const known = await this.store.get(runId)
    const handle = known
      ? await this.#resume(runId, {}, outer)
      : await this.#start(secrets.length > 0 ? { ...plan, secrets } : plan, { runId, params, parent, ...outer?.bequest }, outer)
    return { handle, abandon: (error) => [...this.#drivers].find((driver) => driver === handle)?.abandon(error) }
  }

  isDriven(runId: string): Promise<boolean> {
    return isDriven(this.store, runId, this.#identity, this.#leaseMs, this.#watch)
  }

  async view(runId: string): Promise<RunView> {
    this.#assertOpen()
    const isDriven = await this.isDriven(runId)
    return viewOf(await this.#viewed.load(runId), isDriven)
  }

  events(runId: string, options: FollowOptions = {}): AsyncGenerator<JournalEvent> {
    return followedEvents(this.store, (id) => this.#summary(id), this.#clock, runId, options)
  }

  verify(runId: string): Promise<Verification> {
    return verifyRun(this.store, runId)
  }

  async writeRunFolder(run: string | RunHandle): Promise<string> {
    const runId = typeof run === 'string' ? run : run.runId
    const places = this.#assembly.places(runId)
    const folder = join(this.#runsDir, runId)
    if (!(run instanceof Driver) || run.journal === undefined) return writeRunFolder(this.store, places, folder)
    const { json: plan } = await sealPlan(run.plan)
    return this.#folders.write({ places, folder, lines: run.journal, plan })
  }

  logPath(runId: string, step: string, attempt: number): Promise<string> {
    return this.#logs.of(runId, step, attempt)
  }

  async #planOf(runId: string): Promise<Plan> {
    const { planHash } = await this.#summary(runId)
    return JSON.parse((await this.store.plan(planHash)) ?? '{"steps":[]}') as Plan
  }

  async remove(runIds: readonly string[]): Promise<RemovedRuns> {
    this.#assertOpen()
    const { removeRuns } = await import('./run-removal.ts')
    const folders = (runId: string): string[] => [this.#assembly.places(runId).logs, join(this.#runsDir, runId)]
    return removeRuns(this.store, runIds, { stateDir: this.#stateDir, folders })
  }

  close({ settleMs = 0 }: { settleMs?: number } = {}): Promise<void> {
    return (this.#closing ??= this.#close(settleMs))
  }

  async #close(settleMs: number): Promise<void> {
    if (settleMs > 0) await this.#settled(settleMs)
    const abandoned = [...this.#drivers]
    for (const driver of abandoned) driver.abandon(closed())
    const broken: unknown[] = []
    for (const executor of new Set(this.#around.executors.values())) await executor.close().catch((error: unknown) => broken.push(error))
    // What was on its way becomes durable, and whoever asked for it is told so.
    await Promise.allSettled(abandoned.map(({ opened }) => opened))
    while (this.#opening.size > 0) await Promise.allSettled(this.#opening)
    const waiting = this.#accepted.clear().map((runId) => ({ runId, epoch: 1 }))
    await this.store.releaseLeases([...abandoned.map(({ runId, epoch }) => ({ runId, epoch })), ...waiting, ...this.#returns.close()]).catch(() => {})
    await Promise.all([this.#presence.close(), this.#folders.close()])
    if (this.#ownsStore) await this.store.close()
    if (broken.length > 0) throw broken[0]
  }

  /** Resolves when nothing is under way any more, and at the latest after so many milliseconds. */
  async #settled(ms: number): Promise<void> {
    const late = Promise.withResolvers<void>()
    const inTime = this.#clock.sleep(ms, late.resolve)
    await Promise.race([late.promise, Promise.all([...this.#drivers].map((driver) => driver.settle()))])
    inTime()
  }

  #assertOpen(): void {
    if (this.#closing) throw closed()
  }

  async #summary(runId: string) {
    this.#assertOpen()
    const summary = await this.store.get(runId)
    if (!summary) throw unknownRun(runId)
    return summary
  }

  #takeOver(runId: string, options: ResumeOptions, reopening: Reopening): Promise<RunHandle> {
    const take = async (): Promise<RunHandle> => {
      await this.#returns.settle(runId)
      const epoch = await acquireLease(this.store, runId, this.#identity, this.#clock, this.#leaseMs, this.#watch, () => this.#assertOpen())
      return this.#opened(runId, epoch, () => this.#reopen(runId, epoch, options, reopening))
    }
    // Who closes the runner waits for a lease that is being taken, too.
    return this.#underWay(take())
  }

  async #reopen(runId: string, epoch: number, options: ResumeOptions, reopening: Reopening): Promise<RunHandle> {
    // Its driver may have ended the run before it let go of the lease.
    const { status } = await this.#summary(runId)
    if ((status === 'completed' && !options.repair) || (reopening.first && status !== 'running')) {
      await this.store.releaseLease(runId, epoch)
      return this.#assembly.finished(await loadRun(this.store, runId))
    }
    return this.#open(await this.#assembly.reopened(runId, epoch, options, reopening), options.signal)
  }

  /** Resolves once the driver's first events are durable. */
  async #open(driver: Driver, signal?: AbortSignal): Promise<Driver> {
    this.#drivers.add(driver)
    // Nothing of it may be at work for long: it waits for a person, say.
    this.#presence.soon()
    const refusal = this.#tell(driver)
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
      if (!this.#closing && !isOthers) void this.#returns.add(driver.runId, driver.epoch)
    }
    driver.result.then(over, stopped)
    // It was on its way when the runner was closed: nobody would wait for it, and no executor is there for its steps.
    const unwanted = refusal ? RunnerError.from(refusal.thrown, 'RUN_INTERNAL') : this.#closing && closed()
    if (unwanted) driver.abandon(unwanted)
    await driver.opened
    if (unwanted) await this.store.releaseLease(driver.runId, driver.epoch).catch(() => {})
    if (refusal) throw refusal.thrown
    return driver
  }

  #tell(driver: Driver): { thrown: unknown } | undefined {
    try {
      this.#onRun?.(driver)
      return undefined
    } catch (thrown) {
      return { thrown }
    }
  }
}

function closed(): RunnerError {
  return new RunnerError('RUNNER_CLOSED', 'The runner was closed; runs that were going on can be resumed.')
}
