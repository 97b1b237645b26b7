import type { ApprovalDecision, RunHandle, RunResult } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { EventData, JournalEvent } from '../events.ts'
import { EndedRun } from './ended-run.ts'
import type { DriverPort } from './driver-port.ts'
import { DurableWaits } from './durable-waits.ts'
import { ExecutedSteps } from './executed-steps.ts'
import { withOwnVariables } from '../expressions/step-expressions.ts'
import { GroupWaits } from './group-waits.ts'
import type { InnerDriver } from './inner-drivers.ts'
import type { Pause } from '../run-state/inner-runs.ts'
import { gatherItems } from './item-outcome.ts'
import type { LiveRun } from './live-runs.ts'
import { decision as decided, text } from '../known-options.ts'
import { checkGiven } from '../option-checks.ts'
import { logPathOf } from '../logs/log-paths.ts'
import { toRecorded } from '../attempts/outcome.ts'
import { PendingApprovals } from './pending-approvals.ts'
import type { Plan } from '../plan.ts'
import { runEnd } from './run-end.ts'
import { RunInbox } from './run-inbox.ts'
import type { RunParts } from './run-parts.ts'
import { RunRequests } from './run-requests.ts'
import { scopeOf } from './run-scope.ts'
import { RunTimers } from './run-timers.ts'
import type { Command } from '../scheduler/scheduler.ts'
import { StepAttempts } from './step-attempts.ts'
import { decideGate } from './step-gate.ts'
import type { InboxCommand } from '../store.ts'
import type { Surroundings } from './surroundings.ts'
import { timeLimits } from './time-limits.ts'

const ignore = (): void => undefined

/**
 * Drives one run: turns what happens into events and the scheduler's commands into actions. An action is taken only
 * once the event that announces it is durable.
 */
export class Driver implements RunHandle, LiveRun {
  place = 0
  readonly result: Promise<RunResult>
  readonly #around: Surroundings
  readonly #run: RunParts
  readonly #port: DriverPort
  readonly #attempts: StepAttempts
  readonly #timers: RunTimers
  readonly #steps: ExecutedSteps
  readonly #requests: RunRequests
  readonly #inbox: RunInbox
  #approvals: PendingApprovals | undefined
  #groups: GroupWaits | undefined
  readonly #durable = new DurableWaits()
  #resolve!: (result: RunResult) => void
  #reject!: (error: RunnerError) => void
  #opened!: { resolve: () => void; reject: (error: RunnerError) => void }
  /** Resolves once the first batch is durable, also where the run was let go of meanwhile; rejects where that batch never will be. */
  readonly opened: Promise<void>
  #over = false
  /** Nothing more is to begin; resolved once nothing is under way. */
  #settling: PromiseWithResolvers<void> | undefined

