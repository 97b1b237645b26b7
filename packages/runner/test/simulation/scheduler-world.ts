import type { EventData } from '../../src/lib/events.ts'
import type { Plan } from '../../src/lib/plan.ts'
import type { Command, Scheduler, SchedulerOptions } from '../../src/lib/scheduler.ts'
import { factsOf, faultAtRest, hasTriesLeft, isStopping, satisfies, stepsThatAre, Violation, type Facts, type Limits } from './model.ts'
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

type MakeScheduler = (plan: Plan, options: SchedulerOptions) => Scheduler

const MOST_TURNS = 400
const MOST_RESUMES = 3
const ERROR = { code: 'STEP_FAILED', message: 'no luck' }

/** Drives a scheduler through one random life of a run. Throws Violation where the model disagrees. */
export function simulateScheduler(given: SchedulerCase, make: MakeScheduler): EventData[] {
  const world = new World(given, make)
  world.live()
  return world.log
}

class World {
  readonly log: EventData[] = []
  readonly #plan: Plan
  readonly #limits: Limits
  readonly #choices: Choices
  readonly #make: MakeScheduler
  readonly #due = new Set<string>()
  #scheduler: Scheduler
  #asked: string[] = []
  #resumes = 0

  constructor({ plan, limits, skipped, imported, numbers }: SchedulerCase, make: MakeScheduler) {
    this.#plan = plan
    this.#limits = limits
    this.#make = make
    this.#choices = new Choices(numbers)
    this.#scheduler = make(plan, limits)
    const named = (indices: readonly number[]): string[] => plan.steps.filter((_, i) => indices.includes(i)).map(({ name }) => name)
    const skips = named(skipped)
    this.#record({ type: 'driver.started', epoch: 1, pid: 1, host: '' })
    if (skips.length > 0) this.#record({ type: 'steps.skipped', steps: skips, reason: '--skip' })
    for (const step of named(imported)) if (!skips.includes(step)) this.#record(completed(step, 1, 'run_before'))
  }

  live(): void {
    for (let turn = 0; turn < MOST_TURNS; turn++) {
      this.#obeyAll()
      this.#checkAtRest()
      if (this.#facts().ended) {
        if (this.#facts().ended === 'completed' || this.#choices.pick(2) === 0 || !this.#resume(0)) return
      } else this.#happen()
    }
    throw new Violation('the run does not come to an end')
  }

  #facts(): Facts {
    return factsOf(this.#plan, this.log, this.#limits)
  }

  #record(event: EventData): void {
    this.log.push(event)
    this.#facts()
    this.#scheduler.apply(event)
  }

