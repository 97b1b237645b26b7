import { Context, type StepContext } from '@lorc/context'
import type { ApprovalDecision, RunHandle, RunResult } from './api.ts'
import { approvalEnd, checkDecision } from './approval.ts'
import { AttemptRun, type AttemptEnds } from './attempt-run.ts'
import { LiveAttempt, logFile, type AttemptHooks, type RunPlaces } from './attempt.ts'
import { RunnerError } from './errors.ts'
import type { AttemptMetrics, EventData, JournalEvent, RecordedError } from './events.ts'
import { EndedRun } from './ended-run.ts'
import { ExecutedSteps } from './executed-steps.ts'
import { resolveText } from './expressions/expressions.ts'
import type { Scope } from './expressions/scope.ts'
import { mayHoldExpressions, resolveStep } from './expressions/step-expressions.ts'
import { GroupKeeper, type GroupHooks } from './group-keeper.ts'
import { ItemContext } from './item-context.ts'
import type { Item, ItemData } from './item-data.ts'
import { concludeItems, itemsFailed } from './item-outcome.ts'
import type { Journal } from './journal.ts'
import type { LiveRun } from './live-runs.ts'
import { conclude, toRecorded, type Acceptance, type Product } from './outcome.ts'
import type { JsonValue } from './json.ts'
import { needsOf, type PlanNeeds } from './plan-needs.ts'
import type { Plan, PlanStep } from './plan.ts'
import { retryDelay } from './retry.ts'
import type { RunFold } from './run-fold.ts'
import { scopeOf } from './run-scope.ts'
import type { Command, Scheduler } from './scheduler.ts'
import type { SecretMask } from './secret-mask.ts'
import type { Secrets } from './secrets.ts'
import type { StepCache } from './step-cache.ts'
import { requireSuccess } from './step-checks.ts'
import { decideGate } from './step-gate.ts'
import { withStepMetrics } from './step-metrics.ts'
import type { InboxCommand } from './store.ts'
import type { Subscribers } from './subscribers.ts'
import type { Surroundings } from './surroundings.ts'

/** What items write is checked against nothing: see ItemContext. */
const NOTHING = new Context()

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
  /** Undefined: the plan has no `for_each` step. */
  readonly items: ItemData | undefined
  readonly secrets: Secrets | undefined
  environment(step: PlanStep): Readonly<Record<string, string>>
}

/**
 * Drives one run: turns what happens into events and the scheduler's commands into actions. An action is taken only
 * once the event that announces it is durable.
 */
export class Driver implements RunHandle, LiveRun, AttemptHooks, AttemptEnds {
  place = 0
  readonly result: Promise<RunResult>
  readonly #around: Surroundings
  readonly #run: RunParts
  readonly #attempts: AttemptRun
  readonly #live = new Map<number, LiveAttempt>()
  /** Steps that were told to end while their start was not yet durable, with the reason: they are not begun. */
  #doomed: Map<number, RunnerError> | undefined
  #timers: Set<() => void> | undefined
  readonly #steps: ExecutedSteps
  readonly #needs: PlanNeeds
  #groups: GroupKeeper | undefined
  /** Who waits for events to be durable, by the `seq` of the last of them. */
  #awaiting: { seq: number; resolve: () => void }[] | undefined
  #resolve!: (result: RunResult) => void
  #reject!: (error: RunnerError) => void
  #opened!: { resolve: () => void; reject: (error: RunnerError) => void }
  /** Resolves once the first batch is durable. */
  readonly opened: Promise<void>
  #polling = false
  #over = false

