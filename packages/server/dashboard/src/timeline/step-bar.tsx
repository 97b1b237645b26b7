import type { SpanRow } from '../api/answers.ts'
import { duration } from '../model/quantity.ts'
import type { TimeWindow } from '../model/time-window.ts'
import { spanWords } from '../model/span-words.ts'

const WIDTH = 1000
/** What happened in a blink is still seen. */
const NARROWEST = 2.5

interface StepBarProps {
  spans: readonly SpanRow[]
  window: TimeWindow
  now: number
}

/** A step's time in a window of the run's, in the colours of the legend. */
export function StepBar({ spans, window, now }: StepBarProps) {
  const scale = WIDTH / (window.to - window.from)
  return (
    <svg className="bar" viewBox={`0 0 ${WIDTH} 10`} preserveAspectRatio="none" aria-hidden="true">
      {spans.map((span, i) => {
        const [kind, from, end, , how] = span
        const to = end ?? now
        if (to < window.from || from > window.to) return null
        const left = Math.max(0, (from - window.from) * scale)
        const right = Math.min(WIDTH, (to - window.from) * scale)
        const width = Math.max(NARROWEST, right - left)
        const outcome = kind === 'ran' ? ` ${how ?? 'going'}` : ''
        return (
          <rect key={i} className={kind + outcome} x={Math.min(left, WIDTH - NARROWEST)} width={width} height="10">
            <title>{`${spanWords(span)}, ${duration(to - from)}`}</title>
          </rect>
        )
      })}
    </svg>
  )
}
