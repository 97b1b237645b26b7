import { RunnerError } from './errors.ts'
import type { EventData } from './events.ts'
import { refusing } from './outcome.ts'
import type { PlanStep } from './plan.ts'
import type { RunParts } from './run-parts.ts'

const NAMED = 20

/**
 * How a `for_each` step ends whose items are over: completed with what they wrote, gathered and committed to the run's
 * context; all of it or, when this throws (RunnerError STEP_*), nothing. `failed`: items, by index.
 */
export function gatherItems(
  { name }: PlanStep,
  attempt: number,
  failed: readonly number[],
  { items, scheduler: { names }, fold, context }: Pick<RunParts, 'items' | 'scheduler' | 'fold' | 'context'>,
  at: number,
): EventData {
  if (failed.length > 0) {
    const named = failed.map((item) => names.nameOf(item))
    throw itemsFailed(named, names.block(names.find(name)!)!.count, fold.step(named[0]!).error?.message)
  }
  const writes = items!.gather(name)
  const results = fold.resultsOf(name)
  refusing(() => context.apply(writes, { who: name, step: name, attempt, at }))
  return { type: 'step.completed', step: name, attempt, writes, outputs: Object.keys(writes), artifacts: [], metrics: null, ...(results && { meta: { result: results } }) }
}

/** `failed`: names of items; `first`: why the first of them failed. */
function itemsFailed(failed: readonly string[], count: number, first: string | undefined): RunnerError {
  const named = failed.slice(0, NAMED).join(', ')
  const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : ''
  return new RunnerError('STEP_ITEMS_FAILED', `${failed.length} of ${count} items failed: ${named}${more}.${first === undefined ? '' : ` ${failed[0]}: ${first}`}`, {
    fix: 'A resume runs again only the items that did not complete.',
    details: { failed: failed.length, items: count, names: failed.slice(0, NAMED) },
  })
}
