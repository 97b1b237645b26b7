import type { EventData } from './events.ts'
import { graphOf, type Adjacency, type Graph } from './graph.ts'
import type { Plan } from './plan.ts'

/** What the scheduler wants done. Each becomes an event that is applied before the next command is asked for. */
export type Command =
  | { do: 'start'; step: number; attempt: number }
  | { do: 'end'; step: number }
  | { do: 'block'; steps: number[]; by: number }
  | { do: 'cancel'; steps: number[]; reason: string }
  | { do: 'finish'; status: 'completed' | 'failed' | 'cancelled' }

/** The journal's events, and the one that only time brings. */
export type SchedulerEvent = EventData | { type: 'retry.due'; step: string }

export interface SchedulerOptions {
  /** Steps at once. */
  concurrency: number
  /** After a failure, end what is in flight too. */
  failFast?: boolean
}

const WAITING = 0
const READY = 1
const RUNNING = 2
const DELAYED = 3
/** Will be blocked by a command that is about to be given. */
const DOOMED = 4
const COMPLETED = 5
const SKIPPED = 6
const TOLERATED = 7
const FAILED = 8
const CANCELLED = 9
const BLOCKED = 10

/**
 * Decides what runs next: a fold over events, without clock, chance or I/O. `apply` takes each event once, live or
 * from a journal; `next` gives the next command without changing anything. Cost per event: the step's neighbours.
 */
export class Scheduler {
  readonly graph: Graph
  readonly #plan: Plan
  readonly #concurrency: number
  readonly #failFast: boolean
  readonly #status: Uint8Array
  readonly #waits: Int32Array
  readonly #attempts: Uint32Array
  readonly #forgiven: Uint32Array
  readonly #endAsked: Uint8Array
  readonly #left: Int32Array
  #openStage = 0
  /** Barriers above this stage are blocked already. */
  #lowestBlocked = Number.MAX_SAFE_INTEGER
  #ready: number[] = []
  #readyHead = 0
  #toBlock: { by: number; steps: number[] }[] = []
  #toEnd: number[] = []
  readonly #running = new Set<number>()
  #delayed = 0
  #unsettled: number
  #failed = -1
  #cancelled = false
  #paused = false
  #finished = false

  constructor(plan: Plan, options: SchedulerOptions) {
    this.#plan = plan
    this.graph = graphOf(plan)
    this.#concurrency = options.concurrency
    this.#failFast = options.failFast ?? false
    const { size, stages } = this.graph
    this.#status = new Uint8Array(size)
    this.#waits = new Int32Array(size)
    this.#attempts = new Uint32Array(size)
    this.#forgiven = new Uint32Array(size)
    this.#endAsked = new Uint8Array(size)
    this.#left = new Int32Array(stages)
    this.#unsettled = size
    this.#recount()
  }

  /** Steps that are running, by index, in the order in which they started. */
  get running(): ReadonlySet<number> {
    return this.#running
  }

  /** True when a failure or a cancel keeps further steps from starting. */
  get stopping(): boolean {
    return this.#cancelled || this.#failed >= 0
  }

  /** The step whose failure, the first, stops the run. */
  get failed(): number | undefined {
    return this.#failed < 0 ? undefined : this.#failed
  }

  /** Attempts of a step that failed since the run (or this resume of it) began. */
  failures(step: number): number {
    return this.#attempts[step]! - this.#forgiven[step]!
  }

