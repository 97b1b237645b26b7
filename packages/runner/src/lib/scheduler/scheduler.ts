import { EACH, graphOf, type Graph } from '../plan/graph.ts'
import type { Plan } from '../plan.ts'
import type { Command, SchedulerEvent, SchedulerOptions } from './command.ts'
import { Course } from './course.ts'
import { Items } from './items.ts'
import { ReadyQueue } from './ready-queue.ts'
import { startOrder } from './start-order.ts'
import { Starts } from './starts.ts'
import {
  ACQUIRING, ASKED, BLOCKED, CANCELLED, COMPLETED, DELAYED, FAILED, GATED, GRANTED, HELD, isOpen, isSatisfied, isSettled, OPEN,
  PASSED, READY, RUNNING, SKIPPED, TOLERATED,
} from './status.ts'
import { StepColumns } from './step-columns.ts'
import { Waits } from './waits.ts'
import { StepNames } from '../plan/step-names.ts'

export type { Command, SchedulerEvent, SchedulerOptions } from './command.ts'

/**
 * Decides what runs next: a fold over events, without clock, chance or I/O. `apply` takes each event once, live or
 * from a journal; `next` gives the next command without changing anything. Cost per event: the step's neighbours.
 *
 * A step comes from what it waits for (`Waits`) to what may start (`Starts`); `Items` are those of `for_each` steps, and
 * the `Course` tells which phase it is and how the run stands.
 */
export class Scheduler {
  readonly graph: Graph
  readonly names: StepNames
  readonly #plan: Plan
  readonly #failFast: boolean
  readonly #steps: StepColumns
  readonly #course: Course
  readonly #waits: Waits
  readonly #starts: Starts
  readonly #items: Items
  #toBlock: { by: number; steps: number[] }[] = []
  #toEnd: number[] = []
  #paused = false
  #finished = false

  constructor(plan: Plan, options: SchedulerOptions) {
    this.#plan = plan
    this.graph = graphOf(plan)
    this.names = new StepNames(this.graph, plan.steps)
    this.#failFast = options.failFast ?? false
    const ready = new ReadyQueue(this.graph.size, startOrder(plan, this.graph, options.durations))
    this.#steps = new StepColumns(this.graph.size)
    this.#course = new Course(this.graph)
    this.#waits = new Waits(this.graph, this.#course, this.#steps, (step) => this.#starts.ripen(step))
    this.#items = new Items(plan, this.names, this.#steps, ready)
    this.#starts = new Starts(this.graph, this.names, this.#steps, this.#items, ready, options.concurrency)
    this.#recount()
  }

  /** Steps that have a slot and run, by index, in the order in which they started. */
  get running(): ReadonlySet<number> {
    return this.#starts.running
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
    return this.#steps.attempts[step]! - this.#steps.forgiven[step]!
  }

  /** Attempts of a step that were begun. */
  attempts(step: number): number {
    return this.#steps.attempts[step]!
  }

  /** Whether it waits until it may ask for a slot of its group again. */
  isHeld(step: number): boolean {
    return this.#steps.status[step] === HELD
  }

  isRunning(step: number): boolean {
    return this.#steps.status[step] === RUNNING
  }

