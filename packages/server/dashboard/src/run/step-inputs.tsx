import type { StepAnswer } from '../api/answers.ts'
import { isSchema } from '../model/plain-schema.ts'
import { routeHref } from '../model/route.ts'
import { JsonView } from '../parts/json-view.tsx'

/** What a step was given: its arguments as the plan has them, and all of its definition. */
export function StepInputs({ data: { definition, item, run_id: runId, step, item_of: itemOf } }: { data: StepAnswer }) {
  const { name: _, args, job, ...rest } = definition
  return (
    <>
      <h3>Inputs</h3>
      {item !== undefined && (
        <>
          <p className="dim small">Its item</p>
          <JsonView value={item} />
        </>
      )}
      {job !== undefined && <JobInputs job={job} from={`${runId} ${itemOf ?? step}`} />}
      {args === undefined ? job === undefined && <p className="dim small">It takes no arguments.</p> : <JsonView value={args} />}
      <details>
        <summary>The step in the plan</summary>
        <JsonView value={job === undefined ? rest : { job, ...rest }} />
      </details>
    </>
  )
}

/** What a job is given, and a way to start another one with it. */
function JobInputs({ job, from }: { job: unknown; from: string }) {
  if (!isSchema(job)) return null
  const { package: of, name, ...given } = job
  return (
    <>
      <p className="small">
        The job <b>{String(name)}</b> of <code>{String(of)}</code>
      </p>
      {Object.keys(given).length > 0 && <JsonView value={given} />}
      <p>
        <a href={routeHref(['start', 'jobs', `${String(of)} ${String(name)}`], { from })}>Start a run with these</a>
      </p>
    </>
  )
}