  constructor(around: Surroundings, run: RunParts) {
    this.#around = around
    this.#run = run
    this.#steps = new ExecutedSteps(run.plan)
    this.#timers = new RunTimers(around.clock)
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.result.catch(ignore)
    this.opened = new Promise((resolve, reject) => (this.#opened = { resolve, reject }))
    // Nobody waits for it where making the run fails.
    this.opened.catch(ignore)
    this.#port = this.#makePort()
    this.#attempts = new StepAttempts(around, run, this.#steps, this.#port)
    this.#requests = new RunRequests(run, this.#port, this.#attempts)
    this.#inbox = new RunInbox(around, run, this.#port, this)
    run.journal.tell((events) => this.#onDurable(events), (error) => this.#onFailure(error))
  }

  get runId(): string {
    return this.#run.places.runId
  }

  get plan(): Plan {
    return this.#run.plan
  }

  /** What the runs of its steps begin with. */
  get bequest(): { seed: number; time: number; noCache?: boolean } {
    const { noCache } = this.#run.fold.options
    const { seed, time } = this.#run.fold.provenance
    return { seed, time, ...(noCache && { noCache }) }
  }

  get epoch(): number {
    return this.#run.journal.epoch
  }

  /** All lines of its journal, where that is short and began with this driver. */
  get journal(): readonly string[] | undefined {
    return this.#run.journal.whole
  }

  get changedCode(): readonly string[] {
    return this.#run.changedCode
  }

  get changedRecipe(): string | null {
    return this.#run.changedRecipe
  }

  get paused(): Pause | null {
    return this.#run.fold.paused
  }

  /** Journals `events` (what opens or reopens the run), as of the time `at` (default now), does what was `asked` of it, and begins. */
  begin(events: readonly EventData[], at?: number, asked: readonly InboxCommand[] = []): void {
    for (const event of events) this.#record(event, at)
    this.#requests.endPause()
    this.#resetStale()
    for (const limit of timeLimits(this.plan, this.#run.fold.createdAt, this.#around.clock.now())) {
      this.#timers.after(limit.inMs, () => this.#requests.cancelFor(limit))
    }
    this.#inbox.comply(asked)
    for (const step of this.#run.scheduler.asked()) this.#pendingApprovals().resume(this.#nameOf(step))
    this.#pump()
  }

  events(): AsyncIterable<JournalEvent> {
    return this.#run.subscribers.subscribe()
  }

  logPath(step: string, attempt: number): string {
    return logPathOf(this.plan, this.#run.places, step, attempt)
  }

  progress(step: string): { done: number; total: number | null } | null {
    checkGiven('step', step, text)
    return this.#attempts.progress(this.#indexOf(step))
  }

  get inFlight(): number {
    return this.#attempts.busy
  }

  /** Begins nothing more; resolves once nothing is under way and all that happened is durable, or the run has ended. */
  async settle(): Promise<void> {
    const settling = (this.#settling ??= Promise.withResolvers())
    await this.#orOver(this.#recorded())
    if (this.inFlight === 0) settling.resolve()
    await this.#orOver(settling.promise)
    await this.#orOver(this.#recorded())
  }

  #recorded(): Promise<void> {
    return this.#durable.until(this.#run.journal.length - 1)
  }

  async #orOver(wait: Promise<void>): Promise<void> {
    await Promise.race([wait, this.result.then(ignore, ignore)])
  }

  cancel(asked: { by: string; reason: string; kill?: boolean }): void {
    this.#requests.cancel(asked)
  }

  pause(asked: { by: string; reason: string }): void {
    this.#requests.pause(asked)
  }

  unpause(asked: { by: string; reason: string }): void {
    this.#requests.unpause(asked)
  }

  /** Pauses and unpauses the run of a step with this one from now on. Returns what that run has to begin with. */
  adopt(inner: InnerDriver): EventData[] {
    return this.#requests.adopt(inner)
  }

  approve(step: string, decision: ApprovalDecision): void {
    checkGiven('approve', decision, decided)
    this.#pendingApprovals().decide(step, decision)
  }

  /** Lets go of the run as a crash would, but for ending what it runs: nothing more is journaled. */
  abandon(error: RunnerError): void {
    if (this.#over) return
    this.#close()
    this.#attempts.abandon(new RunnerError('STEP_CANCELLED', error.message, { cause: error }))
    this.#reject(error)
  }

  #record(data: EventData, at = this.#around.clock.now()): JournalEvent {
    const event = this.#run.journal.append(this.#run.secrets?.event(data) ?? data, at)
    this.#run.fold.apply(event)
    this.#run.scheduler.apply(event)
    this.#run.items?.apply(event)
    return event
  }

  /** Journals what the scheduler wants until it wants nothing more. */
  #pump(): void {
    if (this.#over || this.#settling) return
    for (let command = this.#run.scheduler.next(); command; command = this.#run.scheduler.next()) this.#obey(command)
  }

  #obey(command: Command): void {
    switch (command.do) {
      case 'start':
        this.#record({ type: 'step.started', step: this.#nameOf(command.step), attempt: command.attempt })
        return
      case 'prepare':
        return this.#prepare(command.step)
      case 'acquire':
        return this.#acquire(command.step)
      case 'gather':
        return this.#gather(command)
      case 'skip':
        this.#record({ type: 'steps.skipped', steps: this.#namesOf(command.steps), reason: command.reason })
        return
      case 'end':
        this.#run.scheduler.ended(command.step)
        return this.#endAttempt(command.step)
      case 'block':
        this.#record({ type: 'steps.blocked', steps: this.#namesOf(command.steps), by: this.#nameOf(command.by) })
        return
      case 'cancel':
        this.#record({ type: 'steps.cancelled', steps: this.#namesOf(command.steps), reason: command.reason })
        return
      case 'finish':
        return this.#finish(command.status)
    }
  }

  #endAttempt(step: number): void {
    const { cancel } = this.#run.fold
    const stopped = cancel?.code ? cancel.reason : `the run was cancelled by ${cancel?.by}.`
    const why = cancel ? stopped : `step ${this.#failedStep() ?? 'of the run'} failed.`
    this.#attempts.end(step, new RunnerError('STEP_CANCELLED', `Cancelled: ${why}`))
  }

  #finish(status: 'completed' | 'failed' | 'cancelled'): void {
    const { fold, journal } = this.#run
    const attempts = fold.attempts()
    this.#record(runEnd(fold, status, this.#failedStep()))
    journal.attach({
      ended: { status: fold.status as typeof status, at: fold.endedAt!, error: fold.error, attempts },
    })
  }

  #onDurable(events: readonly JournalEvent[]): void {
    this.#opened.resolve()
    if (this.#over) return
    this.#run.subscribers.publish(events)
    const last = events.at(-1)
    // A batch may hold none: what an end leaves in the store's columns can come after its event.
    if (last) this.#durable.tell(last.seq)
    for (const event of events) {
      if (event.type === 'step.started') this.#attempts.launch(event.step, event.attempt)
      else if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled') this.#conclude()
    }
  }

  #prepare(at: number): void {
    const { plan, scheduler } = this.#run
    const step = this.#steps.of(at)
    const scope = withOwnVariables(step, scopeOf(this.#run, step, { attempt: scheduler.attempts(at) + 1 }))
    const event = decideGate(plan.steps[at]!, scope, this.#around.clock.now())
    if (!event) return scheduler.apply({ type: 'step.ready', step: this.#nameOf(at) })
    this.#record(event)
    if (event.type === 'approval.requested') this.#pendingApprovals().watch(event.step, event.expiresAt)
  }

  #gather({ step, attempt, failed }: Extract<Command, { do: 'gather' }>): void {
    const planStep = this.#run.plan.steps[step]!
    const at = this.#around.clock.now()
    try {
      this.#record(gatherItems(planStep, attempt, failed, this.#run, at), at)
    } catch (error) {
      this.#record({ type: 'step.failed', step: planStep.name, attempt, error: toRecorded(error), metrics: null })
    }
  }

  #acquire(at: number): void {
    const own = this.#run.scheduler.names.parentOf(at)
    this.#groups ??= new GroupWaits(this.#around.slots, this.#run, this.#port)
    this.#groups.ask(at, this.#steps.of(own), this.plan.steps[own]!.concurrencyGroup!)
  }

  #pendingApprovals(): PendingApprovals {
    return (this.#approvals ??= new PendingApprovals(this.#run.fold, this.#around.clock, this.#port))
  }

  #makePort(): DriverPort {
    return {
      opened: this.opened,
      isGoingOn: () => this.#isGoingOn(),
      isOver: () => this.#over,
      record: (event, at) => void this.#record(event, at),
      recorded: () => this.#recorded(),
      pump: () => this.#pump(),
      after: (ms, act) => this.#timers.after(ms, act),
      settled: (step) => this.#settled(step),
    }
  }

  #settled(step: string): void {
    if (this.#settling && this.inFlight === 0) this.#settling.resolve()
    this.#groups?.release(step)
  }

  /** What came after a part of the run that goes on after all. */
  #resetStale(): void {
    const { scheduler } = this.#run
    if (this.epoch === 1 || scheduler.graph.phases.length === 1) return
    const stale = this.#namesOf(scheduler.stale())
    if (stale.length > 0) this.#record({ type: 'steps.reset', steps: stale, by: '_runner', reason: 'what comes before goes on' })
  }

  pollInbox(): Promise<void> {
    return this.#inbox.poll()
  }

  #conclude(): void {
    this.#close()
    const result = new EndedRun(this.#run.fold, this.#run.context)
    const flushed = this.#run.cache.flushed()
    if (flushed) void flushed.then(() => this.#resolve(result))
    else this.#resolve(result)
  }

  #onFailure(error: RunnerError): void {
    this.#opened.reject(error)
    this.abandon(error)
  }

  #close(): void {
    this.#over = true
    this.#timers.stop()
    this.#run.subscribers.end()
  }

  /** False also while the run's end is recorded but not yet durable. */
  #isGoingOn(): boolean {
    return !this.#over && this.#run.fold.status === 'running'
  }

  #failedStep(): string | null {
    const { failed } = this.#run.scheduler
    return failed === undefined ? null : this.#nameOf(failed)
  }

  #indexOf(step: string): number {
    return this.#run.scheduler.names.find(step)!
  }

  #nameOf(step: number): string {
    return this.#run.scheduler.names.nameOf(step)
  }

  #namesOf(steps: readonly number[]): string[] {
    return steps.map((step) => this.#nameOf(step))
  }
}
