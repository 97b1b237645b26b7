import type { EventData } from '../../src/lib/events.ts'
import type { Plan, PlanStep } from '../../src/lib/plan.ts'

/**
 * What a journal may say, as plainly as it can be put: every rule is recomputed from the steps' statuses, over the
 * whole plan, at every event. Shares no code with what it judges.
 */

export type Status =
  | 'waiting' | 'running' | 'delayed' | 'asked' | 'open'
  | 'completed' | 'skipped' | 'passed' | 'tolerated' | 'failed' | 'cancelled' | 'blocked'

export type Outcome = 'completed' | 'failed' | 'cancelled'
type PhaseName = NonNullable<PlanStep['phase']>

export interface Limits {
  concurrency: number
  failFast: boolean
}

export interface Facts {
  /** Of the plan's steps and of the items that are known. */
  status: Map<string, Status>
  blockedBy: Map<string, string>
  /** Attempts in all. */
  attempts: Map<string, number>
  /** Attempts since the run, or the last resume of it, began. */
  recent: Map<string, number>
  /** How many items a step has. */
  items: Map<string, number>
  /** Of the phase that is current. */
  firstFailure: string | null
  cancelled: boolean
  limited: boolean
  /** How many phases were past when the run was killed. */
  killedIn: number | null
  paused: boolean
  /** How the phases before the current one ended. */
  past: Outcome[]
  /** The step that failed the run, once the phase is over in which it did. */
  runFailure: string | null
  ended: Outcome | null
}

export class Violation extends Error {}

const PHASES: readonly PhaseName[] = ['main', 'on_success', 'on_failure', 'always']

export function phasesOf(plan: Plan): PhaseName[] {
  return PHASES.filter((phase) => phase === 'main' || plan.steps.some((step) => phaseOf(step) === phase))
}

export function phaseOf(step: PlanStep): PhaseName {
  return step.phase ?? 'main'
}

/** The step of the plan that a step is, or is an item of. */
export function ownOf(plan: Plan, name: string): PlanStep {
  const step = plan.steps.find((other) => other.name === name.split('[')[0])
  if (!step) throw new Violation(`there is no step ${name}`)
  return step
}

export function isItem(name: string): boolean {
  return name.includes('[')
}

export function itemsOf(facts: Facts, name: string): string[] {
  return Array.from({ length: facts.items.get(name) ?? 0 }, (_, i) => `${name}[${i}]`)
}

export function waitsFor(plan: Plan, name: string): string[] {
  const step = ownOf(plan, name)
  return step.dependsOn ?? plan.steps.filter((other) => phaseOf(other) === phaseOf(step) && other.stage < step.stage).map((other) => other.name)
}

export function satisfies(status: Status): boolean {
  return status === 'completed' || status === 'skipped' || status === 'passed' || status === 'tolerated'
}

function isBad(status: Status): boolean {
  return status === 'failed' || status === 'cancelled' || status === 'blocked'
}

export function isSettled(status: Status): boolean {
  return satisfies(status) || isBad(status)
}

export function isStopping(facts: Facts): boolean {
  return facts.cancelled || facts.firstFailure !== null
}

export function stepsThatAre(facts: Facts, ...wanted: Status[]): string[] {
  return [...facts.status].filter(([, status]) => wanted.includes(status)).map(([name]) => name)
}

/** The phase that the run is in; undefined: all are over. */
export function currentPhase(plan: Plan, facts: Facts): PhaseName | undefined {
  return phasesOf(plan)[facts.past.length]
}

/** Whether the steps of a phase are this run's to run. */
export function applies(facts: Facts, phase: PhaseName): boolean {
  if (phase === 'always') return facts.killedIn === null || facts.killedIn >= facts.past.length
  if (phase === 'main') return true
  return facts.past[0] === (phase === 'on_success' ? 'completed' : 'failed')
}

/** Every step that it waits for is satisfied, and its phase has come; of an item: its step is open. */
export function isFree(plan: Plan, facts: Facts, name: string): boolean {
  const own = ownOf(plan, name)
  const phase = phaseOf(own)
  if (currentPhase(plan, facts) !== phase || !applies(facts, phase)) return false
  if (isItem(name)) return facts.status.get(own.name) === 'open'
  return waitsFor(plan, name).every((other) => satisfies(facts.status.get(other)!))
}

/** Something is to be decided before it starts. */
export function isGated(step: PlanStep): boolean {
  return step.when !== undefined || step.forEach !== undefined || step.type === 'approval'
}

