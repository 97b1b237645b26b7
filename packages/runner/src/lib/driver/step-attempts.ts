import { Context, type StepContext } from '@lorc/context'
import { AttemptRun, type AttemptEnds } from './attempt-run.ts'
import { LiveAttempt, type AttemptHooks } from '../attempts/attempt.ts'
import type { DriverPort } from './driver-port.ts'
import { RunnerError } from '../errors.ts'
import type { AttemptMetrics, RecordedError } from '../events.ts'
import type { ExecutedSteps } from './executed-steps.ts'
import type { Scope } from '../expressions/scope.ts'
import { mayHoldExpressions, resolveStep } from '../expressions/step-expressions.ts'
import { ItemContext } from '../attempts/item-context.ts'
import type { Item } from '../attempts/item-data.ts'
import { conclude, toRecorded, type Acceptance, type Product } from '../attempts/outcome.ts'
import { OutputFiles } from '../attempts/output-files.ts'
import { needsOf } from '../plan/plan-needs.ts'
import type { PlanStep, RetryPolicy } from '../plan.ts'
import { keepRefusedLog } from '../attempts/refused-log.ts'
import { retryDelay, retryPolicyOf } from '../attempts/retry.ts'
import { itemAt, type RunParts } from './run-parts.ts'
import { scopeOf } from './run-scope.ts'
import type { SecretMask } from '../secrets/secret-mask.ts'
import { requireSuccess } from '../attempts/step-checks.ts'
import { withStepMetrics } from '../attempts/step-metrics.ts'
import type { Surroundings } from './surroundings.ts'

/** What items write is checked against nothing: see ItemContext. */
const NOTHING = new Context()

/** The attempts of a run that are under way: from a start that is durable to the event that tells how it ended. */
export class StepAttempts implements AttemptHooks, AttemptEnds {
  readonly #around: Surroundings
  readonly #run: RunParts
  readonly #driver: DriverPort
  readonly #steps: ExecutedSteps
  readonly #attempts: AttemptRun
  readonly #live = new Map<number, LiveAttempt>()
  readonly #files = new OutputFiles()
  /** Steps that were told to end while their start was not yet durable, with the reason: they are not begun. */
  #doomed: Map<number, RunnerError> | undefined

  constructor(around: Surroundings, run: RunParts, steps: ExecutedSteps, driver: DriverPort) {
    this.#around = around
    this.#run = run
    this.#steps = steps
    this.#driver = driver
    this.#attempts = new AttemptRun(around, run.cache, this)
  }

