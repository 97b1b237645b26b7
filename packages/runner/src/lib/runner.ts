import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { ApprovalDecision, Clock, FollowOptions, ResumeOptions, RunHandle, Runner, RunnerOptions, RunView, StartOptions, Verification } from './api.ts'
import { CheckedExecutor } from './checked-executor.ts'
import { systemClock, systemIds } from './clock.ts'
import { CodeFiles } from './code/code-files.ts'
import { sealPlan } from './plan-builder/define-plan.ts'
import { driverIdentity } from './leases/driver-identity.ts'
import { Driver } from './driver/driver.ts'
import { HeldRuns } from './start/held-runs.ts'
import { stepEnvironments } from './secrets/environment.ts'
import { RunnerError } from './errors.ts'
import type { JournalEvent } from './events.ts'
import { executorTable } from './executor-table.ts'
import { followedEvents } from './run-state/followed-events.ts'
import { withOwnJson } from './start/given-json.ts'
import { GroupSlots } from './leases/group-slots.ts'
import type { ChildRun, ChildRuns } from './executors/recipe.ts'
import type { JsonObject } from './json.ts'
import { localExecutors } from './local-executors.ts'
import { LogPaths } from './logs/log-paths.ts'
import { NewRuns } from './start/new-runs.ts'
import { ACCEPT_OPTIONS, CLOSE_OPTIONS, decision as decided, request as asked, RESUME_OPTIONS, runOrId, START_OPTIONS, text, texts } from './known-options.ts'
import { checkGiven, checkOptions } from './option-checks.ts'
import { PlanAdmission } from './start/plan-admission.ts'
import type { Plan } from './plan.ts'
import { RunAssembly } from './start/run-assembly.ts'
import { RunDrafts } from './start/run-draft.ts'
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

const CORES = availableParallelism()

/** Runs plans in this process, over a store that other processes may use as well. */
export class LocalRunner implements Runner {
  readonly store: RunStore
  readonly #ownsStore: boolean
  readonly #clock: Clock
  readonly #runsDir: string
  readonly #stateDir: string
  readonly #around: Surroundings
  readonly #admission: PlanAdmission
  readonly #newRuns: NewRuns
  readonly #assembly: RunAssembly
  readonly #previewing: Omit<PreviewOptions, 'imported'>
  readonly #held: HeldRuns
  readonly #viewed: ViewedRuns
  readonly #steering: RunSteering
  readonly #logs: LogPaths
  readonly #folders = new FolderWriter()
  #closing: Promise<void> | undefined

