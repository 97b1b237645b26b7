import type { EventData } from '../../src/lib/events.ts'
import type { Plan } from '../../src/lib/plan.ts'
import {
  applies, currentPhase, isItem, isSettled, itemsOf, outcomeOf, ownOf, phaseOf, satisfies, type Facts, type Limits,
  type Status,
} from './facts.ts'

/** What an event makes of the facts; it may come. */
export function take(plan: Plan, facts: Facts, event: EventData, { failFast }: Limits): void {
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
export function passPhases(plan: Plan, facts: Facts): void {
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
