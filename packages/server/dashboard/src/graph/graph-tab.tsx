import { counted } from '../model/quantity.ts'
import type { TabProps } from '../parts/tab-props.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { OverviewGraph } from './overview-graph.tsx'
import { WholeGraph } from './whole-graph.tsx'

/** With more steps than these, steps that wait for the same are drawn as one at first. */
const MOST_DRAWN = 120

/** Who waits for whom, and what each step has come to. */
export function GraphTab(props: TabProps) {
  const { step_count: steps } = props.picture.insight
  const isLarge = steps > MOST_DRAWN
  const all = props.query['all'] === 'true'
  return (
    <section aria-label="Graph" className="graph">
      {isLarge && (
        <div className="tools">
          <span className="dim small">{all ? counted(steps, 'step') : `${counted(steps, 'step')}; those that wait for the same are drawn as one`}</span>
          <button type="button" aria-pressed={all} onClick={() => changeQuery({ all: all ? '' : 'true' })}>
            Every step
          </button>
        </div>
      )}
      {isLarge && !all ? <OverviewGraph {...props} /> : <WholeGraph {...props} isLarge={isLarge} />}
    </section>
  )
}
