import type { StepState } from '../api.ts'
import type { AttemptMetrics, JournalEvent, StepStatus } from '../events.ts'
import type { JsonValue } from '../json.ts'
import { graphOf } from '../plan/graph.ts'
import { StepNames } from '../plan/step-names.ts'
import type { Plan } from '../plan.ts'
import type { AttemptRecord } from '../store.ts'
import { StepStates } from './step-states.ts'

/** What is told of steps. */
export type StepEvent = Extract<JournalEvent, { type: `step.${string}` | `steps.${string}` | `approval.${string}` }>

/** The run that the steps are of. */
interface FoldedRun {
  readonly plan: Plan
  readonly runId: string
  readonly name: string
}

/** What a run's events add up to for its steps, and the items of those. */
export class StepFold {
  /** Process groups that were spawned and not yet seen to end, by step. */
  readonly spawned = new Map<string, { pid: number; startTime: string }>()
  readonly #run: FoldedRun
  readonly #names: StepNames
  readonly #states: StepStates
  /** Steps whose last attempt has ended for good and is in no attempt record yet. */
  #ended: number[] = []
  #earlier: AttemptRecord[] = []

  constructor(run: FoldedRun) {
    this.#run = run
    this.#names = new StepNames(graphOf(run.plan), run.plan.steps)
    this.#states = new StepStates(run.plan.steps.length)
  }

  /** Of a step or an item; of one that there is not, as if nothing had happened. */
  step(name: string): StepState {
    const step = this.#names.find(name)
    return step === undefined ? new StepStates(1).read(0, name) : this.#read(step)
  }

