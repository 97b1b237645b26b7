import type { KeyState } from '../model/context-points.ts'
import { duration } from '../model/quantity.ts'
import { StepLink } from '../parts/step-link.tsx'
import { useWritten } from './use-written.ts'

interface KeyRowProps {
  runId: string
  state: KeyState
  /** It was written at the moment that is looked at. */
  fresh: boolean
  onOpen: () => void
}

export function KeyRow({ runId, state: { key, versions }, fresh, onOpen }: KeyRowProps) {
  const last = versions[0]!
  const { data } = useWritten(runId, last.seq, key)
  return (
    <>
      <span role="cell" className="one">
        <button type="button" className="plain mono one" data-row="" onClick={onOpen}>
          {key}
        </button>
        {fresh && <span className="badge running">new</span>}
      </span>
      <code role="cell" className="value one dim">
        {data === undefined ? '' : JSON.stringify(data.value).slice(0, 200)}
      </code>
      <span role="cell" className="one small">
        {last.step === null ? last.who : <StepLink step={last.step} />}
      </span>
      <span role="cell" className="when num small dim">
        {duration(last.at)}
      </span>
      <span role="cell" className="times num small dim">
        {versions.length}
      </span>
    </>
  )
}
