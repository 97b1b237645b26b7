import { Context } from '@lorc/context'
import { join, sep } from 'node:path'
import type { ResumeOptions, RunHandle } from '../api.ts'
import { checkDecision } from '../run-state/approval.ts'
import type { RunPlaces } from '../attempts/attempt.ts'
import { changedPaths, type CodeFiles } from '../code/code-files.ts'
import type { CodeHashes } from '../code/code-scan.ts'
import { Driver } from '../driver/driver.ts'
import { EndedRun } from '../driver/ended-run.ts'
import { RunnerError } from '../errors.ts'
import type { Environment } from '../secrets/environment.ts'
import type { EventData, JournalEvent, RunOptions } from '../events.ts'
import { checkTypes } from '../executor-table.ts'
import { ItemData } from '../attempts/item-data.ts'
import { Journal } from '../journal/journal.ts'
import { refusing } from '../attempts/outcome.ts'
import { logPathOf } from '../logs/log-paths.ts'
import { loadNeeds, needsOf } from '../plan/plan-needs.ts'
import type { Plan } from '../plan.ts'
import { repairEvents } from './repair.ts'
import { changedFile } from '../code/changed-file.ts'
import { RunFold } from '../run-state/run-fold.ts'
import { orderFromPast } from '../forecast/learned-order.ts'
import { KeysLockFile } from './keys-lock.ts'
import type { RunDraft } from './run-draft.ts'
import type { RunParts } from '../driver/run-parts.ts'
import { loadRun, storedEvents, type LoadedRun } from '../run-state/run-reader.ts'
import { Scheduler } from '../scheduler/scheduler.ts'
import type { Durations } from '../scheduler/start-order.ts'
import { maskLog } from '../secrets/secret-log.ts'
import { secretsOf, type Secrets } from '../secrets/secrets.ts'
import { StepCache, type Fingerprint } from '../cache/step-cache.ts'
import type { DriverIdentity, InboxCommand } from '../store.ts'
import { Subscribers } from '../driver/subscribers.ts'
import type { Surroundings } from '../driver/surroundings.ts'

/** What assembling a run needs beyond what all runs share. */
export interface AssemblyOptions {
  readonly identity: DriverIdentity
  readonly stateDir: string
  readonly runsDir: string
  readonly concurrency: number
  readonly env: Environment
  readonly code: CodeFiles
  readonly fingerprint: Fingerprint
}

/** How a run that was left is taken up again. */
export interface Reopening {
  /** What a person asked for, which comes first: the run is to take it, not to be fit to go on. */
  first?: EventData | undefined
  /** Drives the run whose step this run is: where this one is paused, that step waits. */
  outer?: Driver | undefined
}

/** Puts together what drives a run: a new one, one that another driver left, or one that has ended. */
export class RunAssembly {
  readonly #around: Surroundings
  readonly #options: AssemblyOptions
  /** Folders that the runs' own are in, with a separator behind. */
  readonly #logs: string
  readonly #runs: string
  readonly #keysLock: KeysLockFile

  constructor(around: Surroundings, options: AssemblyOptions) {
    this.#around = around
    this.#options = options
    this.#logs = join(options.stateDir, 'logs', sep)
    this.#runs = join(options.runsDir, sep)
    this.#keysLock = new KeysLockFile(around.workspace.root)
  }

  places(runId: string): RunPlaces {
    return {
      runId,
      workspace: this.#around.workspace.root,
      logs: `${this.#logs}${runId}`,
      artifacts: `${this.#runs}${runId}${sep}artifacts`,
    }
  }

