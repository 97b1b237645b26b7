import type { StepAnswer } from '../api/answers.ts'
import { JsonView } from '../parts/json-view.tsx'

/** What a step was given: its arguments as the plan has them, and all of its definition. */
export function StepInputs({ data: { definition, item } }: { data: StepAnswer }) {
  const { name: _, args, ...rest } = definition
  return (
    <>
      <h3>Inputs</h3>
      {item !== undefined && (
        <>
          <p className="dim small">Its item</p>
          <JsonView value={item} />
        </>
      )}
      {args === undefined ? <p className="dim small">It takes no arguments.</p> : <JsonView value={args} />}
      <details>
        <summary>The step in the plan</summary>
        <JsonView value={rest} />
      </details>
    </>
  )
}