  next(): Command | undefined {
    if (this.#finished) return undefined
    const block = this.#toBlock[0]
    if (block) return { do: 'block', steps: block.steps, by: block.by }
    const end = this.#toEnd[this.#toEnd.length - 1]
    if (end !== undefined) return { do: 'end', step: end }
    if (this.stopping) return this.#running.size > 0 ? undefined : this.#windUp()
    if (this.#running.size < this.#concurrency && !this.#paused && this.#readyHead < this.#ready.length) {
      const step = this.#ready[this.#readyHead]!
      return { do: 'start', step, attempt: this.#attempts[step]! + 1 }
    }
    return this.#unsettled === 0 ? { do: 'finish', status: 'completed' } : undefined
  }

  apply(event: SchedulerEvent): void {
    switch (event.type) {
      case 'driver.started':
        if (event.epoch > 1) this.#reopen()
        return
      case 'step.started':
        return this.#onStarted(this.#at(event.step), event.attempt)
      case 'step.completed':
        return this.#settle(this.#at(event.step), COMPLETED)
      case 'step.failed':
        return this.#onFailed(this.#at(event.step), event.retryInMs !== undefined)
      case 'step.cancelled':
        return this.#settle(this.#at(event.step), CANCELLED)
      case 'retry.due':
        return this.#onRetryDue(this.#at(event.step))
      case 'steps.skipped':
        for (const step of event.steps) this.#settle(this.#at(step), SKIPPED)
        return
      case 'steps.cancelled':
        for (const step of event.steps) this.#settle(this.#at(step), CANCELLED)
        return
      case 'steps.blocked':
        this.#toBlock.shift()
        for (const step of event.steps) this.#settle(this.#at(step), BLOCKED)
        return
      case 'run.cancel_requested':
        this.#cancelled = true
        for (const step of this.#running) this.#askEnd(step)
        return
      case 'run.paused':
      case 'run.unpaused':
        this.#paused = event.type === 'run.paused'
        return
      case 'run.completed':
      case 'run.failed':
      case 'run.cancelled':
        this.#finished = true
        this.#paused = false
        return
      case 'run.created':
      case 'step.spawned':
      case 'step.interrupted':
        return
    }
  }

  /** The driver has passed the `end` command on to the step. */
  ended(step: number): void {
    if (this.#toEnd[this.#toEnd.length - 1] === step) this.#toEnd.pop()
  }

  #at(name: string): number {
    return this.graph.index.get(name)!
  }

  #onStarted(step: number, attempt: number): void {
    if (this.#status[step] === READY && this.#ready[this.#readyHead] === step) this.#dequeue()
    else if (this.#status[step] === READY) this.#ready.splice(this.#ready.indexOf(step, this.#readyHead), 1)
    else if (this.#status[step] === DELAYED) this.#delayed--
    this.#status[step] = RUNNING
    this.#attempts[step] = attempt
    this.#endAsked[step] = 0
    this.#running.add(step)
  }

  #onFailed(step: number, retry: boolean): void {
    if (retry) {
      this.#running.delete(step)
      this.#status[step] = DELAYED
      this.#delayed++
      return
    }
    if (this.#plan.steps[step]!.continueOnError) return this.#settle(step, TOLERATED)
    if (this.#failed < 0) this.#failed = step
    this.#settle(step, FAILED)
    if (this.#failFast) for (const other of this.#running) this.#askEnd(other)
  }

  #onRetryDue(step: number): void {
    if (this.#status[step] !== DELAYED) return
    this.#delayed--
    this.#enqueue(step)
  }

  #settle(step: number, status: number): void {
    const before = this.#status[step]!
    if (before >= COMPLETED) return
    if (before === RUNNING) this.#running.delete(step)
    if (before === DELAYED) this.#delayed--
    if (before === READY && this.#ready[this.#readyHead] === step) this.#dequeue()
    this.#status[step] = status
    this.#unsettled--
    if (status <= TOLERATED) this.#release(step)
    else this.#blockDependents(step)
  }

  /** Opens what waited for this step. */
  #release(step: number): void {
    this.#countDown(this.graph.dependents, step)
    this.#left[this.graph.stage[step]!]!--
    this.#openStages()
  }

  #openStages(): void {
    while (this.#openStage < this.graph.stages - 1 && this.#left[this.#openStage] === 0) {
      this.#openStage++
      this.#countDown(this.graph.barrier, this.#openStage)
    }
  }

  #countDown({ offsets, targets }: Adjacency, from: number): void {
    const end = offsets[from + 1]!
    for (let i = offsets[from]!; i < end; i++) {
      const step = targets[i]!
      const left = --this.#waits[step]!
      if (left === 0 && this.#status[step] === WAITING) this.#enqueue(step)
    }
  }

  #blockDependents(step: number): void {
    const steps: number[] = []
    const reach = (dependent: number): void => {
      if (this.#status[dependent] !== WAITING) return
      this.#status[dependent] = DOOMED
      steps.push(dependent)
    }
    for (const dependent of targetsOf(this.graph.dependents, step)) reach(dependent)
    if (this.#lowestBlocked > this.graph.stage[step]!) {
      const from = this.graph.stage[step]! + 1
      const to = Math.min(this.#lowestBlocked, this.graph.stages - 1)
      for (let stage = from; stage <= to; stage++) for (const s of targetsOf(this.graph.barrier, stage)) reach(s)
      this.#lowestBlocked = this.graph.stage[step]!
    }
    if (steps.length > 0) this.#toBlock.push({ by: step, steps })
  }

  #windUp(): Command {
    const steps: number[] = []
    for (let i = this.#readyHead; i < this.#ready.length; i++) {
      if (this.#status[this.#ready[i]!] === READY) steps.push(this.#ready[i]!)
    }
    if (this.#delayed > 0) for (let i = 0; i < this.graph.size; i++) if (this.#status[i] === DELAYED) steps.push(i)
    if (steps.length > 0) {
      const reason = this.#cancelled ? 'the run was cancelled' : `step ${this.#plan.steps[this.#failed]!.name} failed`
      return { do: 'cancel', steps, reason }
    }
    return { do: 'finish', status: this.#cancelled ? 'cancelled' : 'failed' }
  }

  #askEnd(step: number): void {
    if (this.#endAsked[step]) return
    this.#endAsked[step] = 1
    this.#toEnd.push(step)
  }

  #enqueue(step: number): void {
    this.#status[step] = READY
    this.#ready.push(step)
  }

  #dequeue(): void {
    this.#readyHead++
    while (this.#readyHead < this.#ready.length && this.#status[this.#ready[this.#readyHead]!] !== READY) this.#readyHead++
    if (this.#readyHead > 1024 && this.#readyHead * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#readyHead)
      this.#readyHead = 0
    }
  }

  /** A new driver goes on: what did not complete is open again. */
  #reopen(): void {
    for (let i = 0; i < this.graph.size; i++) {
      if (this.#status[i]! >= COMPLETED && this.#status[i]! <= TOLERATED) continue
      this.#status[i] = WAITING
      this.#forgiven[i] = this.#attempts[i]!
      this.#endAsked[i] = 0
    }
    this.#running.clear()
    this.#toBlock = []
    this.#toEnd = []
    this.#delayed = 0
    this.#failed = -1
    this.#cancelled = false
    this.#finished = false
    this.#lowestBlocked = Number.MAX_SAFE_INTEGER
    this.#recount()
  }

  /** Derives counters and the ready list from the steps' states. */
  #recount(): void {
    const { size, stage, stages, atBarrier, needs, dependents } = this.graph
    this.#ready = []
    this.#readyHead = 0
    this.#left.fill(0)
    this.#unsettled = 0
    for (let i = 0; i < size; i++) this.#waits[i] = atBarrier[i] ? 1 : needs[i]!
    for (let i = 0; i < size; i++) {
      if (this.#status[i]! < COMPLETED) {
        this.#left[stage[i]!]!++
        this.#unsettled++
      } else for (const dependent of targetsOf(dependents, i)) this.#waits[dependent]!--
    }
    this.#openStage = 0
    while (this.#openStage < stages - 1 && this.#left[this.#openStage] === 0) this.#openStage++
    for (let i = 0; i < size; i++) {
      if (atBarrier[i] && stage[i]! <= this.#openStage) this.#waits[i] = 0
      if (this.#waits[i] === 0 && this.#status[i] === WAITING) this.#enqueue(i)
    }
  }
}

function targetsOf(adjacency: Adjacency, i: number): Int32Array {
  return adjacency.targets.subarray(adjacency.offsets[i], adjacency.offsets[i + 1])
}