  /** A new run, begun. Nothing is durable, and no step runs, before its `opened` resolves. */
  fresh(draft: RunDraft, order: Durations | undefined): Driver {
    const { created, createdAt, given, options } = draft
    const driver = this.#fresh(draft, order, [])
    driver.begin([created, this.#driverStarted(1, []), ...given, ...(options.outer?.adopt(driver) ?? [])], createdAt)
    return driver
  }

  /** A run that was accepted, begun; `recorded` is what its journal has, `asked` what was asked of it while it waited. */
  accepted(draft: RunDraft, recorded: readonly JournalEvent[], order: Durations | undefined, asked: readonly InboxCommand[]): Driver {
    const driver = this.#fresh(draft, order, recorded)
    driver.begin([this.#driverStarted(1, [])], undefined, asked)
    return driver
  }

  #fresh({ runId, plan, journal, secrets, options, imported }: RunDraft, order: Durations | undefined, recorded: readonly JournalEvent[]): Driver {
    const context = this.#context(plan)
    for (const { step, attempt, writes } of imported) context.apply(writes, { who: step, step, attempt })
    this.#holdTo(context)
    const scheduler = this.#scheduler(plan, { ...options, order })
    const fold = new RunFold(plan)
    const items = itemsOf(plan)
    for (const event of recorded) {
      fold.apply(event)
      scheduler.apply(event)
      items?.apply(event)
    }
    return this.#driver(runId, plan, { journal, fold, scheduler, context, changedCode: [], changedRecipe: null, items, secrets }, options, () => fold.provenance.code)
  }

  /** A run whose lease we took under `epoch`, begun again after what the last driver left running was ended. */
  async reopened(runId: string, epoch: number, options: ResumeOptions, { first, outer }: Reopening = {}): Promise<Driver> {
    const { store, graceMs, executors } = this.#around
    const replayed: JournalEvent[] = []
    const { plan, fold, context, position } = await loadRun(store, runId, {
      context: (recorded) => this.#context(recorded),
      visit: (event) => replayed.push(event),
    })
    checkTypes(plan, executors)
    if (!first) this.#holdTo(context)
    await loadNeeds(plan)
    const secrets = secretsOf(plan, this.#options.env, first !== undefined)
    const asked = await store.inbox(runId)
    if (fold.paused && !first && !outer && !endsPause(asked)) throw pausedRun(runId, fold.paused)
    const chosen = { ...fold.options, ...options }
    const order = await this.order(plan, chosen)
    const scheduler = this.#scheduler(plan, { ...chosen, order })
    const items = itemsOf(plan)
    for (const event of replayed) {
      scheduler.apply(event)
      items?.apply(event)
    }
    const repair = options.repair ? repairEvents(plan, scheduler.graph, fold, options.repair) : []
    for (const event of repair) if (event.type === 'context.set') secrets?.refuseWrites(event.writes)
    const now = this.#around.clock.now()
    for (const event of repair) if (event.type === 'context.set') refusing(() => context.apply(event.writes, { who: event.by, at: now }))
    await endLeftovers(fold, graceMs)
    if (secrets) await this.#maskLeftovers(plan, fold, secrets)
    const code = await this.#options.code.hashes(plan.steps)
    const changedCode = changedPaths(fold.provenance.code, code)
    const changedRecipe = await changedFile(this.#around.workspace.root, fold.recipe)
    const journal = new Journal(this.#around, runId, epoch, position)
    if (fold.status !== 'running') journal.attach({ reopened: true })
    // Asked of it before its end, or before somebody was done with it: it is not asked of the run as it goes on.
    const isTooLate = fold.status !== 'running' || first !== undefined
    if (isTooLate && asked.length > 0) journal.attach({ inboxDone: asked.at(-1)!.id })
    const interrupted = fold.running().map((running): EventData => ({ type: 'step.interrupted', ...running }))
    const driver = this.#driver(runId, plan, { journal, fold, scheduler, context, changedCode, changedRecipe, items, secrets }, fold.options, () => code)
    driver.begin([...interrupted, this.#driverStarted(epoch, changedCode), ...repair, ...(first ? [first] : []), ...(outer?.adopt(driver) ?? [])], now, isTooLate ? [] : asked)
    return driver
  }

  /** What a driver that died could not mask any more. */
  async #maskLeftovers(plan: Plan, fold: RunFold, { mask }: Secrets): Promise<void> {
    const places = this.places(fold.runId)
    await Promise.all(fold.running().map(({ step, attempt }) => maskLog(logPathOf(plan, places, step, attempt), mask)))
  }

  /** A run that needs no driving. */
  finished({ plan, fold, context }: LoadedRun): RunHandle {
    const { runId } = fold
    const { store } = this.#around
    return {
      runId,
      plan,
      changedCode: [],
      changedRecipe: null,
      events: () => storedEvents(store, runId),
      result: Promise.resolve(new EndedRun(fold, context)),
      cancel: () => {},
      pause: () => {},
      unpause: () => {},
      approve: (step, decision) => checkDecision(fold.step(step), decision),
      progress: () => null,
      inFlight: 0,
      logPath: (step, attempt) => logPathOf(plan, this.places(runId), step, attempt),
    }
  }

  #driver(runId: string, plan: Plan, parts: Pick<RunParts, 'journal' | 'fold' | 'scheduler' | 'context' | 'changedCode' | 'changedRecipe' | 'items' | 'secrets'>, { noCache = false }: RunOptions, code: () => CodeHashes): Driver {
    const { store, workspace } = this.#around
    return new Driver(this.#around, {
      ...parts,
      plan,
      places: this.places(runId),
      environment: this.#around.environment(plan.secrets),
      cache: new StepCache(store, plan, { root: workspace.root, fingerprint: this.#options.fingerprint, code, reuse: !noCache }),
      subscribers: new Subscribers((fromSeq) => storedEvents(store, runId, fromSeq), parts.journal.length),
    })
  }

  /** How long its steps took in earlier runs, where that decides which begin first. */
  order(plan: Plan, options: Pick<RunOptions, 'concurrency'>): Promise<Durations | undefined> {
    return orderFromPast(this.#around.store, plan, this.#slots(plan, options))
  }

  /** Steps at once. */
  #slots(plan: Plan, { concurrency }: Pick<RunOptions, 'concurrency'>): number {
    return concurrency ?? plan.concurrency ?? this.#options.concurrency
  }

  #scheduler(plan: Plan, options: Pick<RunOptions, 'concurrency' | 'failFast'> & { order?: Durations | undefined }): Scheduler {
    return new Scheduler(plan, {
      concurrency: this.#slots(plan, options),
      failFast: options.failFast ?? false,
      ...(options.order && { durations: options.order }),
    })
  }

  /** What is written from now on has to fit the shapes that the workspace locks, if it does. */
  #holdTo(context: Context): void {
    const locked = this.#keysLock.read()
    if (locked) context.expectShapes(locked)
  }

  #context(plan: Plan): Context {
    return new Context({ now: () => this.#around.clock.now(), conflict: plan.conflict ?? 'fail_on_conflict' })
  }

  #driverStarted(epoch: number, changedCode: string[]): EventData {
    const { pid, machine } = this.#options.identity
    return { type: 'driver.started', epoch, pid, host: machine, ...(changedCode.length > 0 && { changedCode }) }
  }
}

function itemsOf(plan: Plan): ItemData | undefined {
  return needsOf(plan).items ? new ItemData() : undefined
}

function pausedRun(runId: string, { by, reason }: { by: string; reason: string }): RunnerError {
  return new RunnerError('RUN_PAUSED', `Run ${runId} was paused by ${by}: ${reason}`, { fix: `lorc unpause ${runId}` })
}

/** Whether a pause is over with what was asked since. */
function endsPause(asked: readonly InboxCommand[]): boolean {
  return asked.findLast(({ type }) => type === 'pause' || type === 'unpause')?.type === 'unpause'
}

/** Ends the process groups that a driver left behind when it died. */
async function endLeftovers(fold: RunFold, graceMs: number): Promise<void> {
  if (fold.spawned.size === 0) return
  const { endProcessGroup, endStrays } = await import('../executors/processes.ts')
  await Promise.all([...fold.spawned.values()].map((group) => endProcessGroup(group, graceMs)))
  await endStrays([...fold.spawned.keys()].map((step) => `${fold.runId}/${step}`), graceMs)
}