/** Among the items of its step there is room for one more. */
export function hasRoom(plan: Plan, facts: Facts, item: string, underWay: (name: string) => boolean): boolean {
  const { name, forEach } = ownOf(plan, item)
  return itemsOf(facts, name).filter(underWay).length < (forEach?.maxParallel ?? Infinity)
}

/** Whether a step that fails now is worth another attempt. */
export function hasTriesLeft(plan: Plan, facts: Facts, name: string): boolean {
  return facts.recent.get(name)! < (ownOf(plan, name).retry?.max ?? 1)
}

/** How the run stands if it ends now. */
export function outcomeOf(facts: Facts): Outcome {
  return facts.past.find((outcome) => outcome !== 'completed') ?? 'completed'
}

/** Folds a journal, refusing (Violation) the first event that may not come where it comes. */
export function factsOf(plan: Plan, events: readonly EventData[], limits: Limits): Facts {
  const facts = blankFacts(plan)
  events.forEach((event, seq) => advance(plan, facts, event, limits, seq))
  return facts
}

export function blankFacts(plan: Plan): Facts {
  return {
    status: new Map(plan.steps.map(({ name }) => [name, 'waiting'])),
    blockedBy: new Map(),
    attempts: new Map(plan.steps.map(({ name }) => [name, 0])),
    recent: new Map(plan.steps.map(({ name }) => [name, 0])),
    items: new Map(),
    firstFailure: null,
    cancelled: false,
    limited: false,
    killedIn: null,
    paused: false,
    past: [],
    runFailure: null,
    ended: null,
  }
}

export function advance(plan: Plan, facts: Facts, event: EventData, limits: Limits, seq: number): void {
  const wrong = judge(plan, facts, event, limits)
  if (wrong !== undefined) throw new Violation(`${wrong}, at event ${seq}: ${JSON.stringify(event)}`)
  take(plan, facts, event, limits)
  passPhases(plan, facts)
}

/** What is known at rest beyond the journal. */
export interface Talks {
  /** Steps whose delay is over. */
  due: ReadonlySet<string>
  /** Steps that were decided to start. */
  ready: ReadonlySet<string>
  /** Steps that keep a slot while their group is asked, and those that their group has none for. */
  acquiring: ReadonlySet<string>
  held: ReadonlySet<string>
}

/** Steps that may start, best first. */
export function startable(plan: Plan, facts: Facts, { due, ready, acquiring, held }: Talks): string[] {
  const underWay = (name: string): boolean => facts.status.get(name) === 'running' || acquiring.has(name)
  const may = (name: string): boolean => {
    if (acquiring.has(name) || held.has(name) || !isFree(plan, facts, name)) return false
    if (facts.status.get(name) === 'delayed' ? !due.has(name) : facts.status.get(name) !== 'waiting') return false
    if (isItem(name)) return hasRoom(plan, facts, name, underWay)
    return !isGated(ownOf(plan, name)) || ready.has(name) || due.has(name)
  }
  const place = (name: string): number => plan.steps.indexOf(ownOf(plan, name))
  const ordinal = (name: string): number => Number(/\[(\d+)\]/.exec(name)?.[1] ?? 0)
  const priority = (name: string): number => ownOf(plan, name).priority ?? 0
  return [...facts.status.keys()].filter(may).sort((a, b) => priority(b) - priority(a) || place(a) - place(b) || ordinal(a) - ordinal(b))
}

/** It ended, or asks, though its phase has not come. */
function isStale(plan: Plan, facts: Facts, step: PlanStep): boolean {
  const status = facts.status.get(step.name)!
  if (phasesOf(plan).indexOf(phaseOf(step)) <= facts.past.length || status === 'skipped') return false
  return status === 'asked' || satisfies(status) || facts.items.has(step.name)
}