  constructor(options: RunnerOptions & { stateDir: string }, store: RunStore, ownsStore: boolean) {
    const { workspace: root, stateDir, env = {}, ids = systemIds, python, concurrency = CORES, graceMs = 5000, leaseMs = 10_000, onRun } = options
    const identity: DriverIdentity = driverIdentity()
    this.store = store
    this.#ownsStore = ownsStore
    const clock = (this.#clock = options.clock ?? systemClock)
    const workspace: Workspace = { root, allow: options.allow ?? [], jobs: options.jobs }
    const code = new CodeFiles(workspace)
    this.#stateDir = stateDir
    this.#runsDir = options.runsDir ?? join(root, 'runs')
    this.#viewed = new ViewedRuns(store, options.viewedEvents ?? 0)
    const children: ChildRuns = {
      newId: () => this.#around.runIds.next(clock.now()),
      drive: (runId, child, params, parent) => this.#driveChild(runId, child, params, parent),
    }
    const local = { children, clock, workspace, stateDir, env, size: concurrency, graceMs, ...(python !== undefined && { python }), ...(options.jobs && { jobs: options.jobs }) }
    this.#around = {
      store,
      clock,
      ids,
      runIds: new RunIds(ids),
      workspace,
      graceMs,
      slots: new GroupSlots(store, identity, clock, leaseMs),
      executors: executorTable([...localExecutors(local), ...(options.executors ?? []).map((executor) => new CheckedExecutor(executor))]),
      environment: stepEnvironments(env),
      keepAlive: () => this.#held.keepAlive(),
    }
    this.#admission = new PlanAdmission({ store, env, executors: this.#around.executors })
    const fingerprint = stepFingerprint({ workspace, code, python, env })
    this.#newRuns = new NewRuns({
      store,
      admission: this.#admission,
      drafts: new RunDrafts(this.#around, { identity, env, versions: options.versions ?? {} }),
      code,
      executors: this.#around.executors,
      root,
      artifactsOf: (runId) => this.#assembly.places(runId).artifacts,
      assertOpen: () => this.#assertOpen(),
    })
    this.#assembly = new RunAssembly(this.#around, {
      identity,
      stateDir,
      runsDir: this.#runsDir,
      concurrency,
      env,
      code,
      fingerprint,
    })
    this.#held = new HeldRuns({
      store,
      clock,
      identity,
      leaseMs,
      assembly: this.#assembly,
      onRun,
      summary: (runId) => this.#summary(runId),
      refusal: () => this.#closing && closed(),
    })
    this.#logs = new LogPaths((runId) => this.#planOf(runId), (runId) => this.#assembly.places(runId))
    this.#previewing = { store, root, fingerprint, concurrency }
    this.#steering = new RunSteering(
      { store, env, clock, identity, leaseMs },
      {
        summary: (runId) => this.#summary(runId),
        isDriven: (runId) => this.#held.isDriven(runId),
        heed: (runId) => void this.#held.driver(runId)?.pollInbox(),
        isAccepted: (runId) => this.#held.isAccepted(runId),
        begin: (runId, first) => this.#held.begin(runId, first),
        takeOver: (runId, first) => this.#held.takeOver(runId, {}, { first }),
      },
    )
  }

  async start(plan: Plan, options: StartOptions = {}): Promise<RunHandle> {
    checkOptions('start', options, START_OPTIONS)
    return this.#start(plan, options)
  }

  async #start(plan: Plan, options: StartOptions, outer?: Driver): Promise<RunHandle> {
    return this.#newRuns.make(plan, { ...options, outer }, async (draft) => {
      const order = await this.#assembly.order(draft.plan, draft.options)
      this.#assertOpen()
      return this.#held.open(this.#assembly.fresh(draft, order), options.signal)
    })
  }

  async accept(plan: Plan, options: Omit<StartOptions, 'signal' | 'accepted'> = {}): Promise<{ runId: string }> {
    checkOptions('accept', options, ACCEPT_OPTIONS)
    return this.#newRuns.make(plan, { ...options, accepted: true }, async (draft) => {
      this.#assertOpen()
      await this.#held.accept(draft)
      return { runId: draft.runId }
    })
  }

  async begin(runId: string): Promise<RunHandle> {
    this.#assertOpen()
    return this.#held.begin(runId)
  }

  async preview(plan: Plan, given: StartOptions = {}): Promise<RunPreview> {
    this.#assertOpen()
    checkOptions('preview', given, START_OPTIONS)
    const options = withOwnJson(given)
    const { sealed, imported } = await this.#admission.admit(plan, options)
    const { previewRun } = await import('./start/run-preview.ts')
    return previewRun(sealed.plan, options, { ...this.#previewing, imported })
  }

  async resume(runId: string, options: ResumeOptions = {}): Promise<RunHandle> {
    checkOptions('resume', options, RESUME_OPTIONS)
    return this.#resume(runId, options)
  }

  async #resume(runId: string, options: ResumeOptions, outer?: Driver): Promise<RunHandle> {
    const summary = await this.#summary(runId)
    if (summary.status === 'completed') checkRepairOfCompleted(runId, options.repair)
    if (this.#held.isAccepted(runId) && !options.repair) return this.#held.begin(runId)
    if (summary.status === 'completed' && !options.repair) return this.#assembly.finished(await loadRun(this.store, runId))
    return this.#held.takeOver(runId, options, { outer })
  }

  async cancel(runId: string, request: { by: string; reason: string }): Promise<'requested' | 'cancelled' | 'already_ended'> {
    checkGiven('cancel', request, asked)
    return this.#steering.cancel(runId, request)
  }

  async pause(runId: string, request: { by: string; reason: string }): Promise<'requested' | 'done'> {
    checkGiven('pause', request, asked)
    return this.#steering.pause(runId, request)
  }

  async unpause(runId: string, request: { by: string; reason: string }): Promise<'requested' | 'done'> {
    checkGiven('unpause', request, asked)
    return this.#steering.unpause(runId, request)
  }

  async approve(runId: string, step: string, decision: ApprovalDecision): Promise<'requested' | 'done'> {
    checkGiven('step', step, text)
    checkGiven('approve', decision, decided)
    return this.#steering.approve(runId, step, decision)
  }

  /** A run that is the work of a step of another, whose secrets are its own as well. */
  async #driveChild(runId: string, plan: Plan, params: JsonObject, parent: { runId: string; step: string }): Promise<ChildRun> {
    const outer = this.#held.driver(parent.runId)
    const secrets = [...new Set([...(plan.secrets ?? []), ...(outer?.plan.secrets ?? [])])]
    const known = await this.store.get(runId)
    const handle = known
      ? await this.#resume(runId, {}, outer)
      : await this.#start(secrets.length > 0 ? { ...plan, secrets } : plan, { runId, params, parent, ...outer?.bequest }, outer)
    const abandon = (error: RunnerError): void => {
      if (handle instanceof Driver) handle.abandon(error)
    }
    return { handle, abandon }
  }

  isDriven(runId: string): Promise<boolean> {
    return this.#held.isDriven(runId)
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
    checkGiven('run', run, runOrId)
    const runId = typeof run === 'string' ? run : run.runId
    const places = this.#assembly.places(runId)
    const folder = join(this.#runsDir, runId)
    if (!(run instanceof Driver) || run.journal === undefined) return writeRunFolder(this.store, places, folder)
    const { json: plan } = await sealPlan(run.plan)
    return this.#folders.write({ places, folder, lines: run.journal, plan })
  }

  async logPath(runId: string, step: string, attempt: number): Promise<string> {
    checkGiven('runId', runId, text)
    return this.#logs.of(runId, step, attempt)
  }

  async #planOf(runId: string): Promise<Plan> {
    const { planHash } = await this.#summary(runId)
    return JSON.parse((await this.store.plan(planHash)) ?? '{"steps":[]}') as Plan
  }

  async remove(runIds: readonly string[]): Promise<RemovedRuns> {
    this.#assertOpen()
    checkGiven('runIds', runIds, texts)
    const { removeRuns } = await import('./run-removal.ts')
    const folders = (runId: string): string[] => [this.#assembly.places(runId).logs, join(this.#runsDir, runId)]
    return removeRuns(this.store, runIds, { stateDir: this.#stateDir, folders })
  }

  async close(options: { settleMs?: number } = {}): Promise<void> {
    checkOptions('close', options, CLOSE_OPTIONS)
    const { settleMs = 0 } = options
    return (this.#closing ??= this.#close(settleMs))
  }

  async #close(settleMs: number): Promise<void> {
    if (settleMs > 0) await this.#held.settle(settleMs)
    const release = this.#held.abandon(closed())
    const broken: unknown[] = []
    for (const executor of new Set(this.#around.executors.values())) await executor.close().catch((error: unknown) => broken.push(error))
    await release()
    await Promise.all([this.#held.close(), this.#folders.close()])
    if (this.#ownsStore) await this.store.close()
    if (broken.length > 0) throw broken[0]
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
}

function closed(): RunnerError {
  return new RunnerError('RUNNER_CLOSED', 'The runner was closed; runs that were going on can be resumed.')
}
