import type { EventData } from '../../src/lib/events.ts'
import type { Plan } from '../../src/lib/plan.ts'
import {
  applies, currentPhase, hasRoom, hasTriesLeft, isFree, isGated, isItem, isSettled, isStopping, itemsOf, outcomeOf,
  ownOf, phaseOf, satisfies, stepsThatAre, waitsFor, type Facts, type Limits, type Status,
} from './facts.ts'

/** Why an event may not come where it comes; undefined: it may. */
export function judge(plan: Plan, facts: Facts, event: EventData, { concurrency, failFast }: Limits): string | undefined {
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
      if (plan.steps.some((step) => phaseOf(step) !== 'on_failure' && is(step.name, 'passed'))) return 'what is to follow was left out'
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
