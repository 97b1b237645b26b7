import type { Insight, StepStatus } from '../api/answers.ts'
import { counted, duration, number, timestamp } from '../model/quantity.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { routeHref, runHref } from '../model/route.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Badge, MARKS, STATUSES } from '../parts/status.tsx'
import { RunActions } from './run-actions.tsx'

interface RunHeaderProps {
  picture: RunPicture
  length: number
  live: boolean
  onChange: () => void
}

export function RunHeader({ picture, length, live, onChange }: RunHeaderProps) {
  const { insight } = picture
  const { run_id: runId, name, status, paused, cancelling, queued, abandoned, description, created_at: created, recipe, parent, facts } = insight
  return (
    <header className="run-head">
      <div className="head">
        <h1>{name}</h1>
        <Badge status={status} />
        {paused !== null && <span className="badge attention">paused by {paused.by}</span>}
        {cancelling !== null && <span className="badge cancelled">cancelling</span>}
        {queued && <span className="badge waiting">queued</span>}
        {abandoned && <span className="badge attention">nobody drives it</span>}
        {live && !abandoned && <span className="live">live</span>}
        {!live && status === 'running' && !abandoned && (
          <span className="dim small" role="status">
            connecting…
          </span>
        )}
        <span className="grow" />
        <RunActions picture={picture} onChange={onChange} />
      </div>
      <p className="dim small facts">
        <span>
          <code>{runId}</code> <CopyButton text={runId} what="the run's id" />
        </span>
        <span>
          begun {timestamp(created)}, {status === 'running' ? 'so far' : 'took'} {duration(length)}
        </span>
        {recipe !== null && (
          <span>
            recipe <a href={routeHref(['runs'], { recipe: recipe.path })}>{recipe.path}</a>
          </span>
        )}
        {parent !== null && (
          <span>
            step <a href={runHref(parent.run_id, 'graph', { step: parent.step })}>{parent.step}</a> of <code>{parent.run_id}</code>
          </span>
        )}
        <Origin origin={facts.origin} />
      </p>
      {description !== null && <p>{description}</p>}
      {paused !== null && (
        <p className="small">
          {paused.by} paused it on {timestamp(paused.at)}: {paused.reason}
        </p>
      )}
      {cancelling !== null && (
        <p className="small" role="status">
          {cancelling.by} cancelled it: {cancelling.reason}. What still runs is being ended.
        </p>
      )}
      {queued && <p className="small">It was taken in, and waits for its turn: the service drives as many runs as it may.</p>}
      {abandoned && paused === null && <p className="small">What drove it has ended before the run had. It goes on where it was once somebody resumes it.</p>}
      <Progress insight={insight} />
    </header>
  )
}

function Origin({ origin }: { origin: Insight['facts']['origin'] }) {
  if (origin === null) return null
  if (origin.type === 'schedule') return <span>started by the schedule of {origin.recipe}</span>
  const source = origin.run_id ?? ''
  return (
    <span>
      {origin.type} of <a href={runHref(source)}>{source}</a>
    </span>
  )
}

/** What is over comes first, what has not begun last. */
const ALONG: readonly StepStatus[] = ['completed', 'skipped', 'cancelled', 'failed', 'blocked', 'running', 'waiting']

/** How many steps have come to what: as a bar, and in words. */
function Progress({ insight: { counts, step_count: all, peak } }: { insight: Insight }) {
  const there = STATUSES.filter((status) => counts[status] !== undefined)
  const order = ALONG.filter((status) => counts[status] !== undefined)
  const widths = order.map((status) => (1000 * (counts[status] ?? 0)) / Math.max(1, all))
  return (
    <div className="progress">
      <svg className="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
        {order.map((status, i) => (
          <rect key={status} className={`is-${status}`} x={widths.slice(0, i).reduce((sum, width) => sum + width, 0)} width={widths[i]} height="10" />
        ))}
      </svg>
      <ul className="tally">
        <li>{counted(all, 'step')}</li>
        {there.map((status) => (
          <li key={status} className={status}>
            <span aria-hidden="true">{MARKS[status]}</span> {number(counts[status] ?? 0)} {status}
          </li>
        ))}
        {peak > 0 && <li className="dim">at most {number(peak)} at once</li>}
      </ul>
    </div>
  )
}