  #obeyAll(): void {
    for (let command = this.#scheduler.next(); command; command = this.#scheduler.next()) {
      if (this.log.length > MOST_TURNS * 4) throw new Violation('commands without end')
      this.#obey(command)
    }
  }

  #obey(command: Command): void {
    const name = (i: number): string => this.#plan.steps[i]!.name
    switch (command.do) {
      case 'start':
        if (this.#facts().status.get(name(command.step)) === 'delayed' && !this.#due.delete(name(command.step))) {
          throw new Violation(`${name(command.step)} starts before its delay is over`)
        }
        return this.#record({ type: 'step.started', step: name(command.step), attempt: command.attempt })
      case 'end':
        if (this.#asked.includes(name(command.step))) throw new Violation(`${name(command.step)} is asked to end twice`)
        this.#asked.push(name(command.step))
        return this.#scheduler.ended(command.step)
      case 'block':
        return this.#record({ type: 'steps.blocked', steps: command.steps.map(name), by: name(command.by) })
      case 'cancel':
        for (const step of command.steps) this.#due.delete(name(step))
        return this.#record({ type: 'steps.cancelled', steps: command.steps.map(name), reason: command.reason })
      case 'finish':
        if (command.status === 'completed') return this.#record({ type: 'run.completed' })
        if (command.status === 'cancelled') return this.#record({ type: 'run.cancelled', by: 'ana', reason: '' })
        return this.#record({ type: 'run.failed', step: this.#facts().firstFailure, error: ERROR })
    }
  }

  #checkAtRest(): void {
    const facts = this.#facts()
    const fault = faultAtRest(this.#plan, facts, this.#limits, this.#due)
    if (fault !== undefined) throw new Violation(fault)
    const running = [...this.#scheduler.running].map((i) => this.#plan.steps[i]!.name)
    expectSame('running', running.sort(), stepsThatAre(facts, 'running').sort())
    if (!facts.ended) expectSame('stopping', this.#scheduler.stopping, isStopping(facts))
    this.#plan.steps.forEach(({ name }, i) => {
      if (!satisfies(facts.status.get(name)!)) expectSame(`failures of ${name}`, this.#scheduler.failures(i), facts.recent.get(name))
    })
    const toEnd = facts.cancelled || (this.#limits.failFast && facts.firstFailure !== null) ? running : []
    if (!facts.ended) expectSame('asked to end', this.#asked.filter((name) => running.includes(name)).sort(), toEnd.sort())
  }

  /** One thing that the world may do. The first possibility always leads on. */
  #happen(): void {
    const facts = this.#facts()
    const running = stepsThatAre(facts, 'running')
    const delayed = stepsThatAre(facts, 'delayed').filter((name) => !this.#due.has(name))
    const possible: (() => void)[] = [
      ...running.map((name) => () => this.#record(completed(name, facts.attempts.get(name)!))),
      ...delayed.map((name) => () => this.#passDelay(name)),
      ...running.map((name) => () => this.#fail(name, facts)),
      ...running.filter((name) => this.#asked.includes(name)).map((name) => () => this.#record(cancelled(name, facts.attempts.get(name)!))),
      () => this.#replaceScheduler(),
    ]
    if (this.#resumes < MOST_RESUMES) possible.push(() => void this.#resume(this.#choices.pick(4)))
    if (!facts.cancelled && this.#choices.pick(20) === 19) possible.push(() => this.#record({ type: 'run.cancel_requested', by: 'ana', reason: '' }))
    possible[this.#choices.pick(possible.length)]!()
  }

  #passDelay(step: string): void {
    this.#due.add(step)
    this.#scheduler.apply({ type: 'retry.due', step })
  }

  #fail(step: string, facts: Facts): void {
    const retry = hasTriesLeft(this.#plan, facts, step) && !isStopping(facts)
    this.#record({ type: 'step.failed', step, attempt: facts.attempts.get(step)!, error: ERROR, metrics: null, ...(retry && { retryInMs: 1000 }) })
  }

  /** A scheduler that knows only the journal decides as the one that lived through it. */
  #replaceScheduler(): void {
    const fresh = this.#make(this.#plan, this.#limits)
    for (const event of this.log) fresh.apply(event)
    for (let command = fresh.next(); command?.do === 'end'; command = fresh.next()) fresh.ended(command.step)
    for (const step of this.#due) fresh.apply({ type: 'retry.due', step })
    this.#scheduler = fresh
  }

  /** The driver dies, what it did last may be lost, and another goes on. False when there were enough of them. */
  #resume(lost: number): boolean {
    if (this.#resumes === MOST_RESUMES) return false
    this.#resumes++
    const begun = this.log.findLastIndex((event) => event.type === 'driver.started')
    const kept = this.log.slice(0, Math.max(this.log.length - lost, begun + 1))
    this.log.length = 0
    this.#due.clear()
    this.#asked = []
    this.#scheduler = this.#make(this.#plan, this.#limits)
    for (const event of kept) this.#record(event)
    if (this.#facts().ended === 'completed') return true
    const facts = this.#facts()
    for (const step of stepsThatAre(facts, 'running')) this.#record({ type: 'step.interrupted', step, attempt: facts.attempts.get(step)! })
    this.#record({ type: 'driver.started', epoch: this.#resumes + 1, pid: 1, host: '' })
    return true
  }
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
