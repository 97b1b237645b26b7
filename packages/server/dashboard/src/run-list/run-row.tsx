import { memo } from 'react'
import type { RunItem } from '../api/answers.ts'
import { ago, counted, duration, timestamp } from '../model/quantity.ts'
import { runHref } from '../model/route.ts'
import { StatusText } from '../parts/status.tsx'

interface RunRowProps {
  run: RunItem
  now: number
  chosen: boolean
  onChoose: (runId: string, chosen: boolean) => void
}

/** What there is to say of a run in a line. */
export const RunRow = memo(function RunRow({ run, now, chosen, onChoose }: RunRowProps) {
  const created = Date.parse(run.created_at)
  const took = run.ended_at === null ? now - created : Date.parse(run.ended_at) - created
  return (
    <>
      <span role="cell" className="choose">
        <input type="checkbox" checked={chosen} aria-label={`Compare ${run.run_id}`} onChange={(event) => onChoose(run.run_id, event.target.checked)} />
      </span>
      <span role="cell" className="state">
        <StatusText status={run.status} />
      </span>
      <span role="cell" className="name one">
        <a href={runHref(run.run_id)} data-row="">
          {run.name}
        </a>
        <Note run={run} />
      </span>
      <code role="cell" className="id one dim">
        {run.run_id}
      </code>
      <span role="cell" className="recipe one dim small">
        {run.recipe ?? ''}
      </span>
      <span role="cell" className="when one" title={timestamp(created)}>
        {ago(created, now)}
      </span>
      <span role="cell" className="took num">
        {duration(took)}
      </span>
      <span role="cell" className="steps num dim">
        <span className="only-narrow">{counted(run.step_count, 'step')}</span>
        <span className="only-wide">{run.step_count.toLocaleString('en')}</span>
      </span>
    </>
  )
})

/** What its status does not say. */
function Note({ run }: { run: RunItem }) {
  if (run.waiting_for.length > 0 || run.waits_within) return <span className="badge attention">waits for approval</span>
  if (run.paused !== null) return <span className="badge attention">paused by {run.paused.by}</span>
  if (run.queued) return <span className="badge waiting">queued</span>
  if (run.abandoned) return <span className="badge attention">nobody drives it</span>
  if (run.error !== null && run.status === 'failed') return <span className="why one dim small">{run.error.message}</span>
  return null
}
