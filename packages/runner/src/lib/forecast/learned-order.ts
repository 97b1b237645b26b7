import { forecast } from './forecast.ts'
import { graphOf } from '../plan/graph.ts'
import { pastDurations } from './past-durations.ts'
import type { Plan } from '../plan.ts'
import type { Durations } from '../scheduler/start-order.ts'
import type { RunStore } from '../store.ts'

/** Runs that the order is learned from. */
const RUNS = 5
/** Milliseconds that another order has to save: less is noise. */
const WORTH_MS = 5

/**
 * What the scheduler is to order ready steps by: the durations, if starting the longest remaining path first ends the run
 * sooner than starting steps as the plan lists them; else undefined. A greedy order can lose to any other one on some graph
 * (Graham 1969, "Bounds on multiprocessing timing anomalies"), so both are tried on the plan: never worse than its own order.
 */
export function learnedOrder(plan: Plan, durations: Durations, concurrency: number): Durations | undefined {
  if (!hasChoice(plan, concurrency)) return undefined
  const duration = expectedDurations(plan, durations)
  if (!duration) return undefined
  const listed = forecast(plan, { duration: ({ name }) => duration(name), concurrency })
  const longest = forecast(plan, { duration: ({ name }) => duration(name), concurrency, learned: durations })
  return longest.makespanMs <= listed.makespanMs - WORTH_MS ? durations : undefined
}

/** `learnedOrder` of the last runs of the plan's name; reads nothing where there is nothing to choose. */
export async function orderFromPast(store: RunStore, plan: Plan, concurrency: number): Promise<Durations | undefined> {
  if (!hasChoice(plan, concurrency)) return undefined
  const past = await pastDurations(store, plan.name, plan.steps.length, RUNS)
  return past.size === 0 ? undefined : learnedOrder(plan, (step) => past.get(step)?.medianMs, concurrency)
}

/** What each step is expected to take: what is known, and the median of that for the rest. Undefined: nothing is known. */
export function expectedDurations(plan: Plan, durations: Durations): ((step: string) => number) | undefined {
  const known = plan.steps.flatMap(({ name }) => durations(name) ?? []).sort((a, b) => a - b)
  const median = known[known.length >> 1]
  return median === undefined ? undefined : (step) => durations(step) ?? median
}

/** Whether more steps can be ready than there are slots. */
function hasChoice(plan: Plan, concurrency: number): boolean {
  if (plan.steps.length <= concurrency) return false
  const { size, stages } = graphOf(plan)
  return stages < size
}