  /** Those that keep this process busy: not the steps that are runs of their own. */
  get busy(): number {
    let count = 0
    for (const { step } of this.#live.values()) if (step.type !== 'recipe') count++
    return count
  }

  progress(at: number): { done: number; total: number | null } | null {
    return this.#live.get(at)?.progress ?? null
  }

  /** The start of an attempt is durable: it begins, or fails for what it cannot begin with. */
  launch(name: string, number: number): void {
    const { scheduler } = this.#run
    const at = scheduler.names.find(name)!
    const own = scheduler.names.parentOf(at)
    const item = own === at ? undefined : itemAt(this.#run, at)
    const definition = this.#steps.of(own)
    const step = item ? { ...definition, name } : definition
    const doom = this.#doomed?.get(at)
    if (doom) this.#doomed?.delete(at)
    else if (needsOf(this.#run.plan).expressions.any && mayHoldExpressions(definition)) {
      try {
        const request = step.http && this.#run.secrets ? scopeOf(this.#run, step, { attempt: number, item, secrets: true }) : undefined
        return this.#begin(resolveStep(step, scopeOf(this.#run, step, { attempt: number, item }), request), at, number, item)
      } catch (error) {
        return this.#begin(step, at, number, item, RunnerError.from(error, 'EXPRESSION_FAILED'))
      }
    }
    this.#begin(step, at, number, item, doom)
  }

  /** Ends the attempt of a step, or the one that is about to begin. */
  end(at: number, reason: RunnerError): void {
    const attempt = this.#live.get(at)
    if (attempt) attempt.end(reason)
    else (this.#doomed ??= new Map()).set(at, reason)
  }

  /** What is ended from now on is killed at once. */
  withoutGrace(): void {
    for (const attempt of this.#live.values()) attempt.graceMs = 0
  }

  /** Ends all of them; what becomes of them counts for nothing. */
  abandon(reason: RunnerError): void {
    for (const attempt of this.#live.values()) {
      attempt.stopTimer?.()
      attempt.end(reason)
    }
  }

  completed(attempt: LiveAttempt, accepted: Acceptance, metrics: AttemptMetrics | null, cached?: string): void {
    if (attempt.settled || this.#driver.isOver()) return
    const at = this.#around.clock.now()
    let product: Product
    try {
      requireSuccess(attempt, () => this.scope(attempt))
      if (this.#run.plan.conflict !== 'last_write_wins') this.#files.refuse(attempt.step.name, accepted.artifacts, attempt.filesSince)
      product = conclude(attempt, accepted, this.#run, at)
    } catch (error) {
      keepRefusedLog(attempt, accepted.log)
      return this.failed(attempt, toRecorded(error), metrics ?? this.#attempts.measure(attempt))
    }
    const { artifacts, outputs, writes, meta, log } = product
    const { step, number } = attempt
    this.#files.add(step.name, artifacts)
    this.#settle(attempt)
    const extra = { ...(meta && { meta }), ...(log && { log }), ...(cached !== undefined && { cached }) }
    this.#driver.record({ type: 'step.completed', step: step.name, attempt: number, writes, outputs, artifacts, metrics, ...extra }, at)
    if (step.cache && cached === undefined) this.#run.cache.keep(attempt, product, at)
    this.#driver.pump()
  }

  failed(attempt: LiveAttempt, error: RecordedError, metrics: AttemptMetrics, retry?: RetryPolicy): void {
    if (!this.#settle(attempt)) return
    const { step, number, ending } = attempt
    if (ending?.code === 'STEP_CANCELLED') {
      this.#driver.record({ type: 'step.cancelled', step: step.name, attempt: number, reason: ending.message, metrics })
      return this.#driver.pump()
    }
    const said = ending ? toRecorded(ending) : error
    const { scheduler } = this.#run
    const delay = scheduler.stopping
      ? undefined
      : retryDelay(retryPolicyOf(step, retry), scheduler.failures(attempt.at), said, this.#around.ids.random())
    this.#driver.record({ type: 'step.failed', step: step.name, attempt: number, error: said, metrics, ...(delay !== undefined && { retryInMs: delay }) })
    if (delay !== undefined) {
      this.#driver.after(delay, () => {
        scheduler.apply({ type: 'retry.due', step: step.name })
        this.#driver.pump()
      })
    }
    this.#driver.pump()
  }

  get time(): number {
    return this.#run.fold.provenance.time
  }

  get seed(): number {
    return this.#run.fold.provenance.seed
  }

  get createdAt(): number {
    return this.#run.fold.createdAt
  }

  get mask(): SecretMask | undefined {
    return this.#run.secrets?.mask
  }

  environment(step: PlanStep): Readonly<Record<string, string>> {
    return this.#run.environment(step)
  }

  exposed(context: StepContext): StepContext {
    return withStepMetrics(context, this.#run.fold)
  }

  scope({ step, number, item, own }: LiveAttempt): Scope {
    return scopeOf(this.#run, step, { attempt: number, item, read: (key) => own.get(key) })
  }

  toldToEnd(attempt: LiveAttempt): void {
    if (!this.#driver.isOver()) this.#attempts.giveUpLater(attempt)
  }

  childRun(attempt: LiveAttempt): string | null {
    return this.#run.fold.step(attempt.step.name).childRun
  }

  spawned(attempt: LiveAttempt, { pid, startTime }: { pid: number; startTime: string }): void {
    if (this.#driver.isOver() || attempt.settled) return
    this.#driver.record({ type: 'step.spawned', step: attempt.step.name, attempt: attempt.number, pid, startTime })
  }

  linked(attempt: LiveAttempt, runId: string): Promise<void> {
    if (this.#driver.isOver() || attempt.settled) return Promise.reject(new RunnerError('STEP_CANCELLED', 'The attempt is over.'))
    this.#driver.record({ type: 'step.linked', step: attempt.step.name, attempt: attempt.number, runId })
    return this.#driver.recorded()
  }

  #begin(step: PlanStep, at: number, number: number, item: Item | undefined, refusal?: RunnerError): void {
    const { clock, graceMs } = this.#around
    const author = { who: step.name, step: step.name, attempt: number }
    const seen = this.#run.context.begin(author)
    const own = item ? new ItemContext(seen, () => NOTHING.begin(author)) : seen
    const index = this.#run.scheduler.names.parentOf(at)
    const attempt = new LiveAttempt({ step, index, at, number, item, own, filesSince: this.#files.ends, startedAt: clock.monotonic(), graceMs }, this.#run.places, this)
    this.#live.set(at, attempt)
    if (!refusal) return this.#attempts.begin(attempt)
    if (refusal.code === 'STEP_CANCELLED') attempt.end(refusal)
    this.failed(attempt, toRecorded(refusal), this.#attempts.measure(attempt))
  }

  /** False when the attempt was settled before. */
  #settle(attempt: LiveAttempt): boolean {
    if (attempt.settled || this.#driver.isOver()) return false
    attempt.settled = true
    attempt.stopTimer?.()
    this.#live.delete(attempt.at)
    if (this.#live.size === 0) this.#files.clear()
    this.#driver.settled(attempt.step.name)
    return true
  }
}
