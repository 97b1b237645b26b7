import type { EventData } from '../../src/lib/events.ts'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'
import type { Command, Scheduler, SchedulerOptions } from '../../src/lib/scheduler/scheduler.ts'
import { blankFacts, hasTriesLeft, isItem, isStopping, itemsOf, ownOf, satisfies, stepsThatAre, Violation, type Facts, type Limits } from './facts.ts'
import { advance } from './model.ts'
import { faultAtRest, startable, type Talks } from './rest.ts'
import { Choices } from './plans.ts'

export interface SchedulerCase {
  plan: Plan
  limits: Limits
  /** Left out from the start, by index. */
  skipped: readonly number[]
  /** Taken over from another run, by index. */
  imported: readonly number[]
  numbers: readonly number[]
}

export type MakeScheduler = (plan: Plan, options: SchedulerOptions) => Scheduler

const MOST_TURNS = 500
const MOST_RESUMES = 3
const MOST_ITEMS = 4
const ERROR = { code: 'STEP_FAILED', message: 'no luck' }

/** Drives a scheduler through one random life of a run. Throws Violation where the model disagrees. */
export function simulateScheduler(given: SchedulerCase, make: MakeScheduler): EventData[] {
  const world = new World(given, make)
  world.live()
  return world.log
}

class World implements Talks {
  readonly log: EventData[] = []
  readonly due = new Set<string>()
  readonly ready = new Set<string>()
  readonly acquiring = new Set<string>()
  readonly held = new Set<string>()
  readonly #granted = new Set<string>()
  readonly #plan: Plan
  readonly #limits: Limits
  readonly #choices: Choices
  readonly #make: MakeScheduler
  #facts: Facts
  #scheduler: Scheduler
  #asked: string[] = []
  #resumes = 0

  constructor({ plan, limits, skipped, imported, numbers }: SchedulerCase, make: MakeScheduler) {
    this.#plan = plan
    this.#limits = limits
    this.#make = make
    this.#choices = new Choices(numbers)
    this.#facts = blankFacts(plan)
    this.#scheduler = make(plan, limits)
    const named = (indices: readonly number[]): PlanStep[] => plan.steps.filter((_, i) => indices.includes(i))
    const skips = named(skipped).map(({ name }) => name)
    this.#record({ type: 'driver.started', epoch: 1, pid: 1, host: '' })
    if (skips.length > 0) this.#record({ type: 'steps.skipped', steps: skips, reason: '--skip' })
    for (const { name, phase } of named(imported)) if (!skips.includes(name) && !phase) this.#record(completed(name, 1, 'run_before'))
  }

  live(): void {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      this.#obeyAll()
      this.#checkAtRest()
      if (this.#facts.ended) {
        if (this.#choices.pick(2) === 0 || !this.#resume(0)) return
      } else this.#happen()
    }
    throw new Violation('the run does not come to an end')
  }

  #record(event: EventData): void {
    advance(this.#plan, this.#facts, event, this.#limits, this.log.length)
    this.log.push(event)
    this.#scheduler.apply(event)
  }

