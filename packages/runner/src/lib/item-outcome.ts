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
  { items, scheduler: { names }, context }: Pick<RunParts, 'items' | 'scheduler' | 'context'>,
  at: number,
): EventData {
  if (failed.length > 0) throw itemsFailed(failed.map((item) => names.nameOf(item)), names.block(names.find(name)!)!.count)
  const writes = items!.gather(name)
  refusing(() => context.apply(writes, { who: name, step: name, attempt, at }))
  return { type: 'step.completed', step: name, attempt, writes, outputs: Object.keys(writes), artifacts: [], metrics: null }
}

/** `failed`: names of items. */
function itemsFailed(failed: readonly string[], count: number): RunnerError {
  const named = failed.slice(0, NAMED).join(', ')
  const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : ''
  return new RunnerError('STEP_ITEMS_FAILED', `${failed.length} of ${count} items failed: ${named}${more}.`, {
    fix: 'A resume runs again only the items that did not complete.',
    details: { failed: failed.length, items: count, names: failed.slice(0, NAMED) },
  })
}