  /** What the items of a step returned, in their order, null where one returned nothing; undefined: none returned anything. */
  resultsOf(name: string): JsonValue[] | undefined {
    const { first, count } = this.#names.block(this.#names.find(name)!)!
    const results = Array.from({ length: count }, (_, i) => this.#states.extra(first + i).meta?.result ?? null)
    return results.some((result) => result !== null) ? results : undefined
  }

  /** In the plan's order, the items of a step after it. */
  all(): StepState[] {
    return this.#inOrder().map((step) => this.#read(step))
  }

  /** Steps that the run has so far: the plan's and their items. */
  get size(): number {
    return this.#names.size
  }

  /** What keeps an executor busy, in the order of `all`, with the attempt that does. */
  running(): { step: string; attempt: number }[] {
    const running: { step: string; attempt: number }[] = []
    for (const step of this.#inOrder()) {
      if (this.#states.status(step) !== 'running' || !this.#isExecuted(step)) continue
      running.push({ step: this.#names.nameOf(step), attempt: this.#states.attempts(step) })
    }
    return running
  }

  /** Whether the run has a step, or by now an item, of this name. */
  has(name: string): boolean {
    return this.#names.find(name) !== undefined
  }

  /** The attempts that ended since the run last did: what its end is to put on record. */
  attempts(): AttemptRecord[] {
    return [...this.#earlier, ...this.#ended.map((step) => this.#record(step))]
  }

  apply(event: StepEvent): void {
    switch (event.type) {
      case 'step.started':
        return this.#states.start(this.#at(event.step), event.attempt, event.ts)
      case 'step.spawned':
        this.spawned.set(event.step, { pid: event.pid, startTime: event.startTime })
        return
      case 'step.completed': {
        const step = this.#end(event, 'completed')
        const { attempt, outputs, artifacts, meta, log, cached, importedFrom } = event
        this.#states.reset(step, { error: null })
        if (this.#states.attempts(step) < attempt) this.#states.setAttempts(step, attempt)
        if (outputs.length > 0) this.#states.set(step, { outputs })
        if (artifacts.length > 0) this.#states.set(step, { artifacts })
        if (meta) this.#states.set(step, { meta })
        if (log) this.#states.set(step, { log })
        if (cached !== undefined) this.#states.set(step, { cached: true })
        if (importedFrom) this.#states.set(step, { importedFrom })
        else this.#ended.push(step)
        return
      }
      case 'step.failed': {
        const step = this.#end(event, event.retryInMs === undefined ? 'failed' : 'waiting')
        this.#states.set(step, { error: event.error })
        if (event.retryInMs !== undefined) this.#earlier.push(this.#record(step))
        else this.#ended.push(step)
        return
      }
      case 'step.cancelled': {
        const step = this.#end(event, 'cancelled')
        this.#states.reset(step, { error: null })
        this.#states.set(step, { reason: event.reason })
        this.#ended.push(step)
        return
      }
      case 'step.interrupted':
        this.#states.setStatus(this.#at(event.step), 'waiting')
        this.spawned.delete(event.step)
        return
      case 'step.expanded':
        return this.#expand(this.#at(event.step), event.items.length, event.ts)
      case 'step.linked':
        return this.#states.set(this.#at(event.step), { childRun: event.runId })
      case 'steps.reset':
        return this.#restart(event.steps.map((name) => this.#at(name)))
      case 'step.waiting':
        return
      case 'steps.cancelled':
        return this.#close(event.steps, event.ts, 'cancelled', { reason: event.reason })
      case 'steps.skipped':
        return this.#close(event.steps, event.ts, 'skipped', { reason: event.reason })
      case 'steps.blocked':
        return this.#close(event.steps, event.ts, 'blocked', { blockedBy: event.by })
      case 'approval.requested': {
        const { step, message, by, expiresAt, ts } = event
        this.#states.start(this.#at(step), this.#states.attempts(this.#at(step)) + 1, ts)
        return this.#states.set(this.#at(step), { approval: { message, by, requestedAt: ts, expiresAt, decision: null } })
      }
      case 'approval.decided': {
        const { approved, by, reason, ts } = event
        const { approval } = this.step(event.step)
        if (approval) this.#states.set(this.#at(event.step), { approval: { ...approval, decision: { approved, by, reason, at: ts } } })
        return
      }
    }
  }

  /** The run has ended, and its attempts are on record. */
  forgetAttempts(): void {
    this.#earlier = []
    this.#ended = []
  }

  /** What did not complete is open again. */
  reopen(): void {
    this.#earlier = this.attempts()
    this.#ended = []
    for (const step of this.#inOrder()) {
      const status = this.#states.status(step)
      const parent = this.#names.parentOf(step)
      if (this.#isSatisfied(step) || status === 'running' || (parent !== step && this.#isSatisfied(parent))) continue
      if (this.#states.attempts(step) === 0) this.#states.clear(step)
      else {
        const goesOn = this.#names.block(step) !== undefined
        this.#states.setStatus(step, goesOn ? 'running' : 'waiting')
        if (goesOn) this.#states.setAttempts(step, this.#states.attempts(step) + 1)
        this.#states.reset(step, { blockedBy: null, reason: null })
      }
    }
  }

  /** The plan's step of this name; undefined for an item's. */
  ownStep(name: string): Plan['steps'][number] | undefined {
    return this.#run.plan.steps[this.#at(name)]
  }

  #at(name: string): number {
    return this.#names.find(name)!
  }

  #read(step: number): StepState {
    const state = this.#states.read(step, this.#names.nameOf(step))
    if (this.#names.isItem(step)) state.itemOf = this.#run.plan.steps[this.#names.parentOf(step)]!.name
    else state.items = this.#names.block(step)?.count ?? null
    return state
  }

  #inOrder(): number[] {
    const order: number[] = []
    for (let step = 0; step < this.#run.plan.steps.length; step++) {
      order.push(step)
      const block = this.#names.block(step)
      if (block) for (let i = 0; i < block.count; i++) order.push(block.first + i)
    }
    return order
  }

  #isExecuted(step: number): boolean {
    return this.#names.isItem(step) || (this.#run.plan.steps[step]!.forEach === undefined && this.#run.plan.steps[step]!.type !== 'approval')
  }

  #expand(step: number, count: number, ts: number): void {
    const { first, moved } = this.#names.expand(step, count)
    this.#states.grow(this.#names.size)
    for (let i = 0; i < count; i++) {
      if (moved && i < moved.capacity) this.#states.setAttempts(first + i, this.#states.attempts(moved.first + i))
      this.#states.restart(first + i)
    }
    this.#states.start(step, this.#states.attempts(step) + 1, ts)
  }

  /** The items of a step that has ended are over with it. */
  #closeItems(step: number, ts: number): void {
    const block = this.#names.block(step)
    if (!block) return
    for (let item = block.first; item < block.first + block.count; item++) {
      const status = this.#states.status(item)
      if (status !== 'waiting' && status !== 'running') continue
      this.#states.end(item, 'cancelled', ts)
      this.#states.set(item, { reason: `${this.#run.plan.steps[step]!.name} has ended` })
    }
  }

  /** A `for_each` step of which items are named keeps its items. */
  #restart(steps: readonly number[]): void {
    const kept = new Set(steps.filter((step) => this.#names.isItem(step)).map((item) => this.#names.parentOf(item)))
    for (const step of steps) {
      const ended = this.#states.status(step) !== 'running'
      this.#states.restart(step)
      if (kept.has(step)) {
        this.#states.setStatus(step, 'running')
        if (ended) this.#states.setAttempts(step, this.#states.attempts(step) + 1)
      } else if (!this.#names.isItem(step)) this.#names.forget(step)
    }
  }

  #end(event: { step: string; ts: number; metrics: AttemptMetrics | null }, status: StepStatus): number {
    const step = this.#at(event.step)
    this.#states.end(step, status, event.ts)
    this.#states.setMetrics(step, event.metrics)
    this.spawned.delete(event.step)
    this.#closeItems(step, event.ts)
    return step
  }

  #close(names: readonly string[], ts: number, status: StepStatus, why: { reason: string } | { blockedBy: string }): void {
    for (const name of names) {
      const step = this.#at(name)
      this.#states.end(step, status, ts)
      if (status === 'skipped') this.#states.reset(step, { error: null })
      this.#states.set(step, { ...why })
      this.#closeItems(step, ts)
    }
  }

  #record(step: number): AttemptRecord {
    const states = this.#states
    const { error, cached } = states.extra(step)
    const endedAt = states.endedAt(step) ?? 0
    const ended = states.status(step) === 'cancelled' ? 'cancelled' : 'completed'
    return {
      runId: this.#run.runId,
      name: this.#run.name,
      step: this.#names.nameOf(step),
      attempt: states.attempts(step),
      status: error ? 'failed' : cached ? 'cached' : ended,
      startedAt: states.startedAt(step) ?? endedAt,
      endedAt,
      metrics: states.metrics(step),
      errorCode: error?.code ?? null,
    }
  }

  #isSatisfied(step: number): boolean {
    const status = this.#states.status(step)
    return status === 'completed' || status === 'skipped' || (status === 'failed' && this.#run.plan.steps[this.#names.parentOf(step)]!.continueOnError === true && !this.#names.isItem(step))
  }
}
