import type { Context, StepContext } from '@lorc/context'
import type { ApprovalDecision, RunHandle, RunResult, StepState } from './api.ts'
import { checkDecision } from './approval.ts'
import { AttemptRun, type AttemptEnds } from './attempt-run.ts'
import { LiveAttempt, logFile, type AttemptHooks, type RunPlaces } from './attempt.ts'
import { RunnerError } from './errors.ts'
import type { AttemptMetrics, EventData, JournalEvent, RecordedError } from './events.ts'
import type { Journal } from './journal.ts'
import { conclude, toRecorded, type Acceptance, type Product } from './outcome.ts'
import type { Plan, PlanStep } from './plan.ts'
import { retryDelay } from './retry.ts'
import type { RunFold } from './run-fold.ts'
import type { Command, Scheduler } from './scheduler.ts'
import type { SecretMask } from './secret-mask.ts'
import type { Secrets } from './secrets.ts'
import type { StepCache } from './step-cache.ts'
import { withStepMetrics } from './step-metrics.ts'
import type { InboxCommand } from './store.ts'
import type { Subscribers } from './subscribers.ts'
import type { Surroundings } from './surroundings.ts'

const INBOX_POLL_MS = 500

/** One run's own parts, folded up to where the driver takes over. */
export interface RunParts {
  readonly plan: Plan
  readonly places: RunPlaces
  readonly journal: Journal
  readonly fold: RunFold
  readonly scheduler: Scheduler
  readonly context: Context
  readonly cache: StepCache
  readonly subscribers: Subscribers
  readonly changedCode: readonly string[]
  readonly secrets: Secrets | undefined
  environment(step: PlanStep): Readonly<Record<string, string>>
}

/**
 * Drives one run: turns what happens into events and the scheduler's commands into actions. An action is taken only
 * once the event that announces it is durable.
 */
export class Driver implements RunHandle, AttemptHooks, AttemptEnds {
  readonly result: Promise<RunResult>
  readonly #around: Surroundings
  readonly #run: RunParts
  readonly #attempts: AttemptRun
  readonly #live = new Map<number, LiveAttempt>()
  /** Steps that were told to end while their start was not yet durable, with the reason: they are not begun. */
  readonly #doomed = new Map<number, RunnerError>()
  readonly #timers = new Set<() => void>()
  #resolve!: (result: RunResult) => void
  #reject!: (error: RunnerError) => void
  #opened!: { resolve: () => void; reject: (error: RunnerError) => void }
  /** Resolves once the first batch is durable. */
  readonly opened: Promise<void>
  #over = false

