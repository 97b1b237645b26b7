import type { EventData } from './events.ts'
import { EACH, GATED as NEEDS_GATE, GROUPED, graphOf, type Adjacency, type Graph } from './graph.ts'
import type { Plan } from './plan.ts'
import { Course, type Outcome } from './scheduler/course.ts'
import { Expansion } from './scheduler/expansion.ts'
import { ReadyQueue } from './scheduler/ready-queue.ts'
import { startOrder, type Durations } from './scheduler/start-order.ts'
import {
  ACQUIRING, ASKED, BLOCKED, CANCELLED, COMPLETED, DELAYED, DOOMED, FAILED, GATED, GRANTED, HELD, isOpen, isSatisfied,
  isSettled, OPEN, PASSED, READY, RUNNING, SKIPPED, TOLERATED, WAITING,
} from './scheduler/status.ts'
import { StepNames } from './step-names.ts'

/** What the scheduler wants done. Each is answered by an event that is applied before the next command is asked for. */
export type Command =
  | { do: 'start'; step: number; attempt: number }
  /** Decide on `when`, give the items of `for_each`, ask for the approval; else: `step.ready`. */
  | { do: 'prepare'; step: number }
  /** Ask for a slot of the step's group: `slot.asked` at once, `slot.granted` or `slot.refused` later. */
  | { do: 'acquire'; step: number }
  /** No item can go on: complete the step with what they wrote, or fail it for those that failed. */
  | { do: 'gather'; step: number; attempt: number; failed: number[] }
  | { do: 'end'; step: number }
  | { do: 'block'; steps: number[]; by: number }
  | { do: 'cancel'; steps: number[]; reason: string }
  | { do: 'skip'; steps: number[]; reason: string }
  | { do: 'finish'; status: Outcome }

/** The journal's events, and those that only this driver's time and talks bring. */
export type SchedulerEvent =
  | EventData
  | { type: 'retry.due' | 'step.ready' | 'slot.asked' | 'slot.granted' | 'slot.refused' | 'slot.due'; step: string }

export interface SchedulerOptions {
  /** Steps at once. */
  concurrency: number
  /** After a failure, end what is in flight too. */
  failFast?: boolean
  /** What is known of how long steps take: the longest remaining path then comes first. */
  durations?: Durations
}

/**
 * Decides what runs next: a fold over events, without clock, chance or I/O. `apply` takes each event once, live or
 * from a journal; `next` gives the next command without changing anything. Cost per event: the step's neighbours.
 */
export class Scheduler {
  readonly graph: Graph
  readonly names: StepNames
  readonly #plan: Plan
  readonly #concurrency: number
  readonly #failFast: boolean
  #status: Uint8Array
  readonly #waits: Int32Array
  #attempts: Uint32Array
  #forgiven: Uint32Array
  #endAsked: Uint8Array
  readonly #left: Int32Array
  readonly #course: Course
  #openStage = 0
  /** Barriers above this stage are blocked already. */
  #lowestBlocked = Number.MAX_SAFE_INTEGER
  /** Steps that may start, and `for_each` steps of which an item may. */
  readonly #ready: ReadyQueue
  #gated: ReadyQueue | undefined
  #granted: number[] = []
  #toBlock: { by: number; steps: number[] }[] = []
  #toEnd: number[] = []
  readonly #expansions = new Map<number, Expansion>()
  /** `for_each` steps all of whose items are settled. */
  #toGather: number[] = []
  readonly #running = new Set<number>()
  /** Slots that are kept for steps whose group is asked. */
  #reserved = 0
  #paused = false
  #finished = false

