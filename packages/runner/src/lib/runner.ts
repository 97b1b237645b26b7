import { Context } from '@lorc/context'
import { realpathSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { versions as engineVersions } from 'node:process'
import type {
  Clock,
  Ids,
  ResumeOptions,
  RunHandle,
  Runner,
  RunnerOptions,
  RunView,
  StartOptions,
  Verification,
} from './api.ts'
import { logFile, type RunPlaces } from './attempt.ts'
import { systemClock, systemIds } from './clock.ts'
import { changedPaths, hashPlanCode } from './code-files.ts'
import { sealPlan, type SealedPlan } from './define-plan.ts'
import { driverIdentity } from './driver-identity.ts'
import { Driver, resultOf, type RunParts, type Surroundings } from './driver.ts'
import { stepEnvironment } from './environment.ts'
import { RunnerError } from './errors.ts'
import type { EventData, JournalEvent, RunOptions } from './events.ts'
import type { StepExecutor } from './executor.ts'
import { graphOf } from './graph.ts'
import { importSteps, type StepImport } from './import-steps.ts'
import { Journal } from './journal.ts'
import { acquireLease, isDriven, unknownRun } from './lease.ts'
import { localExecutors } from './local-executors.ts'
import type { Plan } from './plan.ts'
import { Presence } from './presence.ts'
import { RunFold } from './run-fold.ts'
import { writeRunFolder } from './run-folder.ts'
import { newRunId } from './run-id.ts'
import { checkNames, skippedSteps } from './run-order.ts'
import { loadRun, storedEvents, verifyRun, type LoadedRun } from './run-reader.ts'
import { Scheduler } from './scheduler.ts'
import { StepCache } from './step-cache.ts'
import { stepFingerprint } from './step-fingerprint.ts'
import type { DriverIdentity, RunStore } from './store.ts'
import { Subscribers } from './subscribers.ts'
import { RUNNER_VERSION } from './version.ts'
import type { Workspace } from './workspace.ts'

const FOLLOW_POLL_MS = 200
const CORES = availableParallelism()

/** Makes a runner. Throws RunnerError WORKSPACE_INVALID, STORE_*. */
export async function createRunner(options: RunnerOptions): Promise<Runner> {
  const root = workspaceRoot(options.workspace)
  const store = options.store ?? (await openDefaultStore(join(options.stateDir ?? join(root, '.lorc'), 'lorc.db')))
  return new LocalRunner({ ...options, workspace: root }, store, options.store === undefined)
}

async function openDefaultStore(file: string): Promise<RunStore> {
  const { createSqliteStore } = await import('./stores/sqlite.ts')
  return createSqliteStore({ file, durability: 'power' })
}

function workspaceRoot(path: string): string {
  try {
    if (isAbsolute(path)) return realpathSync(path)
  } catch (error) {
    throw new RunnerError('WORKSPACE_INVALID', `The workspace "${path}" is not there.`, { cause: error })
  }
  throw new RunnerError('WORKSPACE_INVALID', `The workspace "${path}" is not an absolute path.`)
}

class LocalRunner implements Runner {
  readonly store: RunStore
  readonly #ownsStore: boolean
  readonly #options: RunnerOptions
  readonly #clock: Clock
  readonly #ids: Ids
  readonly #workspace: Workspace
  readonly #stateDir: string
  readonly #runsDir: string
  readonly #leaseMs: number
  readonly #identity: DriverIdentity = driverIdentity()
  readonly #executors: ReadonlyMap<string, StepExecutor>
  readonly #around: Surroundings
  readonly #presence: Presence
  readonly #drivers = new Set<Driver>()
  #closing: Promise<void> | undefined

  constructor(options: RunnerOptions, store: RunStore, ownsStore: boolean) {
    this.store = store
    this.#ownsStore = ownsStore
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#ids = options.ids ?? systemIds
    this.#workspace = { root: options.workspace, allow: options.allow ?? [] }
    this.#stateDir = options.stateDir ?? join(options.workspace, '.lorc')
    this.#runsDir = options.runsDir ?? join(options.workspace, 'runs')
    this.#leaseMs = options.leaseMs ?? 10_000
    this.#presence = new Presence(store, this.#identity, this.#clock, this.#leaseMs)
    this.#executors = this.#collectExecutors()
    this.#around = {
      store,
      clock: this.#clock,
      ids: this.#ids,
      workspace: this.#workspace,
      graceMs: options.graceMs ?? 5000,
      executors: this.#executors,
      environment: stepEnvironment(options.env ?? {}),
      keepAlive: () => this.#presence.soon(),
    }
  }

  async start(plan: Plan, options: StartOptions = {}): Promise<RunHandle> {
    const sealed = sealPlan(plan)
    this.#checkTypes(sealed.plan)
    const graph = graphOf(sealed.plan)
    checkNames(sealed.plan, graph, options)
    const imported = options.resumeFrom?.length ? await importSteps(this.store, sealed.plan, graph, options) : []
    const code = await hashPlanCode(sealed.plan, this.#workspace)
    for (;;) {
      const driver = this.#newRun(sealed, options, code, imported)
      try {
        await driver.opened
        return this.#watch(driver, options.signal)
      } catch (error) {
        this.#drivers.delete(driver)
        if (!(error instanceof RunnerError) || error.code !== 'RUN_ID_TAKEN') throw error
      }
    }
  }

  async resume(runId: string, options: ResumeOptions = {}): Promise<RunHandle> {
    const summary = await this.store.get(runId)
    if (!summary) throw unknownRun(runId)
    if (summary.status === 'completed') return this.#finished(await loadRun(this.store, runId))
    const epoch = await acquireLease(this.store, runId, this.#identity, this.#clock, this.#leaseMs)
    try {
      const driver = await this.#reopen(runId, epoch, options)
      await driver.opened
      return this.#watch(driver, options.signal)
    } catch (error) {
      await this.store.releaseLease(runId, epoch).catch(() => {})
      throw error
    }
  }

  async cancel(runId: string, { by, reason }: { by: string; reason: string }): Promise<'requested' | 'cancelled' | 'already_ended'> {
    const summary = await this.store.get(runId)
    if (!summary) throw unknownRun(runId)
    if (summary.status !== 'running') return 'already_ended'
    if (await isDriven(this.store, runId, this.#identity)) {
      await this.store.send(runId, { type: 'cancel', by, reason })
      return 'requested'
    }
    const epoch = await acquireLease(this.store, runId, this.#identity, this.#clock, this.#leaseMs)
    const driver = await this.#reopen(runId, epoch, {}, { type: 'run.cancel_requested', by, reason })
    await driver.opened
    await this.#watch(driver).result
    return 'cancelled'
  }

  async view(runId: string): Promise<RunView> {
    const { plan, fold, context } = await loadRun(this.store, runId)
    return {
      runId,
      name: fold.name,
      status: fold.status,
      abandoned: fold.status === 'running' && !(await isDriven(this.store, runId, this.#identity)),
      createdAt: fold.createdAt,
      endedAt: fold.endedAt,
      plan,
      params: fold.params,
      recipe: fold.recipe,
      context,
      error: fold.error,
      failedStep: fold.failedStep,
      steps: fold.steps(),
    }
  }

  async *events(runId: string, options: { fromSeq?: number; follow?: boolean; signal?: AbortSignal } = {}): AsyncGenerator<JournalEvent> {
    let seq = options.fromSeq ?? 0
    for (;;) {
      const before = await this.store.get(runId)
      if (!before) throw unknownRun(runId)
      for await (const event of storedEvents(this.store, runId, seq)) {
        yield event
        seq = event.seq + 1
      }
      if (!options.follow || options.signal?.aborted || before.status !== 'running') return
      await new Promise<void>((resolve) => this.#clock.sleep(FOLLOW_POLL_MS, resolve))
    }
  }

  verify(runId: string): Promise<Verification> {
    return verifyRun(this.store, runId)
  }

  writeRunFolder(runId: string): Promise<string> {
    return writeRunFolder(this.store, runId, this.#places(runId), join(this.#runsDir, runId))
  }

  async logPath(runId: string, step: string, attempt: number): Promise<string> {
    const summary = await this.store.get(runId)
    if (!summary) throw unknownRun(runId)
    const plan = JSON.parse((await this.store.plan(summary.planHash)) ?? '{"steps":[]}') as Plan
    const index = plan.steps.findIndex(({ name }) => name === step)
    if (index < 0) throw new RunnerError('RUN_STEP_UNKNOWN', `Run ${runId} has no step "${step}".`)
    return logFile(this.#places(runId), index, step, attempt)
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close())
  }

  async #close(): Promise<void> {
    for (const driver of this.#drivers) driver.abandon(new RunnerError('RUNNER_CLOSED', 'The runner was closed.'))
    for (const executor of new Set(this.#executors.values())) await executor.close()
    await this.#presence.close()
    if (this.#ownsStore) await this.store.close()
  }

  #collectExecutors(): ReadonlyMap<string, StepExecutor> {
    const { python, env } = this.#options
    const local = localExecutors({
      workspace: this.#workspace,
      stateDir: this.#stateDir,
      env: env ?? {},
      size: this.#concurrency(undefined, undefined),
      ...(python !== undefined && { python }),
    })
    const given = this.#options.executors ?? []
    const byType = new Map<string, StepExecutor>()
    for (const executor of [...local, ...given]) for (const type of executor.types) byType.set(type, executor)
    return byType
  }

  #checkTypes(plan: Plan): void {
    const step = plan.steps.find(({ type }) => !this.#executors.has(type))
    if (!step) return
    throw new RunnerError('STEP_NO_EXECUTOR', `Step "${step.name}" is of type "${step.type}", which no executor runs.`, {
      fix: `Types are ${[...this.#executors.keys()].join(', ')}.`,
    })
  }

  #concurrency(plan: Plan | undefined, asked: number | undefined): number {
    return asked ?? plan?.concurrency ?? this.#options.concurrency ?? CORES
  }

  #scheduler(plan: Plan, { concurrency, failFast }: { concurrency?: number; failFast?: boolean }): Scheduler {
    return new Scheduler(plan, { concurrency: this.#concurrency(plan, concurrency), failFast: failFast ?? false })
  }

  #places(runId: string): RunPlaces {
    const { root } = this.#workspace
    return { runId, workspace: root, logs: join(this.#stateDir, 'logs', runId), artifacts: join(this.#runsDir, runId, 'artifacts') }
  }

  #newRun({ plan, json, hash }: SealedPlan, options: StartOptions, code: { [path: string]: string }, imported: readonly StepImport[]): Driver {
    const now = this.#clock.now()
    const runId = newRunId(now, () => this.#ids.random())
    const journal = new Journal(this.store, runId, 1)
    journal.attach({
      create: {
        summary: {
          runId,
          name: plan.name,
          status: 'running',
          createdAt: now,
          endedAt: null,
          recipe: options.recipe?.path ?? null,
          planHash: hash,
          steps: plan.steps.length,
          error: null,
        },
        plan: { hash, json },
        driver: this.#identity,
      },
    })
    const context = this.#context(plan)
    for (const { step, attempt, writes } of imported) context.apply(writes, { who: step, step, attempt })
    const scheduler = this.#scheduler(plan, options)
    const driver = this.#driver(runId, plan, { journal, fold: new RunFold(plan), scheduler, context, changedCode: [] })
    driver.begin([
      {
        type: 'run.created',
        runId,
        name: plan.name,
        planHash: hash,
        recipe: options.recipe ?? null,
        params: options.params ?? {},
        options: recordedOptions(options),
        versions: { runner: RUNNER_VERSION, node: engineVersions.node, ...this.#options.versions },
        code,
      },
      this.#driverStarted(1, []),
      ...skippedSteps(plan, options).map((group): EventData => ({ type: 'steps.skipped', ...group })),
      ...imported,
    ])
    return driver
  }

  async #reopen(runId: string, epoch: number, options: ResumeOptions, first?: EventData): Promise<Driver> {
    const replayed: JournalEvent[] = []
    const { plan, fold, context, position } = await loadRun(this.store, runId, {
      context: (recorded) => this.#context(recorded),
      visit: (event) => replayed.push(event),
    })
    const scheduler = this.#scheduler(plan, { ...fold.options, ...options })
    for (const event of replayed) scheduler.apply(event)
    this.#checkTypes(plan)
    await endLeftovers(fold, this.#around.graceMs)
    const changed = changedPaths(fold.code, await hashPlanCode(plan, this.#workspace))
    const journal = new Journal(this.store, runId, epoch, position)
    if (fold.status !== 'running') journal.attach({ reopened: true })
    const interrupted = [...fold.running].map(([step, attempt]): EventData => ({ type: 'step.interrupted', step, attempt }))
    const driver = this.#driver(runId, plan, { journal, fold, scheduler, context, changedCode: changed })
    driver.begin([...interrupted, this.#driverStarted(epoch, changed), ...(first ? [first] : [])])
    return driver
  }

  #driver(runId: string, plan: Plan, parts: Pick<RunParts, 'journal' | 'fold' | 'scheduler' | 'context' | 'changedCode'>): Driver {
    const driver = new Driver(this.#around, {
      ...parts,
      plan,
      places: this.#places(runId),
      cache: new StepCache(this.store, plan.name, this.#workspace.root, stepFingerprint(this.#workspace, this.#options.python)),
      subscribers: new Subscribers((fromSeq) => storedEvents(this.store, runId, fromSeq), parts.journal.length),
    })
    this.#drivers.add(driver)
    return driver
  }

  #driverStarted(epoch: number, changedCode: string[]): EventData {
    const { pid, machine } = this.#identity
    return { type: 'driver.started', epoch, pid, host: machine, ...(changedCode.length > 0 && { changedCode }) }
  }

  #context(plan: Plan): Context {
    return new Context({ now: () => this.#clock.now(), conflict: plan.conflict ?? 'fail_on_conflict' })
  }

  #watch(driver: Driver, signal?: AbortSignal): Driver {
    const stop = (): void => driver.cancel({ by: 'signal', reason: String(signal?.reason ?? 'aborted') })
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    const over = (): void => {
      signal?.removeEventListener('abort', stop)
      this.#drivers.delete(driver)
      if (this.#drivers.size === 0) void this.#presence.rest()
    }
    driver.result.then(over, over)
    return driver
  }

  #finished({ plan, fold, context }: LoadedRun): RunHandle {
    const { runId } = fold
    const store = this.store
    return {
      runId,
      plan,
      changedCode: [],
      events: () => storedEvents(store, runId),
      result: Promise.resolve(resultOf(fold, context)),
      cancel: () => {},
      progress: () => null,
      logPath: (step, attempt) => logFile(this.#places(runId), plan.steps.findIndex(({ name }) => name === step), step, attempt),
    }
  }
}

/** Ends the process groups that a driver left behind when it died. */
async function endLeftovers(fold: RunFold, graceMs: number): Promise<void> {
  if (fold.spawned.size === 0) return
  const { endProcessGroup } = await import('./executors/process-group.ts')
  await Promise.all([...fold.spawned.values()].map((group) => endProcessGroup(group, graceMs)))
}

function recordedOptions({ only, skip, failFast, concurrency }: StartOptions): RunOptions {
  return {
    ...(only?.length && { only }),
    ...(skip?.length && { skip }),
    ...(failFast !== undefined && { failFast }),
    ...(concurrency !== undefined && { concurrency }),
  }
}
