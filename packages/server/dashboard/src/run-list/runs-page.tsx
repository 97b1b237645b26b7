import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RunItem } from '../api/answers.ts'
import { counted, number } from '../model/quantity.ts'
import { routeHref, type Query } from '../model/route.ts'
import { countSince, type RunQuery } from '../model/run-pages.ts'
import { Notice } from '../parts/notice.tsx'
import { useWindowRows } from '../hooks/use-window-rows.ts'
import { useRowKeys } from '../hooks/use-row-keys.ts'
import { useNow } from '../hooks/use-now.ts'
import { useWide } from '../hooks/use-wide.ts'
import { RunFilters, STATUSES } from './run-filters.tsx'
import { RunRow } from './run-row.tsx'
import { useRunPages } from './use-run-pages.ts'

const ROW = 44
const NARROW_ROW = 76

export function RunsPage({ query }: { query: Query }) {
  const shown = useRef<readonly RunItem[]>([])
  const { since = '' } = query
  // Asked for from one moment on: with each other one the list would be another, and begin at its top.
  const from = useMemo(() => sinceText(since), [since])
  const asked = runQuery(query, from)
  const { list, more, refresh } = useRunPages(asked, shown)
  const [chosen, setChosen] = useState<readonly string[]>([])
  const isWide = useWide()
  const now = useNow(true)
  const span = SINCE[since]
  const count = span === undefined ? list.runs.length : countSince(list.runs, now - span)
  const { ref, rows, offset } = useWindowRows(count, isWide ? ROW : NARROW_ROW)
  const keys = useRowKeys(count, (position) => rows.scrollToIndex(position, { align: 'auto' }))
  const visible = rows.getVirtualItems()
  const last = visible.at(-1)?.index ?? 0
  useEffect(() => {
    shown.current = visible.map(({ index }) => list.runs[index]!)
    if (!list.complete && last >= list.runs.length - 200) more()
  })

  const choose = useCallback((id: string, is: boolean): void => setChosen((before) => (is ? [...before.slice(-1), id] : before.filter((other) => other !== id))), [])
  return (
    <main id="main" className="page">
      <div className="head">
        <h1>Runs</h1>
        <span className="grow" />
        <a className="button main" href={routeHref(['start'])}>
          Start a run
        </a>
      </div>
      <RunFilters query={asked} />
      <p className="dim small" role="status">
        {list.loading ? 'Reading…' : list.complete ? counted(count, 'run') : count > 0 && `${number(count)}+ runs`}
      </p>
      {chosen.length > 0 && (
        <div className="box tools" role="group" aria-label="Compare runs">
          {chosen.length === 2 ? (
            <a className="button main" href={routeHref(['compare', ...chosen])}>
              Compare the two
            </a>
          ) : (
            <span>Choose another run to compare with {chosen[0]}.</span>
          )}
          <button type="button" onClick={() => setChosen([])}>
            Choose none
          </button>
        </div>
      )}
      {list.error !== undefined && <Notice error={list.error} onRetry={refresh} />}
      {list.complete && count === 0 && <Empty filtered={Object.values(query).some((value) => value !== '')} />}
      <div className="list runs" role="table" aria-label="Runs" aria-rowcount={list.complete ? count + 1 : -1} hidden={count === 0}>
        <div className="row top" role="row" aria-rowindex={1}>
          {HEADINGS.map(([name, label]) => (
            <span key={name} role="columnheader" className={name}>
              {label}
            </span>
          ))}
        </div>
        <div ref={ref} className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }} onKeyDown={keys}>
          {visible.map(({ index, start, size }) => {
            const run = list.runs[index]!
            return (
              <div key={run.run_id} className="row" role="row" aria-rowindex={index + 2} data-index={index} style={{ height: size, transform: `translateY(${start - offset}px)` }}>
                <RunRow run={run} now={now} chosen={chosen.includes(run.run_id)} onChoose={choose} />
              </div>
            )
          })}
        </div>
      </div>
    </main>
  )
}

const HEADINGS = [
  ['choose', <span key="choose" className="unseen">compare</span>],
  ['state', 'status'],
  ['name', 'name'],
  ['id', 'run'],
  ['recipe', 'recipe'],
  ['when', 'begun'],
  ['took num', 'took'],
  ['steps num', 'steps'],
] as const

function runQuery({ status: said = '', recipe = '', text = '', children }: Query, from: string): RunQuery {
  const status = STATUSES.find((one) => one === said) ?? ''
  return { status, recipe, text, from, children: children === 'true' }
}

const HOUR = 3_600_000
const SINCE: Readonly<Record<string, number>> = { hour: HOUR, day: 24 * HOUR, week: 168 * HOUR }

function sinceText(since: string): string {
  const ms = SINCE[since]
  return ms === undefined ? since : new Date(Date.now() - ms).toISOString()
}

function Empty({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <p className="none">
        No run fits. <a href={routeHref(['runs'])}>Show all runs</a>
      </p>
    )
  }
  return (
    <div className="none">
      <p>No runs yet.</p>
      <p>
        <a href={routeHref(['start'])}>Start one</a>, or run <code>lorc run RECIPE</code> in this workspace.
      </p>
    </div>
  )
}