  /** Approvals that wait for a decision. */
  asked(): number[] {
    const asked: number[] = []
    for (let i = 0; i < this.graph.size; i++) if (this.#steps.status[i] === ASKED) asked.push(i)
    return asked
  }

  /**
   * Steps that are to be reset: those of phases to come that ended, or ask, though an earlier phase is not over now; and those that
   * were left out as the run had failed, or was cancelled or killed, which a run that goes on has not any more.
   */
  stale(): number[] {
    const { phase, size } = this.graph
    const { status } = this.#steps
    let { at } = this.#course
    for (let i = 0; i < size; i++) if (this.#isLeftOut(i)) at = Math.min(at, phase[i]!)
    const stale: number[] = []
    for (let i = 0; i < size; i++) {
      const isDone = isSatisfied(status[i]!) || status[i] === ASKED || this.names.block(i) !== undefined
      if (this.#isLeftOut(i) || (phase[i]! > at && status[i] !== SKIPPED && isDone)) stale.push(i)
    }
    return stale
  }

  #isLeftOut(step: number): boolean {
    return this.#steps.status[step] === PASSED && this.graph.phases[this.graph.phase[step]!]!.name !== 'on_failure'
  }

  next(): Command | undefined {
    if (this.#finished) return undefined
    const block = this.#toBlock[0]
    if (block) return { do: 'block', steps: block.steps, by: block.by }
    const end = this.#toEnd[this.#toEnd.length - 1]
    if (end !== undefined) return { do: 'end', step: end }
    if (this.#course.over) return { do: 'finish', status: this.#course.outcome }
    if (this.#course.passing !== undefined) return this.#pass(this.#course.passing)
    if (this.stopping) return this.running.size > 0 ? undefined : this.#windUp()
    const { toGather } = this.#items
    if (toGather !== undefined) return this.#gather(toGather)
    return this.#paused ? undefined : this.#starts.next()
  }

  apply(event: SchedulerEvent): void {
    switch (event.type) {
      case 'driver.started':
        return event.epoch > 1 ? this.#reopen() : undefined
      case 'step.started':
        return this.#starts.run(this.#at(event.step), event.attempt)
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
        return this.#starts.reserve(this.#at(event.step))
      case 'slot.granted':
        return this.#onSlotGranted(this.#at(event.step))
      case 'slot.refused':
        return this.#onSlotRefused(this.#at(event.step))
      case 'slot.due':
        return this.#onDue(this.#at(event.step), HELD)
      case 'steps.skipped':
        return this.#settleAll(event.steps, event.by === undefined && event.reason === this.#course.passing ? PASSED : SKIPPED)
      case 'steps.cancelled':
        return this.#settleAll(event.steps, CANCELLED)
      case 'steps.blocked':
        this.#toBlock.shift()
        return this.#settleAll(event.steps, BLOCKED)
      case 'steps.reset':
        this.#steps.reset(this.names, event.steps.map((step) => this.#at(step)))
        return this.#recount()
      case 'run.cancel_requested':
        this.#course.cancel({ limited: event.code !== undefined, killed: event.kill === true })
        for (const step of this.running) this.#askEnd(step)
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

  #onEnded(step: number, attempt: number, status: number): void {
    const { attempts } = this.#steps
    if (attempts[step]! < attempt) attempts[step] = attempt
    this.#settle(step, status)
  }

  #onFailed(step: number, attempt: number, retry: boolean): void {
    if (retry) {
      this.#starts.leave(step)
      this.#steps.status[step] = DELAYED
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
    if (this.#failFast) for (const other of this.running) if (other !== ended) this.#askEnd(other)
  }

  #onDue(step: number, status: number): void {
    if (this.#steps.status[step] !== status) return
    this.#starts.leave(step)
    this.#starts.enqueue(step)
  }

  #onAsked(step: number): void {
    this.#starts.leave(step)
    this.#steps.attempts[step]!++
    this.#steps.status[step] = ASKED
  }

  #onSlotGranted(step: number): void {
    if (this.#steps.status[step] === ACQUIRING) this.#starts.grant(step)
  }

  #onSlotRefused(step: number): void {
    if (this.#steps.status[step] !== ACQUIRING && this.#steps.status[step] !== GRANTED) return
    this.#starts.leave(step)
    this.#steps.status[step] = HELD
  }

  #onExpanded(step: number, count: number): void {
    this.#starts.leave(step)
    this.#steps.attempts[step]!++
    this.#items.expand(step, count)
  }

  #settleAll(names: readonly string[], as: number): void {
    for (const name of names) this.#settle(this.#at(name), as)
  }

  #settle(step: number, status: number): void {
    const before = this.#steps.status[step]!
    if (isSettled(before)) return
    if (before === OPEN) this.#close(step)
    else this.#starts.leave(step)
    this.#steps.status[step] = status
    if (this.names.isItem(step)) return this.#items.settled(step, status)
    if (isSatisfied(status)) this.#waits.release(step)
    else this.#block(step)
    if (this.#course.settled(this.graph.phase[step]!)) this.#waits.enterPhase()
  }

  /** The items of a `for_each` step are over with it. */
  #close(step: number): void {
    for (const item of this.#items.close(step)) {
      if (this.#steps.status[item] !== READY) this.#starts.leave(item)
      this.#steps.status[item] = CANCELLED
    }
  }

  #block(step: number): void {
    const steps = this.#waits.doom(step)
    if (steps.length > 0) this.#toBlock.push({ by: step, steps })
  }

  /** The phase does not apply: none of its steps is run. */
  #pass(reason: string): Command {
    return { do: 'skip', steps: this.#ofPhase((status) => !isSettled(status)), reason }
  }

  /** Nothing is in flight and nothing may start: what is left is over too. */
  #windUp(): Command | undefined {
    const { toWindUp } = this.#items
    if (toWindUp !== undefined) return this.#gather(toWindUp)
    const steps = this.#ofPhase(isOpen)
    const reason = this.#course.cancelled ? 'the run was cancelled' : `step ${this.#plan.steps[this.#course.failed]!.name} failed`
    return { do: 'cancel', steps, reason }
  }

  #ofPhase(wanted: (status: number) => boolean): number[] {
    const steps: number[] = []
    const { size, phase } = this.graph
    for (let i = 0; i < size; i++) if (phase[i] === this.#course.at && wanted(this.#steps.status[i]!)) steps.push(i)
    return steps
  }

  #gather(step: number): Command {
    return { do: 'gather', step, attempt: this.#steps.attempts[step]!, failed: this.#items.failed(step) }
  }

  #askEnd(step: number): void {
    if (this.#steps.endAsked[step]) return
    this.#steps.endAsked[step] = 1
    this.#toEnd.push(step)
  }

  #reopen(): void {
    this.#steps.reopen(this.names)
    this.#finished = false
    this.#recount()
  }

  /** Derives counters and queues from the steps' statuses; nothing has failed and nothing is running. */
  #recount(): void {
    this.#starts.clear()
    this.#items.clear()
    this.#toBlock.length = 0
    this.#toEnd.length = 0
    this.#waits.recount((step) => this.#resume(step))
  }

  /** What it waits for is done; a `for_each` step that had its items goes on with them. */
  #resume(step: number): void {
    const block = this.graph.needing[step]! & EACH ? this.names.block(step) : undefined
    if (!block) return this.#starts.ripen(step)
    this.#items.open(step, block.first, block.count)
  }
}