  constructor(around: Surroundings, run: RunParts) {
    this.#around = around
    this.#run = run
    this.#attempts = new AttemptRun(around, run.cache, this)
    this.#steps = new ExecutedSteps(run.plan)
    this.#needs = needsOf(run.plan)
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

  /** Journals `events` (what opens or reopens the run), as of the time `at` (default now), and begins. */
  begin(events: readonly EventData[], at?: number): void {
    for (const event of events) this.#record(event, at)
    this.#resetStale()
    this.#limitTime()
    for (const step of this.#run.scheduler.asked()) this.#resumeApproval(this.#nameOf(step))
    this.#pump()
  }

  events(): AsyncIterable<JournalEvent> {
    return this.#run.subscribers.subscribe()
  }

  logPath(step: string, attempt: number): string {
    return logFile(this.#run.places, this.#run.scheduler.names.parentOf(this.#indexOf(step)), step, attempt)
  }

  progress(step: string): { done: number; total: number | null } | null {
    return this.#live.get(this.#indexOf(step))?.progress ?? null
  }

  cancel({ by, reason, kill }: { by: string; reason: string; kill?: boolean }): void {
    if (kill) for (const attempt of this.#live.values()) attempt.graceMs = 0
    if (!this.#mayCancel(kill)) return
    this.#record({ type: 'run.cancel_requested', by, reason, ...(kill && { kill }) })
    this.#pump()
  }

  pause({ by, reason }: { by: string; reason: string }): void {
    if (this.#isGoingOn() && !this.#run.fold.paused) this.#record({ type: 'run.paused', by, reason })
  }

  unpause({ by, reason }: { by: string; reason: string }): void {
    if (!this.#isGoingOn() || !this.#run.fold.paused) return
    this.#record({ type: 'run.unpaused', by, reason })
    this.#pump()
  }

  approve(step: string, decision: ApprovalDecision): void {
    checkDecision(this.#run.fold.step(step), decision)
    if (!this.#isGoingOn()) return
    this.#record({ type: 'approval.decided', step, ...decision })
    this.#concludeApproval(step)
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

  scope({ step, number, item, own }: LiveAttempt): Scope {
    return this.#scope(step, number, item, (key) => own.get(key))
  }

  childRun(attempt: LiveAttempt): string | null {
    return this.#run.fold.step(attempt.step.name).childRun
  }

  linked(attempt: LiveAttempt, runId: string): Promise<void> {
    if (this.#over || attempt.settled) return Promise.reject(new RunnerError('STEP_CANCELLED', 'The attempt is over.'))
    const { seq } = this.#record({ type: 'step.linked', step: attempt.step.name, attempt: attempt.number, runId })
    return new Promise((resolve) => void (this.#awaiting ??= []).push({ seq, resolve }))
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
    if (this.#over) return
    for (let command = this.#run.scheduler.next(); command; command = this.#run.scheduler.next()) this.#obey(command)
  }

  #obey(command: Command): void {
    const name = (step: number): string => this.#nameOf(step)
    switch (command.do) {
      case 'start':
        this.#record({ type: 'step.started', step: name(command.step), attempt: command.attempt })
        return
      case 'prepare':
        return this.#prepare(command.step)
      case 'acquire':
        return this.#acquire(command.step)
      case 'gather':
        return this.#gather(command)
      case 'skip':
        this.#record({ type: 'steps.skipped', steps: command.steps.map(name), reason: command.reason })
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
    else (this.#doomed ??= new Map()).set(step, reason)
  }

  #finish(status: 'completed' | 'failed' | 'cancelled'): void {
    const { fold, journal } = this.#run
    const { cancel } = fold
    const attempts = fold.attempts()
    if (status === 'completed') this.#record({ type: 'run.completed' })
    else if (status === 'cancelled') this.#record({ type: 'run.cancelled', by: cancel!.by, reason: cancel!.reason })
    else {
      const step = this.#failedStep()
      const limit = cancel?.code === undefined ? undefined : { code: cancel.code, message: cancel.reason }
      const error = step === null ? limit : fold.step(step).error
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
    if (this.#awaiting) this.#tellDurable(events, this.#awaiting)
    for (const event of events) {
      if (event.type === 'step.started') this.#launch(event.step, event.attempt)
      else if (event.type === 'run.completed' || event.type === 'run.failed' || event.type === 'run.cancelled') this.#conclude()
    }
  }

  #launch(name: string, number: number): void {
    const at = this.#indexOf(name)
    const own = this.#run.scheduler.names.parentOf(at)
    const item = own === at ? undefined : this.#itemOf(at)
    const definition = this.#steps.of(own)
    const step = item ? { ...definition, name } : definition
    const doom = this.#doomed?.get(at)
    if (doom) this.#doomed?.delete(at)
    else if (this.#needs.expressions.any && mayHoldExpressions(definition)) {
      try {
        const request = step.http && this.#run.secrets ? scopeOf(this.#run, step, { attempt: number, item, secrets: true }) : undefined
        return this.#begin(resolveStep(step, this.#scope(step, number, item), request), at, number, item)
      } catch (error) {
        return this.#begin(step, at, number, item, RunnerError.from(error, 'EXPRESSION_FAILED'))
      }
    }
    this.#begin(step, at, number, item, doom)
  }

  #begin(step: PlanStep, at: number, number: number, item: Item | undefined, refusal?: RunnerError): void {
    const { clock, graceMs } = this.#around
    const author = { who: step.name, step: step.name, attempt: number }
    const seen = this.#run.context.begin(author)
    const own = item ? new ItemContext(seen, () => NOTHING.begin(author)) : seen
    const index = this.#run.scheduler.names.parentOf(at)
    const attempt = new LiveAttempt({ step, index, at, number, item, own, startedAt: clock.monotonic(), graceMs }, this.#run.places, this)
    this.#live.set(at, attempt)
    if (!refusal) return this.#attempts.begin(attempt)
    if (refusal.code === 'STEP_CANCELLED') attempt.end(refusal)
    this.failed(attempt, toRecorded(refusal), this.#attempts.measure(attempt))
  }

  #prepare(at: number): void {
    const { plan, scheduler } = this.#run
    const event = decideGate(plan.steps[at]!, this.#scope(this.#steps.of(at), scheduler.attempts(at) + 1), this.#around.clock.now())
    if (!event) return scheduler.apply({ type: 'step.ready', step: this.#nameOf(at) })
    this.#record(event)
    if (event.type === 'approval.requested') this.#watchApproval(event.step, event.expiresAt)
  }

  #scope(step: PlanStep, attempt: number, item?: Item, read?: (key: string) => JsonValue | undefined): Scope {
    return scopeOf(this.#run, step, { attempt, item, ...(read && { read }) })
  }

  #itemOf(at: number): Item {
    const { names } = this.#run.scheduler
    return this.#run.items!.of(this.#run.plan.steps[names.parentOf(at)]!.name, names.ordinal(at))
  }

  /** A pending approval of a driver before this one: its time limit goes on. */
  #resumeApproval(step: string): void {
    const { approval } = this.#run.fold.step(step)
    if (approval?.decision) this.#concludeApproval(step)
    else this.#watchApproval(step, approval?.expiresAt ?? null)
  }

  #watchApproval(step: string, expiresAt: number | null): void {
    if (expiresAt === null) return
    this.#after(Math.max(0, expiresAt - this.#around.clock.now()), () => {
      const { status, approval } = this.#run.fold.step(step)
      if (status === 'running' && approval?.expiresAt === expiresAt && !approval.decision) this.#concludeApproval(step)
    })
  }

  #concludeApproval(step: string): void {
    const { approval, attempts } = this.#run.fold.step(step)
    this.#record(approvalEnd(step, attempts, approval!))
    this.#pump()
  }

  #gather({ step, attempt, failed }: Extract<Command, { do: 'gather' }>): void {
    const { plan, items, scheduler } = this.#run
    const planStep = plan.steps[step]!
    const at = this.#around.clock.now()
    try {
      if (failed.length > 0) throw itemsFailed(failed.map((item) => scheduler.names.nameOf(item)), scheduler.names.block(step)!.count)
      const writes = items!.gather(planStep.name)
      concludeItems(planStep, attempt, writes, this.#run, at)
      this.#record({ type: 'step.completed', step: planStep.name, attempt, writes, outputs: Object.keys(writes), artifacts: [], metrics: null }, at)
    } catch (error) {
      this.#record({ type: 'step.failed', step: planStep.name, attempt, error: toRecorded(error), metrics: null })
    }
  }

  #acquire(at: number): void {
    const { scheduler, plan } = this.#run
    const item = scheduler.names.isItem(at) ? this.#itemOf(at) : undefined
    const own = scheduler.names.parentOf(at)
    const group = plan.steps[own]!.concurrencyGroup!
    const step = this.#nameOf(at)
    const attempt = scheduler.attempts(at) + 1
    try {
      const name = resolveText(group.name, this.#scope(this.#steps.of(own), attempt, item), `\`concurrency_group\` of the step \`${step}\``)
      scheduler.apply({ type: 'slot.asked', step })
      const groups = (this.#groups ??= new GroupKeeper(this.#around.slots, { runId: this.runId, epoch: this.epoch }, this.#groupHooks()))
      // A slot counts as long as its run's lease is held: the store has to know the run before it can count one.
      void this.opened.then(
        () => groups.ask(step, { ...group, name }),
        () => {},
      )
    } catch (error) {
      this.#record({ type: 'step.failed', step, attempt: attempt - 1, error: toRecorded(error), metrics: null })
    }
  }

  #groupHooks(): GroupHooks {
    const { scheduler } = this.#run
    return {
      granted: (step) => {
        if (!this.#isGoingOn()) return false
        scheduler.apply({ type: 'slot.granted', step })
        this.#pump()
        return scheduler.isRunning(this.#indexOf(step))
      },
      refused: (step) => {
        if (!this.#isGoingOn()) return
        scheduler.apply({ type: 'slot.refused', step })
        this.#pump()
      },
      waiting: (step, { name, limit }, holders) => {
        if (this.#isGoingOn() && scheduler.isHeld(this.#indexOf(step))) this.#record({ type: 'step.waiting', step, group: name, limit, holders })
      },
      due: (step) => {
        if (!this.#isGoingOn() || !scheduler.isHeld(this.#indexOf(step))) return false
        scheduler.apply({ type: 'slot.due', step })
        this.#pump()
        return true
      },
      later: (ms, act) => this.#after(ms, act),
    }
  }

  /** What came after a part of the run that goes on after all. */
  #resetStale(): void {
    const { scheduler } = this.#run
    if (this.epoch === 1 || scheduler.graph.phases.length === 1) return
    const stale = scheduler.stale().map((step) => this.#nameOf(step))
    if (stale.length > 0) this.#record({ type: 'steps.reset', steps: stale, by: '_runner', reason: 'what comes before goes on' })
  }

  #limitTime(): void {
    const { timeoutMs, deadlineMs } = this.#run.plan
    if (timeoutMs !== undefined) this.#after(timeoutMs, () => this.#endFor('RUN_TIMEOUT', `The run took longer than its timeout of ${timeoutMs / 1000} s.`))
    if (deadlineMs === undefined) return
    const left = this.#run.fold.createdAt + deadlineMs - this.#around.clock.now()
    this.#after(Math.max(0, left), () => this.#endFor('RUN_DEADLINE', `The run did not end within ${deadlineMs / 1000} s of its creation.`))
  }

  #tellDurable(events: readonly JournalEvent[], awaiting: readonly { seq: number; resolve: () => void }[]): void {
    const { seq } = events[events.length - 1]!
    const told = awaiting.filter((waiting) => waiting.seq <= seq)
    this.#awaiting = told.length < awaiting.length ? awaiting.filter((waiting) => waiting.seq > seq) : undefined
    for (const { resolve } of told) resolve()
  }

  completed(attempt: LiveAttempt, accepted: Acceptance, metrics: AttemptMetrics | null, cached?: string): void {
    if (attempt.settled || this.#over) return
    const at = this.#around.clock.now()
    let product: Product
    try {
      requireSuccess(attempt, () => this.scope(attempt))
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
      : retryDelay(step.retry, scheduler.failures(attempt.at), said, this.#around.ids.random())
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
    this.#live.delete(attempt.at)
    this.#groups?.release(attempt.step.name)
    return true
  }

  /** Time limits are the main part's: what comes after it is to clean up. */
  #endFor(code: 'RUN_TIMEOUT' | 'RUN_DEADLINE', reason: string): void {
    if (!this.#mayCancel() || !this.#run.scheduler.inMain) return
    this.#record({ type: 'run.cancel_requested', by: '_runner', reason, code })
    this.#pump()
  }

  async pollInbox(): Promise<void> {
    if (this.#over || this.#polling) return
    this.#polling = true
    const commands = await this.#around.store.inbox(this.runId).catch(() => [])
    this.#polling = false
    if (this.#over) return
    for (const command of commands) this.#comply(command)
    if (commands.length > 0) this.#run.journal.attach({ inboxDone: commands[commands.length - 1]!.id })
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
    const timers = (this.#timers ??= new Set())
    const stop = this.#around.clock.sleep(ms, () => {
      timers.delete(stop)
      if (!this.#over) act()
    })
    timers.add(stop)
  }

  #conclude(): void {
    this.#close()
    const result = new EndedRun(this.#run.fold, this.#run.context)
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
    for (const stop of this.#timers ?? []) stop()
    this.#timers = undefined
    this.#run.subscribers.end()
  }

  /** False also while the run's end is recorded but not yet durable. */
  #isGoingOn(): boolean {
    return !this.#over && this.#run.fold.status === 'running'
  }

  /** Once; and once more to kill what a cancel lets end. */
  #mayCancel(kill = false): boolean {
    const { cancel } = this.#run.fold
    return this.#isGoingOn() && (!cancel || (kill && !cancel.kill))
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
}