  constructor(around: Surroundings, run: RunParts) {
    this.#around = around
    this.#run = run
    this.#attempts = new AttemptRun(around, run.cache, this)
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.result.catch(() => {})
    this.opened = new Promise((resolve, reject) => (this.#opened = { resolve, reject }))
    run.journal.onDurable = (events) => this.#onDurable(events)
    run.journal.onFailure = (error) => this.#onFailure(error)
  }

  get runId(): string {
    return this.#run.places.runId
  }

  get plan(): Plan {
    return this.#run.plan
  }

  get epoch(): number {
    return this.#run.journal.epoch
  }

  get changedCode(): readonly string[] {
    return this.#run.changedCode
  }

  /** Journals `events` (what opens or reopens the run) and begins. */
  begin(events: readonly EventData[]): void {
    for (const event of events) this.#record(event)
    const { timeoutMs } = this.#run.plan
    if (timeoutMs !== undefined) this.#after(timeoutMs, () => this.#timeOut(timeoutMs))
    this.#after(INBOX_POLL_MS, () => void this.#pollInbox())
    this.#pump()
  }

  events(): AsyncIterable<JournalEvent> {
    return this.#run.subscribers.subscribe()
  }

  logPath(step: string, attempt: number): string {
    return logFile(this.#run.places, this.#indexOf(step), step, attempt)
  }

  progress(step: string): { done: number; total: number | null } | null {
    return this.#live.get(this.#indexOf(step))?.progress ?? null
  }

  cancel({ by, reason, kill }: { by: string; reason: string; kill?: boolean }): void {
    if (kill) for (const attempt of this.#live.values()) attempt.graceMs = 0
    if (!this.#mayCancel()) return
    this.#record({ type: 'run.cancel_requested', by, reason })
    this.#pump()
  }

  pause({ by, reason }: { by: string; reason: string }): void {
    if (this.#mayCancel() && !this.#run.fold.paused) this.#record({ type: 'run.paused', by, reason })
  }

  unpause({ by, reason }: { by: string; reason: string }): void {
    if (!this.#mayCancel() || !this.#run.fold.paused) return
    this.#record({ type: 'run.unpaused', by, reason })
    this.#pump()
  }

  approve(step: string, decision: ApprovalDecision): void {
    checkDecision(this.#run.fold.step(step), decision)
    if (this.#mayCancel()) this.#record({ type: 'approval.decided', step, ...decision })
    this.#pump()
  }

  /** Lets go of the run as a crash would, but for ending what it runs: nothing more is journaled. */
  abandon(error: RunnerError): void {
    this.#onFailure(error)
  }

  environment(step: PlanStep): Readonly<Record<string, string>> {
    return this.#run.environment(step)
  }

  get mask(): SecretMask | undefined {
    return this.#run.secrets?.mask
  }

  exposed(context: StepContext): StepContext {
    return withStepMetrics(context, this.#run.fold)
  }

  spawned(attempt: LiveAttempt, { pid, startTime }: { pid: number; startTime: string }): void {
    if (this.#over || attempt.settled) return
    this.#record({ type: 'step.spawned', step: attempt.step.name, attempt: attempt.number, pid, startTime })
  }

  #record(data: EventData, at = this.#around.clock.now()): JournalEvent {
    const event = this.#run.journal.append(this.#run.secrets?.event(data) ?? data, at)
    this.#run.fold.apply(event)
    this.#run.scheduler.apply(event)
    return event
  }

  /** Journals what the scheduler wants until it wants nothing more. */
  #pump(): void {
    if (this.#over) return
    for (let command = this.#run.scheduler.next(); command; command = this.#run.scheduler.next()) this.#obey(command)
  }

  #obey(command: Command): void {
    const name = (step: number): string => this.#run.plan.steps[step]!.name
    switch (command.do) {
      case 'start':
        this.#record({ type: 'step.started', step: name(command.step), attempt: command.attempt })
        return
      case 'end':
        this.#run.scheduler.ended(command.step)
        return this.#endAttempt(command.step)
      case 'block':
        this.#record({ type: 'steps.blocked', steps: command.steps.map(name), by: name(command.by) })
        return
      case 'cancel':
        this.#record({ type: 'steps.cancelled', steps: command.steps.map(name), reason: command.reason })
        return
      case 'finish':
        return this.#finish(command.status)
    }
  }

  #endAttempt(step: number): void {
    const { cancel } = this.#run.fold
    const why = cancel ? `the run was cancelled by ${cancel.by}` : `step ${this.#failedStep() ?? 'of the run'} failed`
    const reason = new RunnerError('STEP_CANCELLED', `Cancelled: ${why}.`)
    const attempt = this.#live.get(step)
    if (attempt) attempt.end(reason)
    else this.#doomed.set(step, reason)
  }

  #finish(status: 'completed' | 'failed' | 'cancelled'): void {
    const { fold, journal } = this.#run
    const { cancel } = fold
    const attempts = fold.attempts()
    if (status === 'completed') this.#record({ type: 'run.completed' })
    else if (cancel?.code) this.#record({ type: 'run.failed', step: null, error: { code: cancel.code, message: cancel.reason } })
    else if (cancel) this.#record({ type: 'run.cancelled', by: cancel.by, reason: cancel.reason })
    else {
      const step = this.#failedStep()
      const error = step === null ? null : fold.step(step).error
      this.#record({ type: 'run.failed', step, error: error ?? { code: 'RUN_INTERNAL', message: status } })
    }
    journal.attach({
      ended: { status: fold.status as typeof status, at: fold.endedAt!, error: fold.error, attempts },
    })
  }

  #onDurable(events: readonly JournalEvent[]): void {
    if (this.#over) return
    this.#opened.resolve()
    this.#run.subscribers.publish(events)
    for (const event of events) {
      if (event.type === 'step.started') this.#launch(this.#indexOf(event.step), event.attempt)
      else if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled') this.#conclude()
    }
  }

  #launch(index: number, number: number): void {
    const step = this.#run.plan.steps[index]!
    const context = this.#run.context.begin({ who: step.name, step: step.name, attempt: number })
    const { clock, graceMs } = this.#around
    const attempt = new LiveAttempt(step, index, number, context, clock.monotonic(), graceMs, this.#run.places, this)
    this.#live.set(index, attempt)
    const doom = this.#doomed.get(index)
    if (doom) {
      this.#doomed.delete(index)
      attempt.end(doom)
      return this.failed(attempt, toRecorded(doom), this.#attempts.measure(attempt))
    }
    this.#attempts.begin(attempt)
  }

  completed(attempt: LiveAttempt, accepted: Acceptance, metrics: AttemptMetrics | null, cached?: string): void {
    if (attempt.settled || this.#over) return
    const at = this.#around.clock.now()
    let product: Product
    try {
      product = conclude(attempt, accepted, this.#run, at)
    } catch (error) {
      return this.failed(attempt, toRecorded(error), metrics ?? this.#attempts.measure(attempt))
    }
    this.#settle(attempt)
    const { artifacts, outputs, writes, meta } = product
    const { step, number } = attempt
    const extra = { ...(meta && { meta }), ...(cached !== undefined && { cached }) }
    this.#record({ type: 'step.completed', step: step.name, attempt: number, writes, outputs, artifacts, metrics, ...extra }, at)
    if (step.cache && cached === undefined) this.#run.cache.keep(attempt, product, at)
    this.#pump()
  }

  failed(attempt: LiveAttempt, error: RecordedError, metrics: AttemptMetrics): void {
    if (!this.#settle(attempt)) return
    const { step, number, ending } = attempt
    if (ending?.code === 'STEP_CANCELLED') {
      this.#record({ type: 'step.cancelled', step: step.name, attempt: number, reason: ending.message, metrics })
      return this.#pump()
    }
    const said = ending ? toRecorded(ending) : error
    const { scheduler } = this.#run
    const delay = scheduler.stopping
      ? undefined
      : retryDelay(step.retry, scheduler.failures(attempt.index), said, this.#around.ids.random())
    this.#record({ type: 'step.failed', step: step.name, attempt: number, error: said, metrics, ...(delay !== undefined && { retryInMs: delay }) })
    if (delay !== undefined) {
      this.#after(delay, () => {
        scheduler.apply({ type: 'retry.due', step: step.name })
        this.#pump()
      })
    }
    this.#pump()
  }

  /** False when the attempt was settled before. */
  #settle(attempt: LiveAttempt): boolean {
    if (attempt.settled || this.#over) return false
    attempt.settled = true
    attempt.stopTimer?.()
    this.#live.delete(attempt.index)
    return true
  }

  #timeOut(ms: number): void {
    if (!this.#mayCancel()) return
    const reason = `The run took longer than its timeout of ${ms / 1000} s.`
    this.#record({ type: 'run.cancel_requested', by: '_runner', reason, code: 'RUN_TIMEOUT' })
    this.#pump()
  }

  async #pollInbox(): Promise<void> {
    if (this.#over) return
    const commands = await this.#around.store.inbox(this.runId).catch(() => [])
    if (this.#over) return
    for (const command of commands) this.#comply(command)
    if (commands.length > 0) this.#run.journal.attach({ inboxDone: commands[commands.length - 1]!.id })
    this.#after(INBOX_POLL_MS, () => void this.#pollInbox())
  }

  /** A decision that came too late, or from who may not decide, was refused to its sender before; here it counts for nothing. */
  #comply(command: InboxCommand): void {
    const { by, reason } = command
    switch (command.type) {
      case 'cancel':
        return this.cancel({ by, reason })
      case 'pause':
        return this.pause({ by, reason })
      case 'unpause':
        return this.unpause({ by, reason })
      case 'approve':
        try {
          this.approve(command.step, { approved: command.approved, by, reason })
        } catch (error) {
          if (!(error instanceof RunnerError)) throw error
        }
    }
  }

  #after(ms: number, act: () => void): void {
    const stop = this.#around.clock.sleep(ms, () => {
      this.#timers.delete(stop)
      if (!this.#over) act()
    })
    this.#timers.add(stop)
  }

  #conclude(): void {
    this.#close()
    const result = resultOf(this.#run.fold, this.#run.context)
    const flushed = this.#run.cache.flushed()
    if (flushed) void flushed.then(() => this.#resolve(result))
    else this.#resolve(result)
  }

  #onFailure(error: RunnerError): void {
    if (this.#over) return
    this.#close()
    for (const attempt of this.#live.values()) {
      attempt.stopTimer?.()
      attempt.end(new RunnerError('STEP_CANCELLED', error.message, { cause: error }))
    }
    this.#opened.reject(error)
    this.#reject(error)
  }

  #close(): void {
    this.#over = true
    for (const stop of this.#timers) stop()
    this.#timers.clear()
    this.#run.subscribers.end()
  }

  /** False also while the run's end is recorded but not yet durable. */
  #mayCancel(): boolean {
    const { cancel, status } = this.#run.fold
    return !this.#over && !cancel && status === 'running'
  }

  #failedStep(): string | null {
    const { failed } = this.#run.scheduler
    return failed === undefined ? null : this.#run.plan.steps[failed]!.name
  }

  #indexOf(step: string): number {
    return this.#run.scheduler.graph.index.get(step)!
  }
}

/** The result of a run that has ended. */
export function resultOf(fold: RunFold, context: Context): RunResult {
  let steps: StepState[] | undefined
  return {
    runId: fold.runId,
    status: fold.status as RunResult['status'],
    context,
    failedStep: fold.failedStep,
    error: fold.error,
    // A run may have 100,000 steps, and most callers look at none.
    get steps() {
      return (steps ??= fold.steps())
    },
  }
}
