import type { RunItem } from '../api/answers.ts'
import { fieldsOf, type Field } from './form-fields.ts'
import type { StepLine } from './run-picture.ts'

/** Steps that are offered by boxes to tick; of more, names are entered. */
const MOST_BOXES = 12

/**
 * What a run can be mended with before it goes on: fields of the body of `POST /runs/{run_id}/resume`. One that has completed
 * goes on with nothing unless steps are to run again.
 */
export function resumeFields(status: RunItem['status'], lines: readonly StepLine[] | undefined): Field[] {
  const steps = lines?.filter(({ isItem }) => !isItem)
  const names = (isChosen: (line: StepLine) => boolean): string[] | undefined => steps?.filter(isChosen).map(({ name }) => name)
  const isOver = ({ status: came }: StepLine): boolean => came === 'completed' || came === 'skipped'
  const hasCompleted = status === 'completed'
  return fieldsOf({
    properties: {
      from: { title: 'Run again', description: 'These steps, and all that depends on them', ...listOf(names(isOver)) },
      ...(!hasCompleted && { skip: { title: 'Skip', description: 'What waits for these steps begins as if they were done', ...listOf(names((line) => !isOver(line))) } }),
      set: { type: 'object', title: 'Set', description: 'Values of the context to write first, by their keys', examples: ['{ "sales.rate_v1": 1.07 }'] },
    },
    required: hasCompleted ? ['from'] : [],
  })
}

function listOf(names: readonly string[] | undefined): object {
  const few = names !== undefined && names.length > 0 && names.length <= MOST_BOXES
  return { type: 'array', items: { type: 'string', ...(few && { enum: names }) } }
}
