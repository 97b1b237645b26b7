import { memo } from 'react'
import { duration } from '../model/quantity.ts'
import { tookOf, type StepLine } from '../model/run-picture.ts'
import type { TimeWindow } from '../model/time-window.ts'
import { StatusText } from '../parts/status.tsx'
import { StepLink } from '../parts/step-link.tsx'
import { StepBar } from './step-bar.tsx'

interface TimelineRowProps {
  line: StepLine
  window: TimeWindow
  /** Milliseconds since the run began. */
  now: number
  onPath: boolean
}

export const TimelineRow = memo(function TimelineRow({ line, window, now, onPath }: TimelineRowProps) {
  const took = tookOf(line, now)
  const cached = line.spans.some(([, , , , end]) => end === 'cached')
  return (
    <>
      <span role="cell" className="name one">
        <StepLink step={line.name} className="step-name" inRow />
        {onPath && (
          <span className="diamond" title="on the critical path">
            <span aria-hidden="true">◆</span>
            <span className="unseen">on the critical path</span>
          </span>
        )}
        {line.attempts > 1 && !line.isItem && <span className="dim small">{line.attempts}×</span>}
      </span>
      <span role="cell" className="state one small">
        <StatusText status={line.status}>{cached ? 'cached' : undefined}</StatusText>
      </span>
      <span role="cell" className="took num small">
        {took === null ? '' : duration(took)}
      </span>
      <span role="cell" className="line">
        <StepBar spans={line.spans} window={window} now={now} />
      </span>
    </>
  )
})
