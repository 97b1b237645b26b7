import type { EventData } from '../../src/lib/events.ts'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'

/**
 * What a journal may say, as plainly as it can be put: every rule is recomputed from the steps' statuses, over the
 * whole plan, at every event. Shares no code with what it judges.
 */

export type Status = 'waiting' | 'running' | 'delayed' | 'completed' | 'skipped' | 'tolerated' | 'failed' | 'cancelled' | 'blocked'

export interface Limits {
  concurrency: number
  failFast: boolean
}

export interface Facts {
  status: Map<string, Status>
  blockedBy: Map<string, string>
  /** Attempts in all. */
  attempts: Map<string, number>
  /** Attempts since the run, or the last resume of it, began. */
  recent: Map<string, number>
  firstFailure: string | null
  cancelled: boolean
  ended: 'completed' | 'failed' | 'cancelled' | null
}

export class Violation extends Error {}

export function waitsFor(plan: Plan, name: string): string[] {
  const { dependsOn, stage } = stepOf(plan, name)
  return dependsOn ?? plan.steps.filter((other) => other.stage < stage).map((other) => other.name)
}

export function satisfies(status: Status): boolean {
  return status === 'completed' || status === 'skipped' || status === 'tolerated'
}

function isBad(status: Status): boolean {
  return status === 'failed' || status === 'cancelled' || status === 'blocked'
}

export function isStopping(facts: Facts): boolean {
  return facts.cancelled || facts.firstFailure !== null
}

export function stepsThatAre(facts: Facts, ...wanted: Status[]): string[] {
  return [...facts.status].filter(([, status]) => wanted.includes(status)).map(([name]) => name)
}

/** Every step that it waits for is satisfied. */
export function isFree(plan: Plan, facts: Facts, name: string): boolean {
  return waitsFor(plan, name).every((other) => satisfies(facts.status.get(other)!))
}

/** Whether a step that fails now is worth another attempt. */
export function hasTriesLeft(plan: Plan, facts: Facts, name: string): boolean {
  return facts.recent.get(name)! < (stepOf(plan, name).retry?.max ?? 1)
}

/** Folds a journal, refusing (Violation) the first event that may not come where it comes. */
export function factsOf(plan: Plan, events: readonly EventData[], limits: Limits): Facts {
  const facts: Facts = {
    status: new Map(plan.steps.map(({ name }) => [name, 'waiting'])),
    blockedBy: new Map(),
    attempts: new Map(plan.steps.map(({ name }) => [name, 0])),
    recent: new Map(plan.steps.map(({ name }) => [name, 0])),
    firstFailure: null,
    cancelled: false,
    ended: null,
  }
  events.forEach((event, seq) => {
    const wrong = judge(plan, facts, event, limits)
    if (wrong !== undefined) throw new Violation(`${wrong}, at event ${seq}: ${JSON.stringify(event)}`)
    take(plan, facts, event)
  })
  return facts
}

/** What is wrong with a state in which nothing more is to be decided until something happens. */
export function faultAtRest(plan: Plan, facts: Facts, limits: Limits, due: ReadonlySet<string>): string | undefined {
  if (facts.ended) return undefined
  const running = stepsThatAre(facts, 'running').length
  for (const name of stepsThatAre(facts, 'waiting')) {
    const bad = waitsFor(plan, name).find((other) => isBad(facts.status.get(other)!))
    if (bad !== undefined) return `${name} still waits for ${bad}`
  }
  if (isStopping(facts)) return running > 0 ? undefined : 'the run stops, nothing is in flight, and it does not end'
  const free = [...stepsThatAre(facts, 'waiting').filter((name) => isFree(plan, facts, name)), ...due]
  if (free.length > 0 && running < limits.concurrency) return `${free[0]} could run, and does not`
  if (running === 0 && stepsThatAre(facts, 'delayed').length === 0) return 'nothing is in flight, and the run does not end'
  return undefined
}

