import type { Provenance, StepState } from '../api.ts'
import type { JournalEvent, RecordedError, RunOptions, RunStatus } from '../events.ts'
import type { RunFailure } from '../expressions/scope.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import type { Plan } from '../plan.ts'
import { NOTHING_KNOWN, provenanceOf } from './provenance.ts'
import { StepFold } from './step-fold.ts'
import type { AttemptRecord } from '../store.ts'

/** What a run's events add up to, but for its context. */
export class RunFold {
  readonly plan: Plan
  runId = ''
  name = ''
  planHash = ''
  createdAt = 0
  endedAt: number | null = null
  status: RunStatus = 'running'
  params: JsonObject = {}
  options: RunOptions = {}
  recipe: { path: string; sha256: string } | null = null
  error: RecordedError | null = null
  failedStep: string | null = null
  /** What failed it first, before it has ended, too. */
  failure: RunFailure | null = null
  cancel: { by: string; reason: string; code?: string; kill?: true } | null = null
  paused: { by: string; reason: string; at: number } | null = null
  parent: { runId: string; step: string } | null = null
  provenance: Provenance = NOTHING_KNOWN
  readonly #steps: StepFold

  constructor(plan: Plan) {
    this.plan = plan
    this.#steps = new StepFold(this)
  }

  /** Process groups that were spawned and not yet seen to end, by step. */
  get spawned(): ReadonlyMap<string, { pid: number; startTime: string }> {
    return this.#steps.spawned
  }

  /** Of a step or an item; of one that there is not, as if nothing had happened. */
  step(name: string): StepState {
    return this.#steps.step(name)
  }

  /** In the plan's order, the items of a step after it. */
  steps(): StepState[] {
    return this.#steps.all()
  }

  /** Steps that the run has so far: the plan's and their items. */
  get size(): number {
    return this.#steps.size
  }

  /** Whether the run has a step, or by now an item, of this name. */
  has(name: string): boolean {
    return this.#steps.has(name)
  }

  /** What the items of a step returned, in their order, null where one returned nothing; undefined: none returned anything. */
  resultsOf(name: string): JsonValue[] | undefined {
    return this.#steps.resultsOf(name)
  }

  /** What keeps an executor busy, in the order of `steps`, with the attempt that does. */
  running(): { step: string; attempt: number }[] {
    return this.#steps.running()
  }

  /** The attempts that ended since the run last did: what its end is to put on record. */
  attempts(): AttemptRecord[] {
    return this.#steps.attempts()
  }

  apply(event: JournalEvent): void {
    switch (event.type) {
      case 'run.created':
        this.runId = event.runId
        this.name = event.name
        this.planHash = event.planHash
        this.createdAt = event.ts
        this.params = event.params
        this.options = event.options
        this.recipe = event.recipe
        this.provenance = provenanceOf(event)
        this.parent = event.parent ?? null
        return
      case 'driver.started':
        if (event.epoch > 1) this.#reopen()
        return
      case 'step.failed':
        this.#steps.apply(event)
        if (event.retryInMs === undefined) this.#noteFailure(event)
        return
      case 'step.started':
      case 'step.spawned':
      case 'step.completed':
      case 'step.cancelled':
      case 'step.interrupted':
      case 'step.expanded':
      case 'step.linked':
      case 'step.waiting':
      case 'steps.reset':
      case 'steps.cancelled':
      case 'steps.skipped':
      case 'steps.blocked':
      case 'approval.requested':
      case 'approval.decided':
        return this.#steps.apply(event)
      case 'context.set':
        return
      case 'run.cancel_requested':
        this.cancel ??= { by: event.by, reason: event.reason, ...(event.code && { code: event.code }) }
        if (event.code) this.failure ??= { step: null, code: event.code, message: event.reason }
        if (event.kill) this.cancel.kill = true
        return
      case 'run.paused':
        this.paused = { by: event.by, reason: event.reason, at: event.ts }
        return
      case 'run.unpaused':
        this.paused = null
        return
      case 'run.completed':
        return this.#finish(event.ts, 'completed', null, null)
      case 'run.failed':
        return this.#finish(event.ts, 'failed', event.error, event.step)
      case 'run.cancelled':
        return this.#finish(event.ts, 'cancelled', { code: 'RUN_CANCELLED', message: cancelSentence(event) }, null)
    }
  }

  /** Items fail their step, and what is tolerated fails nothing. */
  #noteFailure({ step: name, error: { code, message } }: Extract<JournalEvent, { type: 'step.failed' }>): void {
    const own = this.#steps.ownStep(name)
    if (own && own.continueOnError !== true) this.failure ??= { step: name, code, message }
  }

  #finish(ts: number, status: RunStatus, error: RecordedError | null, step: string | null): void {
    this.status = status
    this.endedAt = ts
    this.error = error
    this.failedStep = step
    this.paused = null
    this.#steps.forgetAttempts()
  }

  #reopen(): void {
    this.status = 'running'
    this.endedAt = null
    this.error = null
    this.failedStep = null
    this.failure = null
    this.cancel = null
    this.#steps.reopen()
  }
}

function cancelSentence(cancel: { by: string; reason: string }): string {
  return `The run was cancelled by ${cancel.by}: ${cancel.reason}`
}
