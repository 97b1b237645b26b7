import type { Repair } from '../api.ts'
import { RunnerError } from '../errors.ts'
import type { EventData } from '../events.ts'
import type { Graph } from '../plan/graph.ts'
import type { Plan } from '../plan.ts'
import type { RunFold } from '../run-state/run-fold.ts'
import { unknownStep, withDependents } from '../plan/run-order.ts'
import { parseItemName } from '../plan/step-names.ts'

/**
 * The events of a person's repair of a run, in the order in which they are to be journaled. Throws RUN_STEP_UNKNOWN,
 * REPAIR_INVALID. `fold` is the run as it is before it goes on.
 */
export function repairEvents(plan: Plan, graph: Graph, fold: RunFold, { by, reason, set = {}, skip = [], from = [] }: Repair): EventData[] {
  const events: EventData[] = []
  for (const name of [...skip, ...from]) checkKnown(plan, fold, name)
  const done = skip.find((name) => isDone(plan, graph, fold, name))
  if (done !== undefined) throw new RunnerError('REPAIR_INVALID', `There is nothing to skip: "${done}" is done.`, { details: { step: done } })
  const skipped = skip.filter((name) => fold.step(name).status !== 'skipped')
  const keys = Object.keys(set)
  if (keys.length > 0) events.push({ type: 'context.set', writes: Object.fromEntries(keys.map((key) => [key, { value: set[key]! }])), by, reason })
  if (skipped.length > 0) events.push({ type: 'steps.skipped', steps: skipped, reason, by })
  const again = resets(plan, graph, fold, from).filter((name) => !skip.includes(name))
  if (again.length > 0) events.push({ type: 'steps.reset', steps: again, by, reason })
  return events
}

/** Throws REPAIR_INVALID for a repair after which a completed run would have nothing to do. */
export function checkRepairOfCompleted(runId: string, repair: Repair | undefined): void {
  if (!repair || repair.from?.length) return
  throw new RunnerError('REPAIR_INVALID', `Run ${runId} has completed: nothing would run again.`, { fix: 'Name the step to run again from (`from`, `--from STEP`).' })
}

/** The steps that are named, and all that come to wait for them, as far as a resume would not run them again by itself. */
function resets(plan: Plan, graph: Graph, fold: RunFold, from: readonly string[]): string[] {
  const leftOut = leftOutBy(fold)
  const items = from.filter((name) => !graph.index.has(name))
  const parents = items.map((name) => parseItemName(name)!.step)
  const named = new Set(from)
  const steps = [...withDependents(graph, [...from.filter((name) => graph.index.has(name)), ...parents])]
    .sort((a, b) => a - b)
    .map((i) => plan.steps[i]!)
    .map(({ name }) => name)
    .filter((name) => named.has(name) || isBegun(fold, name) || isDone(plan, graph, fold, name) || (fold.step(name).status === 'skipped' && !leftOut(name)))
  // A step that is itself to run again gets its items anew.
  return [...new Set([...steps, ...parents]), ...items.filter((name) => !named.has(parseItemName(name)!.step))]
}

/** Its items, or what it asks, were decided on: with what comes before it, that is to be done anew. */
function isBegun(fold: RunFold, name: string): boolean {
  const { status, items, approval } = fold.step(name)
  return items !== null || (status === 'running' && approval !== null)
}

/** Completed, or failed where that is tolerated; an item of such a step, too. */
function isDone(plan: Plan, graph: Graph, fold: RunFold, name: string): boolean {
  const own = parseItemName(name)?.step ?? name
  const { status } = fold.step(own)
  if (status === 'completed' || (status === 'failed' && plan.steps[graph.index.get(own)!]!.continueOnError === true)) return true
  return own !== name && fold.step(name).status === 'completed'
}

/** What the run's own options leave out stays left out. */
function leftOutBy({ options: { only, skip } }: RunFold): (name: string) => boolean {
  const onlys = only && new Set(only)
  const skips = new Set(skip)
  return (name) => skips.has(name) || (onlys !== undefined && !onlys.has(name))
}

function checkKnown(plan: Plan, fold: RunFold, name: string): void {
  if (fold.has(name)) return
  throw unknownStep(plan, 'The repair', name, parseItemName(name) && 'Items are known once their for_each step has begun.')
}
