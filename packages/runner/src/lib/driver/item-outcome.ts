import { RunnerError } from '../errors.ts'
import type { EventData, RecordedError } from '../events.ts'
import { refusing } from '../attempts/outcome.ts'
import type { PlanStep } from '../plan.ts'
import type { RunParts } from './run-parts.ts'

const NAMED = 20
const SPANS = 5

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
    throw itemsFailed(named, spans(failed), names.block(names.find(name)!)!.count, fold.step(named[0]!).error)
  }
  const writes = items!.gather(name)
  const results = fold.resultsOf(name)
  refusing(() => context.apply(writes, { who: name, step: name, attempt, at }))
  return { type: 'step.completed', step: name, attempt, writes, outputs: Object.keys(writes), artifacts: [], metrics: null, ...(results && { meta: { result: results } }) }
}

/** `failed`: names of items; `of`: their runs of neighbours; `first`: why the first of them failed. */
function itemsFailed(failed: readonly string[], of: readonly Span[], count: number, first: RecordedError | null): RunnerError {
  const shown = of.slice(0, SPANS)
  const unnamed = failed.length - shown.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  const named = shown.map(({ from, to }) => (from === to ? failed[from] : `${failed[from]}${to === from + 1 ? ', ' : ' to '}${failed[to]}`)).join(', ')
  const which = failed.length === 1 && first ? '' : `: ${named}${unnamed > 0 ? ` and ${unnamed} more` : ''}`
  const why = first ? ` ${failed[0]}: ${first.message}` : ''
  return new RunnerError('STEP_ITEMS_FAILED', `${failed.length} of ${count} items failed${which}.${why}`, {
    fix: fixOf(failed[0]!, first?.fix),
    details: { failed: failed.length, items: count, names: failed.slice(0, NAMED) },
  })
}

/** A fix that is a command or a line of code stands at the end, where it can be copied. */
function fixOf(item: string, fix: string | undefined): string {
  const resume = 'A resume runs again only the items that did not complete.'
  if (fix === undefined) return resume
  return /[.!?]$/.test(fix) ? `${fix} ${resume}` : `${resume} For ${item}: ${fix}`
}

/** From one place of a list to another, both included. */
interface Span {
  from: number
  to: number
}

/** The places of a list, those whose (ascending) numbers follow each other as one span. */
function spans(numbers: readonly number[]): Span[] {
  const found: Span[] = []
  for (const [place, number] of numbers.entries()) {
    const last = found.at(-1)
    if (last !== undefined && numbers[last.to] === number - 1) last.to = place
    else found.push({ from: place, to: place })
  }
  return found
}
