import { counted, duration, listed } from '../model/quantity.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { Words } from '../parts/words.tsx'
import { ErrorFix } from './error-fix.tsx'
import { StepLink } from './step-link.tsx'

const SHOWN = 3

/** What failed first and why; what it keeps from beginning. */
export function Troubles({ picture: { insight } }: { picture: RunPicture }) {
  const { failures, failures_count: count, error, status } = insight
  if (failures.length === 0) {
    if (error === null || status === 'running') return null
    return (
      <section className="trouble" aria-label="What went wrong">
        <h2>{error.code}</h2>
        <p>
          <Words text={error.message} />
        </p>
        <ErrorFix error={error} />
      </section>
    )
  }
  return (
    <section aria-label="What went wrong">
      {failures.slice(0, SHOWN).map(({ step, at, attempts, error: why, tolerated, blocks, blocks_count: blocked }) => (
        <div key={step} className={`trouble${tolerated ? ' mild' : ''}`}>
          <h2>
            <StepLink step={step} /> failed {duration(at)} into the run
            {attempts > 1 && `, after ${attempts} attempts`}
            {tolerated && ', which the recipe tolerates'}
          </h2>
          <p className="some">
            <b>{why.code}</b>: <Words text={why.message} />
          </p>
          <ErrorFix error={why} />
          {blocked > 0 && (
            <p className="small">
              Because of it, {counted(blocked, 'step')} cannot begin: {listed(blocks, blocked)}.
            </p>
          )}
        </div>
      ))}
      {count > SHOWN && <p className="small">{counted(count - SHOWN, 'more step')} failed: the timeline has them, by their status.</p>}
    </section>
  )
}