/** What is wrong with a state in which nothing more is to be decided until something happens. */
export function faultAtRest(plan: Plan, facts: Facts, limits: Limits, talks: Talks): string | undefined {
  if (facts.ended) return undefined
  const running = stepsThatAre(facts, 'running').length
  const phase = currentPhase(plan, facts)
  if (phase === undefined) return 'everything is over, and the run does not end'
  if (!applies(facts, phase)) return `the ${phase} steps are not left out`
  const stale = plan.steps.find((step) => isStale(plan, facts, step))
  if (stale) return `${stale.name} has ended before its phase`
  for (const name of stepsThatAre(facts, 'waiting')) {
    const bad = isItem(name) ? undefined : waitsFor(plan, name).find((other) => isBad(facts.status.get(other)!))
    if (bad !== undefined) return `${name} still waits for ${bad}`
  }
  if (isStopping(facts)) return running > 0 ? undefined : 'the run stops, nothing is in flight, and it does not end'
  const over = stepsThatAre(facts, 'open').find((name) => itemsOf(facts, name).every((item) => isSettled(facts.status.get(item)!)))
  if (over !== undefined) return `the items of ${over} are over, and it is not`
  if (facts.paused) return undefined
  const undecided = plan.steps.find((step) => isGated(step) && facts.status.get(step.name) === 'waiting' && isFree(plan, facts, step.name) && !talks.ready.has(step.name))
  if (undecided) return `${undecided.name} is not decided on`
  const [free] = startable(plan, facts, talks)
  if (free !== undefined && running + talks.acquiring.size < limits.concurrency) return `${free} could run, and does not`
  if (running + talks.acquiring.size + talks.held.size + stepsThatAre(facts, 'delayed', 'asked').length === 0) return 'nothing is in flight, and the run does not end'
  return undefined
}

function judge(plan: Plan, facts: Facts, event: EventData, { concurrency, failFast }: Limits): string | undefined {
  const is = (name: string, ...wanted: Status[]): boolean => wanted.includes(facts.status.get(name)!)
  const begins = (name: string): string | undefined => {
    if (!is(name, 'waiting', 'delayed')) return `it is ${facts.status.get(name)} already`
    if (!isFree(plan, facts, name)) return 'what it waits for is not done'
    if (isStopping(facts)) return 'the run is stopping'
    return facts.paused ? 'the run is paused' : undefined
  }
  if (facts.ended && event.type !== 'driver.started') return 'the run has ended'
  switch (event.type) {
    case 'step.started': {
      const { forEach, type } = ownOf(plan, event.step)
      if (type === 'approval' || (forEach && !isItem(event.step))) return 'it is not for an executor'
      if (isItem(event.step) && !hasRoom(plan, facts, event.step, (name) => is(name, 'running'))) return 'too many items at once'
      if (stepsThatAre(facts, 'running').length >= concurrency) return `more than ${concurrency} at once`
      if (event.attempt !== facts.attempts.get(event.step)! + 1) return 'not the next attempt'
      return begins(event.step)
    }
    case 'step.expanded':
      return is(event.step, 'waiting') && ownOf(plan, event.step).forEach ? begins(event.step) : 'it has no items to get'
    case 'approval.requested':
      return is(event.step, 'waiting') && ownOf(plan, event.step).type === 'approval' ? begins(event.step) : 'it does not ask'
    case 'approval.decided':
      return is(event.step, 'asked') ? undefined : 'it has not asked'
    case 'step.completed':
      if (event.importedFrom !== undefined) return is(event.step, 'waiting') ? undefined : 'it does not wait'
      if (is(event.step, 'open') && event.attempt !== facts.attempts.get(event.step)) return 'not the attempt'
      if (is(event.step, 'open')) return itemsOf(facts, event.step).every((item) => is(item, 'completed', 'skipped')) ? undefined : 'an item is not done'
      return is(event.step, 'running', 'asked') ? undefined : 'it does not run'
    case 'step.failed': {
      const own = ownOf(plan, event.step)
      if (event.attempt === 0 || is(event.step, 'waiting')) return isGated(own) || own.concurrencyGroup ? begins(event.step) : 'it was not decided on'
      if (is(event.step, 'asked')) return event.retryInMs === undefined ? undefined : 'an approval is not retried'
      if (is(event.step, 'open')) {
        const items = itemsOf(facts, event.step)
        if (event.retryInMs !== undefined || !items.some((item) => is(item, 'failed'))) return 'no item failed'
        if (isStopping(facts)) return items.some((item) => is(item, 'running')) ? 'an item runs' : undefined
        return items.every((item) => isSettled(facts.status.get(item)!)) ? undefined : 'an item can go on'
      }
      if (!is(event.step, 'running')) return 'it does not run'
      if (event.retryInMs === undefined) return hasTriesLeft(plan, facts, event.step) && !isStopping(facts) ? 'it has tries left' : undefined
      return hasTriesLeft(plan, facts, event.step) && !isStopping(facts) ? undefined : 'no try is left'
    }
    case 'step.cancelled':
      if (!is(event.step, 'running')) return 'it does not run'
      return facts.cancelled || (failFast && facts.firstFailure !== null) ? undefined : 'nobody asked for it'
    case 'step.interrupted':
      return is(event.step, 'running') ? undefined : 'it does not run'
    case 'steps.skipped': {
      const phase = currentPhase(plan, facts)
      if (event.reason !== '--skip' && event.by === undefined && phase !== undefined && !applies(facts, phase)) {
        const left = plan.steps.filter((step) => phaseOf(step) === phase && !isSettled(facts.status.get(step.name)!)).map(({ name }) => name)
        return JSON.stringify(left) === JSON.stringify(event.steps) ? undefined : `the ${phase} steps are to be left out`
      }
      if (event.by !== undefined) return event.steps.some((name) => is(name, 'running') || satisfies(facts.status.get(name)!)) ? 'one of them is done' : undefined
      return event.steps.every((name) => is(name, 'waiting')) ? undefined : 'one of them does not wait'
    }
    case 'steps.cancelled':
      if (!isStopping(facts)) return 'the run goes on'
      if (stepsThatAre(facts, 'running').length > 0) return 'a step still runs'
      return event.steps.length > 0 && event.steps.every((name) => {
        if (is(name, 'open')) return !itemsOf(facts, name).some((item) => is(item, 'failed'))
        return !isItem(name) && is(name, 'waiting', 'delayed', 'asked') && isFree(plan, facts, name)
      }) ? undefined : 'one of them was not ready'
    case 'steps.blocked':
      if (!is(event.by, 'failed', 'cancelled', 'blocked')) return `${event.by} blocks nothing`
      return event.steps.every((name) => is(name, 'waiting') && waitsFor(plan, name).includes(event.by)) ? undefined : 'one of them does not wait for it'
    case 'steps.reset':
      if (event.by === '_runner' && event.steps.some((name) => is(name, 'skipped'))) return 'one of them was skipped on purpose'
      return stepsThatAre(facts, 'running').length > 0 ? 'a step runs' : undefined
    case 'run.completed':
      return currentPhase(plan, facts) === undefined && outcomeOf(facts) === 'completed' ? undefined : 'not everything is done'
    case 'run.failed':
      if (currentPhase(plan, facts) !== undefined || outcomeOf(facts) !== 'failed') return 'it did not fail'
      return event.step === facts.runFailure ? undefined : `${facts.runFailure} failed the run`
    case 'run.cancelled':
      return currentPhase(plan, facts) === undefined && outcomeOf(facts) === 'cancelled' ? undefined : 'it was not cancelled'
    case 'driver.started':
      if (facts.ended === 'completed') return undefined
      return event.epoch > 1 && stepsThatAre(facts, 'running').length > 0 ? 'a step still runs' : undefined
    case 'run.paused':
      return facts.paused ? 'it is paused' : undefined
    case 'run.unpaused':
      return facts.paused ? undefined : 'it is not paused'
    case 'run.cancel_requested':
    case 'run.created':
    case 'step.spawned':
    case 'step.waiting':
    case 'step.linked':
    case 'context.set':
      return undefined
  }
}

