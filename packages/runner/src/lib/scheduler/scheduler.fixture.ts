import type { EventData } from '../events.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { Scheduler, type Command, type SchedulerEvent, type SchedulerOptions } from './scheduler.ts'

type StepSketch = Partial<PlanStep> & { name: string }

/** Each step in a stage of its own unless it says otherwise. */
export function planOf(...steps: StepSketch[]): Plan {
  return { lorc: 1, name: 'test', steps: steps.map((step, i) => ({ type: 'noop', stage: i, ...step })) }
}

export function started(step: string, attempt = 1): EventData {
  return { type: 'step.started', step, attempt }
}

export function completed(step: string, attempt = 1): EventData {
  return { type: 'step.completed', step, attempt, writes: {}, outputs: [], artifacts: [], metrics: null }
}

export function failed(step: string, retryInMs?: number, attempt = 1): EventData {
  const error = { code: 'STEP_FAILED', message: 'no' }
  return { type: 'step.failed', step, attempt, error, metrics: null, ...(retryInMs !== undefined && { retryInMs }) }
}

export function cancelled(step: string): EventData {
  return { type: 'step.cancelled', step, attempt: 1, reason: '', metrics: null }
}

export const resumed: EventData = { type: 'driver.started', epoch: 2, pid: 1, host: '' }

/** What comes of a gate: the step is skipped, has so many items, or fails; without a word it may start. */
export type Decisions = Readonly<Record<string, 'skip' | 'fail' | number>>

/**
 * Obeys commands as the driver would and tells them in short: `+a` start, `~a` end, `b<a` blocked by a, `-a` cancelled,
 * `?a` prepared, `@a` a slot is asked for, `&a` completed with its items (`!a` failed with them), `/a` skipped.
 */
export class Harness {
  readonly scheduler: Scheduler
  readonly log: SchedulerEvent[] = []
  readonly #plan: Plan
  readonly #decisions: Decisions

  constructor(plan: Plan, options: Partial<SchedulerOptions> = {}, decisions: Decisions = {}) {
    this.#plan = plan
    this.#decisions = decisions
    this.scheduler = new Scheduler(plan, { concurrency: 8, ...options })
  }

  on(...events: SchedulerEvent[]): string[] {
    for (const event of events) this.#apply(event)
    const told: string[] = []
    for (let command = this.scheduler.next(); command; command = this.scheduler.next()) {
      if (told.length > 1000) throw new Error(`commands without end: ${told.slice(-3).join(' ')}`)
      told.push(...this.#obey(command))
      if (command.do === 'finish') break
    }
    return told
  }

  #apply(event: SchedulerEvent): void {
    this.log.push(event)
    this.scheduler.apply(event)
  }

  #obey(command: Command): string[] {
    const name = (i: number) => this.scheduler.names.nameOf(i)
    switch (command.do) {
      case 'start':
        this.#apply(started(name(command.step), command.attempt))
        return [`+${name(command.step)}`]
      case 'prepare':
        this.#prepare(name(command.step), this.#plan.steps[command.step]!)
        return [`?${name(command.step)}`]
      case 'acquire':
        this.#apply({ type: 'slot.asked', step: name(command.step) })
        return [`@${name(command.step)}`]
      case 'gather':
        if (command.failed.length === 0) this.#apply(completed(name(command.step), command.attempt))
        else this.#apply(failed(name(command.step), undefined, command.attempt))
        return [`${command.failed.length === 0 ? '&' : '!'}${name(command.step)}`]
      case 'end':
        this.scheduler.ended(command.step)
        return [`~${name(command.step)}`]
      case 'block':
        this.#apply({ type: 'steps.blocked', steps: command.steps.map(name), by: name(command.by) })
        return command.steps.map((step) => `${name(step)}<${name(command.by)}`)
      case 'cancel':
        this.#apply({ type: 'steps.cancelled', steps: command.steps.map(name), reason: command.reason })
        return command.steps.map((step) => `-${name(step)}`)
      case 'skip':
        this.#apply({ type: 'steps.skipped', steps: command.steps.map(name), reason: command.reason })
        return command.steps.map((step) => `/${name(step)}`)
      case 'finish':
        return [`=${command.status}`]
    }
  }

  #prepare(name: string, step: PlanStep): void {
    const decision = this.#decisions[name]
    if (decision === 'skip') this.#apply({ type: 'steps.skipped', steps: [name], reason: 'when' })
    else if (decision === 'fail') this.#apply(failed(name, undefined, 0))
    else if (step.type === 'approval') this.#apply({ type: 'approval.requested', step: name, message: '', by: null, expiresAt: null })
    else if (step.forEach) this.#apply({ type: 'step.expanded', step: name, items: Array.from({ length: decision ?? 0 }, (_, i) => i) })
    else this.#apply({ type: 'step.ready', step: name })
  }
}
