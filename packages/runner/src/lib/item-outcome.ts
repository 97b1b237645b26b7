import type { Context } from '@lorc/context'
import { RunnerError } from './errors.ts'
import type { RecordedWrite } from './events.ts'
import { refusing } from './outcome.ts'
import type { PlanStep } from './plan.ts'

const NAMED = 20

/**
 * Commits what the items of a `for_each` step wrote, gathered, to the run's context: all of it or, when this throws
 * (RunnerError STEP_*), nothing.
 */
export function concludeItems(
  step: PlanStep,
  attempt: number,
  writes: { [key: string]: RecordedWrite },
  { context }: { context: Context },
  at: number,
): void {
  refusing(() => context.apply(writes, { who: step.name, step: step.name, attempt, at }))
}

/** `failed`: names of items. */
export function itemsFailed(failed: readonly string[], count: number): RunnerError {
  const named = failed.slice(0, NAMED).join(', ')
  const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : ''
  return new RunnerError('STEP_ITEMS_FAILED', `${failed.length} of ${count} items failed: ${named}${more}.`, {
    fix: 'A resume runs again only the items that did not complete.',
    details: { failed: failed.length, items: count, names: failed.slice(0, NAMED) },
  })
}
