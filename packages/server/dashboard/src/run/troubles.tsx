import type { Insight } from '../api/answers.ts'
import { counted, duration, listed } from '../model/quantity.ts'
import type { RunPicture } from '../model/run-picture.ts'
import { Words } from '../parts/words.tsx'
import { ErrorFix } from './error-fix.tsx'
import { StepLink } from '../parts/step-link.tsx'

const SHOWN = 3

/** What failed first and why; what it keeps from beginning. */
export function Troubles({ picture: { insight } }: { picture: RunPicture }) {
  const { failures, failures_count: count, error, status } = insight
  if (failures.length === 0) {
    if (error === null || status === 'running') return null
    return (
      <section className={`trouble${status === 'cancelled' ? ' mild' : ''}`} aria-label="What went wrong">
        <h2>{error.code}</h2>
        <p>
          <Words text={error.message} />
        </p>
        <ErrorFix error={error} />
      </section>
    )
  }
  const shown = failures.slice(0, SHOWN)
  const tolerated = shown.filter((failure) => failure.tolerated)
  return (
    <section aria-label="What went wrong">
      {shown.map((failure) => !failure.tolerated && <FailureBox key={failure.step} failure={failure} />)}
      {tolerated.length > 0 && (
        <div className="trouble mild">
          <h2>What failed, and the recipe tolerates</h2>
          {tolerated.map(({ error: why, ...failure }) => (
            <p key={failure.step} className="some">
              <Failed {...failure} />: <b>{why.code}</b>: <Words text={why.message} />
            </p>
          ))}
        </div>
      )}
      {count > SHOWN && <p className="small">{counted(count - SHOWN, 'more step')} failed: the timeline has them, by their status.</p>}
    </section>
  )
}

type Failure = Insight['failures'][number]

function FailureBox({ failure: { error, blocks, blocks_count: blocked, ...failure } }: { failure: Failure }) {
  return (
    <div className="trouble">
      <h2>
        <Failed {...failure} />
      </h2>
      <p className="some">
        <b>{error.code}</b>: <Words text={error.message} />
      </p>
      <ErrorFix error={error} />
      {blocked > 0 && (
        <p className="small">
          Because of it, {counted(blocked, 'step')} cannot begin: {listed(blocks, blocked)}.
        </p>
      )}
    </div>
  )
}

function Failed({ step, at, attempts }: Pick<Failure, 'step' | 'at' | 'attempts'>) {
  return (
    <>
      <StepLink step={step} /> failed {duration(at)} into the run
      {attempts > 1 && `, after ${attempts} attempts`}
    </>
  )
}
