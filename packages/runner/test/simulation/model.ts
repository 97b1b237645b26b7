import type { EventData } from '../../src/lib/events.ts'
import type { Plan } from '../../src/lib/plan.ts'
import { blankFacts, Violation, type Facts, type Limits } from './facts.ts'
import { judge } from './judge.ts'
import { passPhases, take } from './take.ts'

/**
 * What a journal may say, as plainly as it can be put: every rule is recomputed from the steps' statuses, over the
 * whole plan, at every event. Shares no code with what it judges.
 */

/** Folds a journal, refusing (Violation) the first event that may not come where it comes. */
export function factsOf(plan: Plan, events: readonly EventData[], limits: Limits): Facts {
  const facts = blankFacts(plan)
  events.forEach((event, seq) => advance(plan, facts, event, limits, seq))
  return facts
}

/** Takes one event more, or refuses it (Violation). */
export function advance(plan: Plan, facts: Facts, event: EventData, limits: Limits, seq: number): void {
  const wrong = judge(plan, facts, event, limits)
  if (wrong !== undefined) throw new Violation(`${wrong}, at event ${seq}: ${JSON.stringify(event)}`)
  take(plan, facts, event, limits)
  passPhases(plan, facts)
}