  constructor(plan: Plan, options: SchedulerOptions) {
    this.#plan = plan
    this.graph = graphOf(plan)
    this.names = new StepNames(this.graph, plan.steps)
    this.#concurrency = options.concurrency
    this.#failFast = options.failFast ?? false
    const { size, stages } = this.graph
    this.#status = new Uint8Array(size)
    this.#waits = new Int32Array(size)
    this.#attempts = new Uint32Array(size)
    this.#forgiven = new Uint32Array(size)
    this.#endAsked = new Uint8Array(size)
    this.#left = new Int32Array(stages)
    this.#course = new Course(this.graph)
    this.#ready = new ReadyQueue(size, startOrder(plan, this.graph, options.durations))
    this.#recount()
  }

  /** Steps that have a slot and run, by index, in the order in which they started. */
  get running(): ReadonlySet<number> {
    return this.#running
  }

  /** True when a failure or a cancel keeps further steps of this phase from starting. */
  get stopping(): boolean {
    return this.#course.stopping
  }

  /** False once the on_success, on_failure and always steps have begun. */
  get inMain(): boolean {
    return this.#course.at === 0
  }

  /** The step whose failure, the first, stops the run. */
  get failed(): number | undefined {
    const { failedStep } = this.#course
    return failedStep < 0 ? undefined : failedStep
  }

  /** Attempts of a step that failed since the run (or this resume of it) began. */
  failures(step: number): number {
    return this.#attempts[step]! - this.#forgiven[step]!
  }

  /** Attempts of a step that were begun. */
  attempts(step: number): number {
    return this.#attempts[step]!
  }

  /** Whether it waits until it may ask for a slot of its group again. */
  isHeld(step: number): boolean {
    return this.#status[step] === HELD
  }

  isRunning(step: number): boolean {
    return this.#status[step] === RUNNING
  }