function judge(plan: Plan, facts: Facts, event: EventData, { concurrency, failFast }: Limits): string | undefined {
  const is = (name: string, ...wanted: Status[]): boolean => wanted.includes(facts.status.get(name)!)
  if (facts.ended && event.type !== 'driver.started') return 'the run has ended'
  switch (event.type) {
    case 'step.started':
      if (!is(event.step, 'waiting', 'delayed')) return `it is ${facts.status.get(event.step)} already`
      if (!isFree(plan, facts, event.step)) return 'what it waits for is not done'
      if (isStopping(facts)) return 'the run is stopping'
      if (stepsThatAre(facts, 'running').length >= concurrency) return `more than ${concurrency} at once`
      if (event.attempt !== facts.attempts.get(event.step)! + 1) return 'not the next attempt'
      return undefined
    case 'step.completed':
      return is(event.step, event.importedFrom === undefined ? 'running' : 'waiting') ? undefined : 'it does not run'
    case 'step.failed':
      if (!is(event.step, 'running')) return 'it does not run'
      if (event.retryInMs === undefined) return hasTriesLeft(plan, facts, event.step) && !isStopping(facts) ? 'it has tries left' : undefined
      return hasTriesLeft(plan, facts, event.step) && !isStopping(facts) ? undefined : 'no try is left'
    case 'step.cancelled':
      if (!is(event.step, 'running')) return 'it does not run'
      return facts.cancelled || (failFast && facts.firstFailure !== null) ? undefined : 'nobody asked for it'
    case 'step.interrupted':
      return is(event.step, 'running') ? undefined : 'it does not run'
    case 'steps.skipped':
      return event.steps.every((name) => is(name, 'waiting')) ? undefined : 'one of them does not wait'
    case 'steps.cancelled':
      if (!isStopping(facts)) return 'the run goes on'
      return event.steps.every((name) => is(name, 'waiting', 'delayed') && isFree(plan, facts, name)) ? undefined : 'one of them was not ready'
    case 'steps.blocked':
      if (!is(event.by, 'failed', 'cancelled', 'blocked')) return `${event.by} blocks nothing`
      return event.steps.every((name) => is(name, 'waiting') && waitsFor(plan, name).includes(event.by)) ? undefined : 'one of them does not wait for it'
    case 'run.completed':
      return [...facts.status.values()].every(satisfies) && !isStopping(facts) ? undefined : 'not everything is done'
    case 'run.failed':
      if (event.step !== null && event.step !== facts.firstFailure) return `${facts.firstFailure} failed the run`
      if (event.step === null ? !facts.cancelled : facts.cancelled) return 'it did not fail'
      return unsettled(facts)
    case 'run.cancelled':
      return facts.cancelled ? unsettled(facts) : 'nobody asked for it'
    case 'driver.started':
      if (facts.ended === 'completed') return 'the run has completed'
      return event.epoch > 1 && stepsThatAre(facts, 'running').length > 0 ? 'a step still runs' : undefined
    case 'run.cancel_requested':
      return facts.cancelled ? 'it was asked for before' : undefined
    case 'run.created':
    case 'step.spawned':
      return undefined
  }
}

function unsettled(facts: Facts): string | undefined {
  const [left] = stepsThatAre(facts, 'waiting', 'running', 'delayed')
  return left === undefined ? undefined : `${left} is ${facts.status.get(left)}`
}

function take(plan: Plan, facts: Facts, event: EventData): void {
  const set = (names: readonly string[], status: Status): void => names.forEach((name) => facts.status.set(name, status))
  switch (event.type) {
    case 'step.started':
      facts.attempts.set(event.step, event.attempt)
      facts.recent.set(event.step, facts.recent.get(event.step)! + 1)
      return set([event.step], 'running')
    case 'step.completed':
      if (event.importedFrom !== undefined) facts.attempts.set(event.step, event.attempt)
      return set([event.step], 'completed')
    case 'step.failed':
      if (event.retryInMs !== undefined) return set([event.step], 'delayed')
      if (stepOf(plan, event.step).continueOnError) return set([event.step], 'tolerated')
      facts.firstFailure ??= event.step
      return set([event.step], 'failed')
    case 'step.cancelled':
      return set([event.step], 'cancelled')
    case 'step.interrupted':
      return set([event.step], 'waiting')
    case 'steps.skipped':
      return set(event.steps, 'skipped')
    case 'steps.cancelled':
      return set(event.steps, 'cancelled')
    case 'steps.blocked':
      for (const name of event.steps) facts.blockedBy.set(name, event.by)
      return set(event.steps, 'blocked')
    case 'run.cancel_requested':
      facts.cancelled = true
      return
    case 'run.completed':
      facts.ended = 'completed'
      return
    case 'run.failed':
      facts.ended = 'failed'
      return
    case 'run.cancelled':
      facts.ended = 'cancelled'
      return
    case 'driver.started':
      if (event.epoch === 1) return
      set(stepsThatAre(facts, 'failed', 'cancelled', 'blocked', 'delayed'), 'waiting')
      for (const { name } of plan.steps) facts.recent.set(name, 0)
      facts.blockedBy.clear()
      facts.firstFailure = null
      facts.cancelled = false
      facts.ended = null
      return
    case 'run.created':
    case 'step.spawned':
      return
  }
}

function stepOf(plan: Plan, name: string): PlanStep {
  return plan.steps.find((step) => step.name === name)!
}