function take(plan: Plan, facts: Facts, event: EventData, { failFast }: Limits): void {
  const set = (names: readonly string[], status: Status): void => {
    for (const name of names) {
      if (facts.status.get(name) === 'open' && status !== 'open') closeItems(facts, name)
      facts.status.set(name, status)
    }
  }
  switch (event.type) {
    case 'step.started':
      facts.attempts.set(event.step, event.attempt)
      facts.recent.set(event.step, facts.recent.get(event.step)! + 1)
      return set([event.step], 'running')
    case 'step.expanded':
      return expand(facts, event.step, event.items.length)
    case 'approval.requested':
      facts.attempts.set(event.step, facts.attempts.get(event.step)! + 1)
      return set([event.step], 'asked')
    case 'step.completed':
      facts.attempts.set(event.step, Math.max(facts.attempts.get(event.step)!, event.attempt))
      return set([event.step], 'completed')
    case 'step.failed': {
      const own = ownOf(plan, event.step)
      if (event.retryInMs !== undefined) return set([event.step], 'delayed')
      facts.attempts.set(event.step, Math.max(facts.attempts.get(event.step)!, event.attempt))
      if (isItem(event.step)) {
        if (failFast && !own.continueOnError) facts.firstFailure ??= own.name
        return set([event.step], 'failed')
      }
      if (own.continueOnError) return set([event.step], 'tolerated')
      facts.firstFailure ??= event.step
      return set([event.step], 'failed')
    }
    case 'step.cancelled':
      return set([event.step], 'cancelled')
    case 'step.interrupted':
      return set([event.step], 'waiting')
    case 'steps.skipped': {
      const phase = currentPhase(plan, facts)
      const passes = event.reason !== '--skip' && event.by === undefined && phase !== undefined && !applies(facts, phase)
      return set(event.steps, passes ? 'passed' : 'skipped')
    }
    case 'steps.cancelled':
      return set(event.steps, 'cancelled')
    case 'steps.blocked':
      for (const name of event.steps) facts.blockedBy.set(name, event.by)
      return set(event.steps, 'blocked')
    case 'steps.reset':
      return reset(plan, facts, event.steps)
    case 'run.cancel_requested':
      if (!facts.cancelled) facts.limited = event.code !== undefined
      facts.cancelled = true
      if (event.kill) facts.killedIn ??= facts.past.length
      return
    case 'run.paused':
      facts.paused = true
      return
    case 'run.unpaused':
      facts.paused = false
      return
    case 'run.completed':
    case 'run.failed':
    case 'run.cancelled':
      facts.ended = outcomeOf(facts)
      facts.paused = false
      return
    case 'driver.started':
      if (event.epoch > 1) reopen(plan, facts)
      return
    case 'run.created':
    case 'step.spawned':
    case 'step.waiting':
    case 'step.linked':
    case 'approval.decided':
    case 'context.set':
      return
  }
}