  /** Approvals that wait for a decision. */
  asked(): number[] {
    const asked: number[] = []
    for (let i = 0; i < this.graph.size; i++) if (this.#status[i] === ASKED) asked.push(i)
    return asked
  }

  /** Steps of phases to come that ended, or ask, though an earlier phase is not over now: they are to be reset. */
  stale(): number[] {
    const stale: number[] = []
    for (let i = 0; i < this.graph.size; i++) {
      const status = this.#status[i]!
      if (this.graph.phase[i]! <= this.#course.at || status === SKIPPED) continue
      if (isSatisfied(status) || status === ASKED || this.names.block(i)) stale.push(i)
    }
    return stale
  }

  next(): Command | undefined {
    if (this.#finished) return undefined
    const block = this.#toBlock[0]
    if (block) return { do: 'block', steps: block.steps, by: block.by }
    const end = this.#toEnd[this.#toEnd.length - 1]
    if (end !== undefined) return { do: 'end', step: end }
    if (this.#course.over) return { do: 'finish', status: this.#course.outcome }
    if (this.#course.passing !== undefined) return this.#pass(this.#course.passing)
    if (this.stopping) return this.#running.size > 0 ? undefined : this.#windUp()
    const gather = this.#toGather[0]
    if (gather !== undefined) return this.#gather(gather)
    return this.#paused ? undefined : this.#begin()
  }

  apply(event: SchedulerEvent): void {
    switch (event.type) {
      case 'driver.started':
        if (event.epoch > 1) this.#reopen()
        return
      case 'step.started':
        return this.#onStarted(this.#at(event.step), event.attempt)
      case 'step.completed':
        return this.#onEnded(this.#at(event.step), event.attempt, COMPLETED)
      case 'step.failed':
        return this.#onFailed(this.#at(event.step), event.attempt, event.retryInMs !== undefined)
      case 'step.cancelled':
        return this.#settle(this.#at(event.step), CANCELLED)
      case 'retry.due':
        return this.#onDue(this.#at(event.step), DELAYED)
      case 'step.ready':
        return this.#onDue(this.#at(event.step), GATED)
      case 'step.expanded':
        return this.#onExpanded(this.#at(event.step), event.items.length)
      case 'approval.requested':
        return this.#onAsked(this.#at(event.step))
      case 'slot.asked':
        return this.#onSlotAsked(this.#at(event.step))
      case 'slot.granted':
        return this.#onSlotGranted(this.#at(event.step))
      case 'slot.refused':
        return this.#onSlotRefused(this.#at(event.step))
      case 'slot.due':
        return this.#onDue(this.#at(event.step), HELD)
      case 'steps.skipped':
        return this.#onSkipped(event.steps, event.by === undefined && event.reason === this.#course.passing ? PASSED : SKIPPED)
      case 'steps.cancelled':
        for (const step of event.steps) this.#settle(this.#at(step), CANCELLED)
        return
      case 'steps.blocked':
        this.#toBlock.shift()
        for (const step of event.steps) this.#settle(this.#at(step), BLOCKED)
        return
      case 'steps.reset':
        return this.#onReset(event.steps.map((step) => this.#at(step)))
      case 'run.cancel_requested':
        this.#course.cancel({ limited: event.code !== undefined, killed: event.kill === true })
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
      case 'step.waiting':
      case 'step.linked':
      case 'approval.decided':
      case 'context.set':
        return
    }
  }

  /** The driver has passed the `end` command on to the step. */
  ended(step: number): void {
    if (this.#toEnd[this.#toEnd.length - 1] === step) this.#toEnd.pop()
  }

  #at(name: string): number {
    return this.names.find(name)!
  }

  /** What may go on, goes on: decisions first, they take no slot. */
  #begin(): Command | undefined {
    const gated = this.#gated?.first() ?? -1
    if (gated >= 0) return { do: 'prepare', step: gated }
    const granted = this.#granted[0]
    if (granted !== undefined) return this.#start(granted)
    if (this.#running.size + this.#reserved >= this.#concurrency) return undefined
    const first = this.#ready.first()
    if (first < 0) return undefined
    const expansion = this.#expansions.get(first)
    const step = expansion ? expansion.first + expansion.ready.first() : first
    return this.graph.needing[first]! & GROUPED ? { do: 'acquire', step } : this.#start(step)
  }

  #start(step: number): Command {
    return { do: 'start', step, attempt: this.#attempts[step]! + 1 }
  }

  #onStarted(step: number, attempt: number): void {
    this.#leave(step)
    this.#status[step] = RUNNING
    this.#attempts[step] = attempt
    this.#endAsked[step] = 0
    this.#running.add(step)
    this.#useItem(step, 1)
  }

  #onEnded(step: number, attempt: number, status: number): void {
    if (this.#attempts[step]! < attempt) this.#attempts[step] = attempt
    this.#settle(step, status)
  }

  #onFailed(step: number, attempt: number, retry: boolean): void {
    if (retry) {
      this.#leave(step)
      this.#status[step] = DELAYED
      return
    }
    const own = this.names.parentOf(step)
    const tolerated = this.#plan.steps[own]!.continueOnError === true
    if (own !== step) {
      // An item: its step fails once nothing is left to be done, but for fail-fast.
      if (this.#failFast && !tolerated) this.#stopFor(own, step)
      return this.#onEnded(step, attempt, FAILED)
    }
    if (tolerated) return this.#onEnded(step, attempt, TOLERATED)
    this.#stopFor(step, step)
    this.#onEnded(step, attempt, FAILED)
  }

  #stopFor(step: number, ended: number): void {
    if (this.#course.failed < 0) this.#course.failed = step
    if (this.#failFast) for (const other of this.#running) if (other !== ended) this.#askEnd(other)
  }

  #onDue(step: number, status: number): void {
    if (this.#status[step] !== status) return
    this.#leave(step)
    this.#enqueue(step)
  }

  #onAsked(step: number): void {
    this.#leave(step)
    this.#attempts[step]!++
    this.#status[step] = ASKED
  }

  #onSlotAsked(step: number): void {
    this.#leave(step)
    this.#status[step] = ACQUIRING
    this.#reserved++
    this.#useItem(step, 1)
  }

  #onSlotGranted(step: number): void {
    if (this.#status[step] !== ACQUIRING) return
    this.#status[step] = GRANTED
    this.#granted.push(step)
  }

  #onSlotRefused(step: number): void {
    if (this.#status[step] !== ACQUIRING && this.#status[step] !== GRANTED) return
    this.#leave(step)
    this.#status[step] = HELD
  }

  #onExpanded(step: number, count: number): void {
    this.#leave(step)
    this.#attempts[step]!++
    const { first, moved } = this.names.expand(step, count)
    this.#grow(this.names.size)
    for (let i = 0; i < count; i++) {
      this.#status[first + i] = READY
      this.#endAsked[first + i] = 0
      if (moved && i < moved.capacity) this.#attempts[first + i] = this.#attempts[moved.first + i]!
      this.#forgiven[first + i] = this.#attempts[first + i]!
    }
    this.#open(step, new Expansion(step, first, count, this.#plan.steps[step]!.forEach?.maxParallel ?? Infinity))
  }

  #open(step: number, expansion: Expansion): void {
    this.#status[step] = OPEN
    this.#expansions.set(step, expansion)
    const { first, count } = expansion
    expansion.left = 0
    for (let i = 0; i < count; i++) {
      if (isSettled(this.#status[first + i]!)) continue
      expansion.left++
      if (this.#status[first + i] === READY) expansion.ready.add(i)
    }
    if (expansion.left === 0) this.#toGather.push(step)
    else this.#offer(expansion)
  }

  /** Steps that wait no more leave what they wait in. */
  #leave(step: number): void {
    const status = this.#status[step]
    if (status === READY) {
      if (this.names.isItem(step)) this.#dequeueItem(step)
      else this.#ready.delete(step)
    } else if (status === RUNNING) {
      this.#running.delete(step)
      this.#useItem(step, -1)
    } else if (status === GATED) this.#gated!.delete(step)
    else if (status === ACQUIRING || status === GRANTED) {
      if (status === GRANTED) this.#granted.splice(this.#granted.indexOf(step), 1)
      this.#reserved--
      this.#useItem(step, -1)
    }
  }

  #settle(step: number, status: number): void {
    if (isSettled(this.#status[step]!)) return
    if (this.#status[step] === OPEN) this.#close(step)
    else this.#leave(step)
    this.#status[step] = status
    if (this.names.isItem(step)) return this.#settleItem(step, status)
    if (isSatisfied(status)) this.#release(step)
    else this.#blockDependents(step)
    if (this.#course.settled(this.graph.phase[step]!)) this.#enterPhase()
  }

  #settleItem(item: number, status: number): void {
    const expansion = this.#expansions.get(this.names.parentOf(item))
    if (!expansion) return
    if (status === FAILED) expansion.failed++
    else if (!isSatisfied(status)) expansion.cancelled++
    if (--expansion.left === 0) this.#toGather.push(expansion.step)
  }

  /** A `for_each` step is settled: its items are over with it. */
  #close(step: number): void {
    const { first, count } = this.#expansions.get(step)!
    this.#expansions.delete(step)
    this.#ready.delete(step)
    this.#toGather = this.#toGather.filter((other) => other !== step)
    for (let item = first; item < first + count; item++) {
      if (isSettled(this.#status[item]!)) continue
      if (this.#status[item] !== READY) this.#leave(item)
      this.#status[item] = CANCELLED
    }
  }

  /** Opens what waited for this step. */
  #release(step: number): void {
    this.#countDown(this.graph.dependents, step)
    this.#left[this.graph.stage[step]!]!--
    this.#openStages()
  }

  #openStages(): void {
    const end = this.#course.phase.to - 1
    while (this.#openStage < end && this.#left[this.#openStage] === 0) {
      this.#openStage++
      this.#countDown(this.graph.barrier, this.#openStage)
    }
  }

  #countDown({ offsets, targets }: Adjacency, from: number): void {
    const end = offsets[from + 1]!
    for (let i = offsets[from]!; i < end; i++) this.#countDownStep(targets[i]!)
  }

  #countDownStep(step: number): void {
    const left = --this.#waits[step]!
    if (left === 0 && this.#status[step] === WAITING) this.#ripen(step)
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
      const to = Math.min(this.#lowestBlocked, this.#course.phase.to - 1)
      for (let stage = from; stage <= to; stage++) for (const s of targetsOf(this.graph.barrier, stage)) reach(s)
      this.#lowestBlocked = this.graph.stage[step]!
    }
    if (steps.length > 0) this.#toBlock.push({ by: step, steps })
  }

  /** What the phase before has ended lets begin. */
  #enterPhase(): void {
    const { at, phase, over } = this.#course
    if (over) return
    this.#lowestBlocked = Number.MAX_SAFE_INTEGER
    this.#openStage = phase.from
    this.#countDown(this.graph.barrier, phase.from)
    for (let i = 0; i < this.graph.size; i++) if (this.graph.phase[i] === at) this.#countDownStep(i)
    this.#openStages()
  }

  /** The phase does not apply: none of its steps is run. */
  #pass(reason: string): Command {
    return { do: 'skip', steps: this.#ofPhase((status) => !isSettled(status)), reason }
  }

  #onSkipped(names: readonly string[], as: number): void {
    for (const name of names) this.#settle(this.#at(name), as)
  }

  /** Nothing is in flight and nothing may start: what is left is over too. */
  #windUp(): Command | undefined {
    for (const [step, { left, failed, cancelled }] of this.#expansions) {
      if (failed > 0 || (left === 0 && cancelled === 0)) return this.#gather(step)
    }
    const steps = this.#ofPhase(isOpen)
    const failed = this.#course.failed
    const reason = this.#course.cancelled ? 'the run was cancelled' : `step ${this.#plan.steps[failed]!.name} failed`
    return { do: 'cancel', steps, reason }
  }

  #ofPhase(wanted: (status: number) => boolean): number[] {
    const steps: number[] = []
    for (let i = 0; i < this.graph.size; i++) if (this.graph.phase[i] === this.#course.at && wanted(this.#status[i]!)) steps.push(i)
    return steps
  }

  #gather(step: number): Command {
    const { first, count } = this.#expansions.get(step)!
    const failed: number[] = []
    for (let item = first; item < first + count; item++) if (this.#status[item] === FAILED) failed.push(item)
    return { do: 'gather', step, attempt: this.#attempts[step]!, failed }
  }

  #askEnd(step: number): void {
    if (this.#endAsked[step]) return
    this.#endAsked[step] = 1
    this.#toEnd.push(step)
  }

  /** What it waits for is done. */
  #ripen(step: number): void {
    if ((this.graph.needing[step]! & NEEDS_GATE) === 0) return this.#enqueue(step)
    this.#status[step] = GATED
    this.#gated ??= new ReadyQueue(this.graph.size)
    this.#gated.add(step)
  }

  #enqueue(step: number): void {
    this.#status[step] = READY
    if (!this.names.isItem(step)) return this.#ready.add(step)
    const expansion = this.#expansions.get(this.names.parentOf(step))!
    expansion.ready.add(step - expansion.first)
    this.#offer(expansion)
  }

