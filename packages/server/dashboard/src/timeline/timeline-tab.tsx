import { useDeferredValue, useMemo, useState } from 'react'
import type { StepStatus } from '../api/answers.ts'
import { findSteps, SORTS, type Sort } from '../model/find-steps.ts'
import { counted, duration, number } from '../model/quantity.ts'
import type { StepLine } from '../model/run-picture.ts'
import { moved, zoomed, type TimeWindow } from '../model/time-window.ts'
import { STATUSES } from '../parts/status.tsx'
import { useRowKeys } from '../hooks/use-row-keys.ts'
import { useWindowRows } from '../hooks/use-window-rows.ts'
import type { TabProps } from '../parts/tab-props.ts'
import { useShortcuts } from '../hooks/shortcuts.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { useWide } from '../hooks/use-wide.ts'
import { Legend } from './legend.tsx'
import { Overview } from './overview.tsx'
import { TimeAxis } from './time-axis.tsx'
import { TimelineRow } from './timeline-row.tsx'

const ROW = 30
const NARROW_ROW = 52

/** Every step over time, as rows: a run of 50,000 steps has them all. */
export function TimelineTab(props: TabProps) {
  const { lines } = props.picture
  return lines === undefined ? <p className="none">Reading the steps…</p> : <Timeline {...props} lines={lines} />
}

function Timeline({ picture, lines, length, query }: TabProps & { lines: readonly StepLine[] }) {
  const [zoom, setZoom] = useState<TimeWindow>()
  const window = useMemo(() => zoom ?? { from: 0, to: Math.max(1, length) }, [zoom, length])
  const [text, setText] = useState('')
  const [sort, setSort] = useState<Sort>('plan')
  const status = STATUSES.find((name) => name === query['status']) ?? ''
  const path = query['path'] === 'true'
  const wanted = useDeferredValue(text)
  const found = useMemo(() => findSteps(lines, picture.path, { text: wanted, status, path, sort }), [lines, picture.path, wanted, status, path, sort])
  const isWide = useWide()
  const { ref, rows, offset } = useWindowRows(found.length, isWide ? ROW : NARROW_ROW)
  const keys = useRowKeys(found.length, (position) => rows.scrollToIndex(position, { align: 'auto' }))

  const change = (next: TimeWindow): void => setZoom(next.from <= 0 && next.to >= length ? undefined : next)
  useShortcuts({
    '+': () => change(zoomed(window, 0.5, length)),
    '=': () => change(zoomed(window, 0.5, length)),
    '-': () => change(zoomed(window, 2, length)),
    '0': () => setZoom(undefined),
    ArrowLeft: () => change(moved(window, -0.25, length)),
    ArrowRight: () => change(moved(window, 0.25, length)),
  })
  const { step_count: all, path: links } = picture.insight
  return (
    <section aria-label="Timeline" className="timeline">
      <Overview insight={picture.insight} length={length} window={window} onChange={change} />
      <div className="tools" role="search">
        <input type="search" value={text} aria-label="Find steps" placeholder="Find steps by name   /" onChange={(event) => setText(event.target.value)} />
        <select aria-label="Status" value={status} onChange={(event) => changeQuery({ status: event.target.value })}>
          <option value="">every status</option>
          {STATUSES.map((name: StepStatus) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select aria-label="Order" value={sort} onChange={(event) => setSort(SORTS.find((name) => name === event.target.value) ?? 'plan')}>
          <option value="plan">in the plan's order</option>
          <option value="start">by start</option>
          <option value="took">longest first</option>
          <option value="status">by status</option>
          <option value="name">by name</option>
        </select>
        <button type="button" aria-pressed={path} onClick={() => changeQuery({ path: path ? '' : 'true' })}>
          Critical path
        </button>
        <span className="dim small" role="status">
          {found.length === all ? counted(all, 'step') : `${number(found.length)} of ${counted(all, 'step')}`}
        </span>
      </div>
      {path && <PathNote links={links} />}
      <div className="list steps" role="table" aria-label="Steps over time" aria-rowcount={found.length + 1}>
        <div className="row top" role="row" aria-rowindex={1}>
          <span role="columnheader">step</span>
          <span role="columnheader" className="state">
            status
          </span>
          <span role="columnheader" className="took num">
            took
          </span>
          <TimeAxis window={window} />
        </div>
        <div ref={ref} className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }} onKeyDown={keys}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const position = found[index]!
            const line = lines[position]!
            return (
              <div key={position} className={`row${line.isItem ? ' item' : ''}${path ? '' : picture.path.has(position) ? ' on-path' : ''}`} role="row" aria-rowindex={index + 2} data-index={index} style={{ height: size, transform: `translateY(${start - offset}px)` }}>
                <TimelineRow line={line} window={window} now={length} onPath={picture.path.has(position)} />
              </div>
            )
          })}
        </div>
      </div>
      {found.length === 0 && <p className="none">No step fits.</p>}
      <Legend />
    </section>
  )
}

function PathNote({ links }: { links: readonly (readonly [number, number, number])[] }) {
  const ran = links.reduce((sum, [, ms]) => sum + ms, 0)
  const waited = links.reduce((sum, [, , ms]) => sum + ms, 0)
  return (
    <p className="small">
      The longest chain: each of these {counted(links.length, 'step')} waited for the one before it. They ran for {duration(ran)}
      {waited > 0 && ` and stood still for ${duration(waited)}`}. To make the run shorter, make these shorter.
    </p>
  )
}
