import { useRef, useState, type PointerEvent } from 'react'
import type { Insight } from '../api/answers.ts'
import { duration } from '../model/quantity.ts'
import { moved, zoomed, type TimeWindow } from '../model/time-window.ts'

const WIDTH = 1000
const HEIGHT = 56

interface OverviewProps {
  insight: Insight
  length: number
  window: TimeWindow
  onChange: (window: TimeWindow) => void
}

/** How many attempts ran at once over the whole run; a part of it can be chosen with the pointer, or with the buttons. */
export function Overview({ insight, length, window, onChange }: OverviewProps) {
  const ref = useRef<SVGSVGElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number }>()
  const total = Math.max(1, length)
  const x = (ms: number): number => (WIDTH * ms) / total
  const timeAt = (event: PointerEvent): number => {
    const { left, width } = ref.current!.getBoundingClientRect()
    return Math.min(1, Math.max(0, (event.clientX - left) / width)) * total
  }
  const drop = (): void => {
    if (drag && Math.abs(drag.to - drag.from) > total / 200) onChange({ from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) })
    setDrag(undefined)
  }
  const shown = drag ? { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) } : window
  const isWhole = window.from <= 0 && window.to >= length
  return (
    <div className="overview">
      <svg
        ref={ref}
        className="chart"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Attempts that ran at once over time, at most ${insight.peak}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: timeAt(event), to: timeAt(event) })
        }}
        onPointerMove={(event) => {
          if (drag) setDrag({ ...drag, to: timeAt(event) })
        }}
        onPointerUp={drop}
        onPointerCancel={() => setDrag(undefined)}
        onDoubleClick={() => onChange({ from: 0, to: length })}
      >
        {insight.halts.map(({ from, to }) => (
          <rect key={from} className="halt" x={x(from)} width={Math.max(1, x(to ?? length) - x(from))} height={HEIGHT} />
        ))}
        <path d={area(insight, length, x)} />
        {!(isWhole && drag === undefined) && (
          <>
            <rect className="outside" width={x(shown.from)} height={HEIGHT} />
            <rect className="outside" x={x(shown.to)} width={WIDTH - x(shown.to)} height={HEIGHT} />
            <rect className="inside" x={x(shown.from)} width={Math.max(1, x(shown.to) - x(shown.from))} height={HEIGHT} />
          </>
        )}
      </svg>
      <div className="axis-line">
        <span className="dim small">
          {isWhole ? `at most ${insight.peak} at once, over ${duration(length)}` : `${duration(window.from)} to ${duration(window.to)} of ${duration(length)}`}
        </span>
        <span className="grow" />
        <span className="zoom" role="group" aria-label="Part of the time">
          <Button label="Earlier" sign="←" off={window.from <= 0} onClick={() => onChange(moved(window, -0.25, length))} />
          <Button label="Later" sign="→" off={window.to >= length} onClick={() => onChange(moved(window, 0.25, length))} />
          <Button label="Larger" sign="+" onClick={() => onChange(zoomed(window, 0.5, length))} />
          <Button label="Smaller" sign="−" off={isWhole} onClick={() => onChange(zoomed(window, 2, length))} />
          <Button label="All of the run" sign="all" off={isWhole} onClick={() => onChange({ from: 0, to: length })} />
        </span>
      </div>
    </div>
  )
}

function Button({ label, sign, off = false, onClick }: { label: string; sign: string; off?: boolean; onClick: () => void }) {
  return (
    <button type="button" aria-label={label} title={label} disabled={off} onClick={onClick}>
      <span aria-hidden="true">{sign}</span>
    </button>
  )
}

/** What runs at the last event goes on until now. */
function area({ running, peak, until, status }: Insight, length: number, x: (ms: number) => number): string {
  const y = (count: number): number => HEIGHT - ((HEIGHT - 4) * count) / Math.max(1, peak)
  const points = status === 'running' ? running.filter(([at]) => at < until) : running
  const last = status === 'running' ? length : until
  const path = points.map(([at, count]) => `H${x(at).toFixed(1)}V${y(count).toFixed(1)}`)
  return `M0 ${HEIGHT}${path.join('')}H${x(last).toFixed(1)}V${HEIGHT}z`
}