  #dequeueItem(item: number): void {
    const expansion = this.#expansions.get(this.names.parentOf(item))!
    expansion.ready.delete(item - expansion.first)
    this.#offer(expansion)
  }

  /** An item takes (1) or gives back (-1) one of the places that its step has for items. */
  #useItem(step: number, places: 1 | -1): void {
    if (!this.names.isItem(step)) return
    const expansion = this.#expansions.get(this.names.parentOf(step))
    if (!expansion) return
    expansion.underWay += places
    this.#offer(expansion)
  }

  #offer(expansion: Expansion): void {
    if (expansion.hasNext) this.#ready.add(expansion.step)
    else this.#ready.delete(expansion.step)
  }

  #grow(size: number): void {
    if (size <= this.#status.length) return
    const room = Math.max(size, this.#status.length + (this.#status.length >> 1))
    this.#status = widen(this.#status, new Uint8Array(room))
    this.#endAsked = widen(this.#endAsked, new Uint8Array(room))
    this.#attempts = widen(this.#attempts, new Uint32Array(room))
    this.#forgiven = widen(this.#forgiven, new Uint32Array(room))
  }

  /** A new driver goes on: what did not complete is open again. */
  #reopen(): void {
    for (let i = 0; i < this.names.size; i++) {
      const status = this.#status[i]!
      if (isSatisfied(status) || isSatisfied(this.#status[this.names.parentOf(i)]!)) continue
      this.#endAsked[i] = 0
      if (isSettled(status) && this.names.block(i)) this.#attempts[i]!++
      this.#forgiven[i] = this.#attempts[i]!
      if (status !== ASKED) this.#status[i] = this.names.isItem(i) ? READY : WAITING
    }
    this.#finished = false
    this.#recount()
  }

  /** Steps run again that had ended. A `for_each` step of which items are named keeps its items, else it gets new ones. */
  #onReset(steps: readonly number[]): void {
    const kept = new Set(steps.filter((step) => this.names.isItem(step)).map((item) => this.names.parentOf(item)))
    for (const step of steps) {
      if (kept.has(step) && isSettled(this.#status[step]!)) this.#attempts[step]!++
      this.#status[step] = this.names.isItem(step) ? READY : WAITING
      this.#forgiven[step] = this.#attempts[step]!
      if (!this.names.isItem(step) && !kept.has(step)) this.names.forget(step)
    }
    this.#recount()
  }

  /** Derives counters and queues from the steps' states; nothing has failed and nothing is running. */
  #recount(): void {
    const { size, stage, phase, phases, atBarrier, needs, dependents } = this.graph
    this.#ready.clear()
    this.#gated?.clear()
    this.#granted.length = 0
    this.#toBlock.length = 0
    this.#toEnd.length = 0
    this.#toGather.length = 0
    this.#expansions.clear()
    this.#running.clear()
    this.#reserved = 0
    this.#lowestBlocked = Number.MAX_SAFE_INTEGER
    this.#left.fill(0)
    const leftOf = phases.map(() => 0)
    for (let i = 0; i < size; i++) this.#waits[i] = (atBarrier[i] ? 1 : needs[i]!) + (phase[i]! > 0 ? 1 : 0)
    for (let i = 0; i < size; i++) {
      if (!isSettled(this.#status[i]!)) {
        if (this.#status[i] !== ASKED) this.#status[i] = WAITING
        this.#left[stage[i]!]!++
        leftOf[phase[i]!]!++
      } else for (const dependent of targetsOf(dependents, i)) this.#waits[dependent]!--
    }
    this.#course.reset(leftOf)
    const { at, phase: current } = this.#course
    this.#openStage = current.from
    while (this.#openStage < current.to - 1 && this.#left[this.#openStage] === 0) this.#openStage++
    for (let i = 0; i < size; i++) {
      if (atBarrier[i] && stage[i]! <= this.#openStage) this.#waits[i]!--
      if (phase[i]! > 0 && phase[i]! <= at) this.#waits[i]!--
      if (this.#waits[i] === 0 && this.#status[i] === WAITING) this.#resume(i)
    }
  }

  /** What it waits for is done; a `for_each` step that had its items goes on with them. */
  #resume(step: number): void {
    const block = this.graph.needing[step]! & EACH ? this.names.block(step) : undefined
    if (!block) return this.#ripen(step)
    this.#open(step, new Expansion(step, block.first, block.count, this.#plan.steps[step]!.forEach?.maxParallel ?? Infinity))
  }
}

function targetsOf(adjacency: Adjacency, i: number): Int32Array {
  return adjacency.targets.subarray(adjacency.offsets[i], adjacency.offsets[i + 1])
}

function widen<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