function expand(facts: Facts, step: string, count: number): void {
  facts.items.set(step, count)
  facts.attempts.set(step, facts.attempts.get(step)! + 1)
  facts.status.set(step, 'open')
  for (const item of itemsOf(facts, step)) {
    facts.status.set(item, 'waiting')
    facts.recent.set(item, 0)
    facts.attempts.set(item, facts.attempts.get(item) ?? 0)
  }
}

function closeItems(facts: Facts, step: string): void {
  for (const item of itemsOf(facts, step)) if (!isSettled(facts.status.get(item)!)) facts.status.set(item, 'cancelled')
}

/** Those that are named wait again; a step of which no item is named gets its items anew. */
function reset(plan: Plan, facts: Facts, names: readonly string[]): void {
  for (const name of names) {
    const kept = names.some((other) => isItem(other) && ownOf(plan, other).name === name)
    if (!isItem(name) && !kept) forgetItems(facts, name)
    if (kept && facts.status.get(name) !== 'open') facts.attempts.set(name, facts.attempts.get(name)! + 1)
    facts.status.set(name, kept ? 'open' : 'waiting')
    facts.recent.set(name, 0)
    facts.blockedBy.delete(name)
  }
  anew(facts)
}

function forgetItems(facts: Facts, step: string): void {
  for (const item of itemsOf(facts, step)) facts.status.delete(item)
  facts.items.delete(step)
}

function reopen(plan: Plan, facts: Facts): void {
  for (const [name, status] of facts.status) {
    const own = ownOf(plan, name).name
    if (satisfies(status) || satisfies(facts.status.get(own)!) || status === 'asked') continue
    const goesOn = !isItem(name) && facts.items.has(name)
    if (goesOn && status !== 'open') facts.attempts.set(name, facts.attempts.get(name)! + 1)
    facts.status.set(name, goesOn ? 'open' : 'waiting')
    facts.blockedBy.delete(name)
  }
  for (const name of facts.recent.keys()) facts.recent.set(name, 0)
  facts.ended = null
  facts.killedIn = null
  anew(facts)
}

/** Nothing has failed; the phases before the first that is not done have completed. */
function anew(facts: Facts): void {
  facts.firstFailure = null
  facts.cancelled = false
  facts.limited = false
  facts.runFailure = null
  facts.past = []
}

/** The phases that are over become past, each with its outcome. */
function passPhases(plan: Plan, facts: Facts): void {
  for (let phase = currentPhase(plan, facts); phase !== undefined; phase = currentPhase(plan, facts)) {
    const at = phase
    if (!plan.steps.every((step) => phaseOf(step) !== at || isSettled(facts.status.get(step.name)!))) return
    const outcome = facts.cancelled ? (facts.limited ? 'failed' : 'cancelled') : facts.firstFailure !== null ? 'failed' : 'completed'
    if (outcome === 'failed' && !facts.cancelled && outcomeOf(facts) === 'completed') facts.runFailure = facts.firstFailure
    facts.past.push(outcome)
    facts.firstFailure = null
    facts.cancelled = false
    facts.limited = false
  }
}
