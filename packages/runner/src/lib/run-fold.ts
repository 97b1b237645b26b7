import type { StepState } from './api.ts'
import type { AttemptMetrics, JournalEvent, RecordedError, RunOptions, RunStatus } from './events.ts'
import type { JsonObject } from './json.ts'
import type { Plan } from './plan.ts'
import type { AttemptRecord } from './store.ts'

/**
 * What a run's events add up to, but for its context. Holds nothing for a step of which nothing has happened yet.
 */
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
  versions: JsonObject = {}
  code: { [path: string]: string } = {}
  error: RecordedError | null = null
  failedStep: string | null = null
  cancel: { by: string; reason: string; code?: string } | null = null
  /** Process groups that were spawned and not yet seen to end, by step. */
  readonly spawned = new Map<string, { pid: number; startTime: string }>()
  readonly running = new Map<string, number>()
  readonly #steps = new Map<string, StepState>()
  /** Steps whose last attempt has ended for good and is in no attempt record yet. */
  #ended: StepState[] = []
  #earlier: AttemptRecord[] = []

  constructor(plan: Plan) {
    this.plan = plan
  }

  step(name: string): StepState {
    return this.#steps.get(name) ?? blank(name)
  }

  /** The steps of which something has happened, in the order in which it did first. */
  begun(): Iterable<StepState> {
    return this.#steps.values()
  }

  /** In the plan's order. */
  steps(): StepState[] {
    return this.plan.steps.map((step) => this.step(step.name))
  }

  /** The attempts that ended since the run last did: what its end is to put on record. */
  attempts(): AttemptRecord[] {
    return [...this.#earlier, ...this.#ended.map((step) => this.#record(step))]
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
        this.versions = event.versions
        this.code = event.code
        return
      case 'driver.started':
        if (event.epoch > 1) this.#reopen()
        return
      case 'step.started': {
        const step = this.#open(event.step)
        step.status = 'running'
        step.attempts = event.attempt
        step.startedAt = event.ts
        step.endedAt = null
        step.error = null
        this.running.set(event.step, event.attempt)
        return
      }
      case 'step.spawned':
        this.spawned.set(event.step, { pid: event.pid, startTime: event.startTime })
        return
      case 'step.completed': {
        const step = this.#end(event, 'completed')
        step.attempts = Math.max(step.attempts, event.attempt)
        step.outputs = event.outputs
        step.artifacts = event.artifacts
        step.error = null
        step.cached = event.cached !== undefined
        step.importedFrom = event.importedFrom ?? null
        if (!event.importedFrom) this.#ended.push(step)
        return
      }
      case 'step.failed': {
        const step = this.#end(event, event.retryInMs === undefined ? 'failed' : 'waiting')
        step.error = event.error
        if (event.retryInMs === undefined) this.#ended.push(step)
        else this.#earlier.push(this.#record(step))
        return
      }
      case 'step.cancelled': {
        const step = this.#end(event, 'cancelled')
        step.error = null
        step.reason = event.reason
        this.#ended.push(step)
        return
      }
      case 'step.interrupted': {
        const step = this.#open(event.step)
        step.status = 'waiting'
        this.running.delete(event.step)
        this.spawned.delete(event.step)
        return
      }
      case 'steps.cancelled':
        for (const name of event.steps) this.#close(name, event.ts, 'cancelled').reason = event.reason
        return
      case 'steps.skipped':
        for (const name of event.steps) this.#close(name, event.ts, 'skipped').reason = event.reason
        return
      case 'steps.blocked':
        for (const name of event.steps) this.#close(name, event.ts, 'blocked').blockedBy = event.by
        return
      case 'run.cancel_requested':
        this.cancel = { by: event.by, reason: event.reason, ...(event.code && { code: event.code }) }
        return
      case 'run.completed':
        return this.#finish(event.ts, 'completed', null, null)
      case 'run.failed':
        return this.#finish(event.ts, 'failed', event.error, event.step)
      case 'run.cancelled':
        return this.#finish(event.ts, 'cancelled', { code: 'RUN_CANCELLED', message: cancelSentence(event) }, null)
    }
  }

  #open(name: string): StepState {
    let step = this.#steps.get(name)
    if (!step) this.#steps.set(name, (step = blank(name)))
    return step
  }

  #end(event: { step: string; ts: number; metrics: AttemptMetrics | null }, status: StepState['status']): StepState {
    const step = this.#close(event.step, event.ts, status)
    step.metrics = event.metrics
    this.running.delete(event.step)
    this.spawned.delete(event.step)
    return step
  }

  #close(name: string, ts: number, status: StepState['status']): StepState {
    const step = this.#open(name)
    step.status = status
    step.endedAt = ts
    return step
  }

  #record(step: StepState): AttemptRecord {
    const status = step.error ? 'failed' : step.cached ? 'cached' : step.status === 'cancelled' ? 'cancelled' : 'completed'
    return {
      runId: this.runId,
      name: this.name,
      step: step.name,
      attempt: step.attempts,
      status,
      startedAt: step.startedAt ?? step.endedAt ?? 0,
      endedAt: step.endedAt ?? 0,
      metrics: step.metrics,
      errorCode: step.error?.code ?? null,
    }
  }

  #finish(ts: number, status: RunStatus, error: RecordedError | null, step: string | null): void {
    this.status = status
    this.endedAt = ts
    this.error = error
    this.failedStep = step
    this.#earlier = []
    this.#ended = []
  }

  #reopen(): void {
    this.status = 'running'
    this.endedAt = null
    this.error = null
    this.failedStep = null
    this.cancel = null
    this.#earlier = this.attempts()
    this.#ended = []
    for (const [i, { name, continueOnError }] of this.plan.steps.entries()) {
      const step = this.#steps.get(name)
      if (!step || step.status === 'completed' || step.status === 'skipped') continue
      if (step.status === 'failed' && continueOnError) continue
      if (step.status === 'running') continue
      if (step.attempts === 0) this.#steps.delete(this.plan.steps[i]!.name)
      else this.#steps.set(name, { ...step, status: 'waiting', blockedBy: null, reason: null })
    }
  }
}

function cancelSentence(cancel: { by: string; reason: string }): string {
  return `The run was cancelled by ${cancel.by}: ${cancel.reason}`
}

function blank(name: string): StepState {
  return {
    name,
    status: 'waiting',
    attempts: 0,
    startedAt: null,
    endedAt: null,
    metrics: null,
    outputs: [],
    artifacts: [],
    error: null,
    blockedBy: null,
    reason: null,
    cached: false,
    importedFrom: null,
  }
}
