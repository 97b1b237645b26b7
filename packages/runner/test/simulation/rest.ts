import type { Plan, PlanStep } from '../../src/lib/plan.ts'
import {
  applies, currentPhase, hasRoom, isBad, isFree, isGated, isItem, isSettled, isStopping, itemsOf, ownOf, phaseOf,
  phasesOf, satisfies, stepsThatAre, waitsFor, type Facts, type Limits,
} from './facts.ts'

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