  #obeyAll(): void {
    for (let command = this.#scheduler.next(); command; command = this.#scheduler.next()) {
      if (this.log.length > MOST_TURNS * 6) throw new Violation('commands without end')
      this.#obey(command)
    }
  }

  #obey(command: Command): void {
    const name = (i: number): string => this.#scheduler.names.nameOf(i)
    switch (command.do) {
      case 'start':
        return this.#start(name(command.step), command.attempt)
      case 'prepare':
        return this.#prepare(name(command.step))
      case 'acquire':
        return this.#acquire(name(command.step))
      case 'gather':
        return this.#gather(name(command.step), command.attempt, command.failed.map(name))
      case 'end':
        if (this.#asked.includes(name(command.step))) throw new Violation(`${name(command.step)} is asked to end twice`)
        this.#asked.push(name(command.step))
        return this.#scheduler.ended(command.step)
      case 'block':
        return this.#record({ type: 'steps.blocked', steps: command.steps.map(name), by: name(command.by) })
      case 'cancel':
        for (const step of command.steps.map(name)) this.#forget(step)
        return this.#record({ type: 'steps.cancelled', steps: command.steps.map(name), reason: command.reason })
      case 'skip':
        for (const step of command.steps.map(name)) this.#forget(step)
        return this.#record({ type: 'steps.skipped', steps: command.steps.map(name), reason: command.reason })
      case 'finish':
        if (command.status === 'completed') return this.#record({ type: 'run.completed' })
        if (command.status === 'cancelled') return this.#record({ type: 'run.cancelled', by: 'ana', reason: '' })
        return this.#record({ type: 'run.failed', step: this.#scheduler.failed === undefined ? null : name(this.#scheduler.failed), error: ERROR })
    }
  }

  #start(step: string, attempt: number): void {
    if (this.acquiring.has(step)) {
      if (!this.#granted.has(step)) throw new Violation(`${step} starts without a slot of its group`)
    } else {
      const [best] = startable(this.#plan, this.#facts, this)
      if (best !== step) throw new Violation(`${step} starts before ${best}`)
      if (ownOf(this.#plan, step).concurrencyGroup) throw new Violation(`${step} starts without asking its group`)
      if (stepsThatAre(this.#facts, 'running').length + this.acquiring.size >= this.#limits.concurrency) throw new Violation(`${step} starts without a slot`)
    }
    if (this.#facts.paused) throw new Violation(`${step} starts in a pause`)
    this.#forget(step)
    this.#record({ type: 'step.started', step, attempt })
  }

  #prepare(step: string): void {
    const { type, forEach, when } = ownOf(this.#plan, step)
    if (this.ready.has(step)) throw new Violation(`${step} is decided on twice`)
    const decision = this.#choices.pick(8)
    if (when !== undefined && decision === 1) return this.#record({ type: 'steps.skipped', steps: [step], reason: 'when' })
    if (type !== 'approval' && decision === 2) return this.#record({ type: 'step.failed', step, attempt: 0, error: ERROR, metrics: null })
    if (type === 'approval') return this.#record({ type: 'approval.requested', step, message: '', by: null, expiresAt: null })
    if (forEach) return this.#record({ type: 'step.expanded', step, items: Array.from({ length: this.#choices.pick(MOST_ITEMS + 1) }, (_, i) => i) })
    this.ready.add(step)
    this.#scheduler.apply({ type: 'step.ready', step })
  }

  #acquire(step: string): void {
    const [best] = startable(this.#plan, this.#facts, this)
    if (best !== step) throw new Violation(`${step} asks before ${best}`)
    if (this.#facts.paused || stepsThatAre(this.#facts, 'running').length + this.acquiring.size >= this.#limits.concurrency) {
      throw new Violation(`${step} asks its group though it could not start`)
    }
    this.acquiring.add(step)
    this.#scheduler.apply({ type: 'slot.asked', step })
  }

  #gather(step: string, attempt: number, failed: string[]): void {
    const right = itemsOf(this.#facts, step).filter((item) => this.#facts.status.get(item) === 'failed')
    expectSame(`failed items of ${step}`, failed, right)
    for (const item of itemsOf(this.#facts, step)) this.#forget(item)
    if (failed.length === 0) this.#record(completed(step, attempt))
    else this.#record({ type: 'step.failed', step, attempt, error: ERROR, metrics: null })
  }

  /** What was talked of about a step does not count any more. */
  #forget(step: string): void {
    for (const name of [step, ...itemsOf(this.#facts, step)]) {
      for (const talk of [this.due, this.ready, this.acquiring, this.held, this.#granted]) talk.delete(name)
    }
  }

  #checkAtRest(): void {
    const facts = this.#facts
    const fault = faultAtRest(this.#plan, facts, this.#limits, this)
    if (fault !== undefined) throw new Violation(fault)
    const running = [...this.#scheduler.running].map((i) => this.#scheduler.names.nameOf(i))
    expectSame('running', running.sort(), stepsThatAre(facts, 'running').sort())
    expectSame('asked', this.#scheduler.asked().map((i) => this.#scheduler.names.nameOf(i)).sort(), stepsThatAre(facts, 'asked').sort())
    if (!facts.ended) expectSame('stopping', this.#scheduler.stopping, isStopping(facts))
    for (const [name, status] of facts.status) {
      const at = this.#scheduler.names.find(name)!
      if (!isItem(name) && (ownOf(this.#plan, name).forEach || ownOf(this.#plan, name).type === 'approval')) continue
      if (!satisfies(status) && !satisfies(facts.status.get(ownOf(this.#plan, name).name)!)) expectSame(`failures of ${name}`, this.#scheduler.failures(at), facts.recent.get(name))
    }
    const toEnd = facts.cancelled || (this.#limits.failFast && facts.firstFailure !== null) ? running : []
    if (!facts.ended) expectSame('asked to end', this.#asked.filter((name) => running.includes(name)).sort(), toEnd.sort())
  }

  /** One thing that the world may do. The first possibility always leads on. */
  #happen(): void {
    const facts = this.#facts
    const running = stepsThatAre(facts, 'running')
    const asked = stepsThatAre(facts, 'asked')
    const delayed = stepsThatAre(facts, 'delayed').filter((name) => !this.due.has(name) && !this.held.has(name) && !this.acquiring.has(name))
    const waiting = [...this.acquiring].filter((name) => !this.#granted.has(name))
    const possible: (() => void)[] = [
      ...(facts.paused ? [() => this.#record({ type: 'run.unpaused', by: 'ana', reason: '' })] : []),
      ...running.map((name) => () => this.#end(name, completed(name, facts.attempts.get(name)!))),
      ...asked.map((name) => () => this.#end(name, completed(name, facts.attempts.get(name)!))),
      ...delayed.map((name) => () => this.#passDelay(name)),
      ...waiting.map((name) => () => this.#grant(name)),
      ...[...this.held].map((name) => () => this.#askAgain(name)),
      ...running.map((name) => () => this.#fail(name)),
      ...asked.map((name) => () => this.#end(name, { type: 'step.failed', step: name, attempt: facts.attempts.get(name)!, error: ERROR, metrics: null })),
      ...[...this.acquiring].map((name) => () => this.#refuse(name)),
      ...running.filter((name) => this.#asked.includes(name)).map((name) => () => this.#end(name, cancelled(name, facts.attempts.get(name)!))),
      () => this.#replaceScheduler(),
      ...stepsThatAre(facts, 'cancelled').map((step) => () => this.#scheduler.apply({ type: 'retry.due', step })),
    ]
    if (this.#resumes < MOST_RESUMES) possible.push(() => void this.#resume(this.#choices.pick(4)))
    const rare = this.#choices.pick(24)
    if (rare === 23) possible.push(() => this.#record({ type: 'run.cancel_requested', by: 'ana', reason: '', ...(this.#choices.pick(3) === 2 && { kill: true }) }))
    if (rare === 22) possible.push(() => this.#record({ type: 'run.cancel_requested', by: '_runner', reason: '', code: 'RUN_TIMEOUT' }))
    if (rare > 18 && rare < 22 && !facts.paused) possible.push(() => this.#record({ type: 'run.paused', by: 'ana', reason: '' }))
    possible[this.#choices.pick(possible.length)]!()
  }

  #end(name: string, event: EventData): void {
    this.#asked = this.#asked.filter((other) => other !== name)
    this.#forget(name)
    this.#record(event)
  }

  #passDelay(step: string): void {
    this.due.add(step)
    this.#scheduler.apply({ type: 'retry.due', step })
  }

  #grant(step: string): void {
    this.#granted.add(step)
    this.#scheduler.apply({ type: 'slot.granted', step })
  }

  #refuse(step: string): void {
    this.acquiring.delete(step)
    this.#granted.delete(step)
    this.held.add(step)
    this.#scheduler.apply({ type: 'slot.refused', step })
  }

  #askAgain(step: string): void {
    this.held.delete(step)
    this.#scheduler.apply({ type: 'slot.due', step })
  }

  #fail(step: string): void {
    const retry = hasTriesLeft(this.#plan, this.#facts, step) && !isStopping(this.#facts)
    this.#end(step, { type: 'step.failed', step, attempt: this.#facts.attempts.get(step)!, error: ERROR, metrics: null, ...(retry && { retryInMs: 1000 }) })
  }

  /** A scheduler that knows only the journal decides as the one that lived through it. */
  #replaceScheduler(): void {
    const fresh = this.#make(this.#plan, this.#limits)
    for (const event of this.log) fresh.apply(event)
    for (let command = fresh.next(); command?.do === 'end'; command = fresh.next()) fresh.ended(command.step)
    for (const step of this.ready) fresh.apply({ type: 'step.ready', step })
    const retries = stepsThatAre(this.#facts, 'delayed').filter((step) => this.acquiring.has(step) || this.held.has(step) || this.due.has(step))
    for (const step of retries) fresh.apply({ type: 'retry.due', step })
    for (const step of retries) this.due.add(step)
    for (const talk of [this.acquiring, this.held, this.#granted]) talk.clear()
    this.#scheduler = fresh
  }

  /** The driver dies, what it did last may be lost, and another goes on. False when there were enough of them. */
  #resume(lost: number): boolean {
    if (this.#resumes === MOST_RESUMES) return false
    this.#resumes++
    const begun = this.log.findLastIndex((event) => event.type === 'driver.started')
    const kept = this.log.slice(0, Math.max(this.log.length - lost, begun + 1))
    this.log.length = 0
    for (const talk of [this.due, this.ready, this.acquiring, this.held, this.#granted]) talk.clear()
    this.#asked = []
    this.#facts = blankFacts(this.#plan)
    this.#scheduler = this.#make(this.#plan, this.#limits)
    for (const event of kept) this.#record(event)
    const facts = this.#facts
    const from = this.#repairs()
    if (facts.ended === 'completed' && from.length === 0) return true
    for (const step of stepsThatAre(facts, 'running')) this.#record({ type: 'step.interrupted', step, attempt: facts.attempts.get(step)! })
    this.#record({ type: 'driver.started', epoch: this.#resumes + 1, pid: 1, host: '' })
    const skip = stepsThatAre(facts, 'waiting', 'open').filter(() => this.#choices.pick(20) === 19)
    if (skip.length > 0) this.#record({ type: 'steps.skipped', steps: skip.filter((name) => !isItem(name) || !skip.includes(ownOf(this.#plan, name).name)), reason: '', by: 'ana' })
    if (from.length > 0) this.#record({ type: 'steps.reset', steps: from, by: 'ana', reason: '' })
    const stale = this.#scheduler.stale().map((i) => this.#scheduler.names.nameOf(i))
    if (stale.length > 0) this.#record({ type: 'steps.reset', steps: stale, by: '_runner', reason: '' })
    return true
  }

  /** Steps that are to run again, with all that waits for them: now and then some. */
  #repairs(): string[] {
    if (this.#choices.pick(4) !== 3) return []
    const done = [...this.#facts.status].filter(([, status]) => satisfies(status)).map(([name]) => name)
    if (done.length === 0) return []
    const first = done[this.#choices.pick(done.length)]!
    const own = ownOf(this.#plan, first).name
    const follows = (name: string): boolean => name !== own && comesAfter(this.#plan, name, own)
    const kept = (name: string): boolean => done.includes(name) || this.#facts.items.has(name) || this.#facts.status.get(name) === 'asked'
    const after = this.#plan.steps.map(({ name }) => name).filter((name) => kept(name) && follows(name))
    return [...new Set([own, ...after, ...(this.#facts.items.has(own) && isItem(first) ? [first] : [])])]
  }
}

function comesAfter(plan: Plan, step: string, other: string): boolean {
  const { dependsOn, stage, phase } = ownOf(plan, step)
  const before = dependsOn ?? plan.steps.filter((one) => (one.phase ?? 'main') === (phase ?? 'main') && one.stage < stage).map(({ name }) => name)
  return before.includes(other) || before.some((one) => comesAfter(plan, one, other))
}

function completed(step: string, attempt: number, importedFrom?: string): EventData {
  return { type: 'step.completed', step, attempt, writes: {}, outputs: [], artifacts: [], metrics: null, ...(importedFrom && { importedFrom }) }
}

function cancelled(step: string, attempt: number): EventData {
  return { type: 'step.cancelled', step, attempt, reason: '', metrics: null }
}

function expectSame(what: string, seen: unknown, right: unknown): void {
  const [a, b] = [JSON.stringify(seen), JSON.stringify(right)]
  if (a !== b) throw new Violation(`${what}: ${a} instead of ${b}`)
}

