import { duration } from '../model/quantity.ts'
import { ticksOf, type TimeWindow } from '../model/time-window.ts'

/** Times since the run's beginning, above the bars. */
export function TimeAxis({ window }: { window: TimeWindow }) {
  return (
    <span role="columnheader" className="line axis">
      <span className="unseen">time since the beginning</span>
      {ticksOf(window, 5).map((at) => {
        const share = (at - window.from) / (window.to - window.from)
        const side = share < 0.04 ? ' first' : share > 0.94 ? ' last' : ''
        return (
          <span key={at} className={`tick${side}`} style={{ left: `${100 * share}%` }}>
            {at === 0 ? '0' : duration(at)}
          </span>
        )
      })}
    </span>
  )
}
