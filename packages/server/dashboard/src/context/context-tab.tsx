import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { service } from '../api/service.ts'
import { keysAt, pointsOf, writesOf, type ContextPoint } from '../model/context-points.ts'
import { counted, duration, listed, number } from '../model/quantity.ts'
import { Notice } from '../parts/notice.tsx'
import { useRowKeys } from '../hooks/use-row-keys.ts'
import { useWindowRows } from '../hooks/use-window-rows.ts'
import type { TabProps } from '../parts/tab-props.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { useWide } from '../hooks/use-wide.ts'
import { KeyDialog } from './key-history.tsx'
import { KeyRow } from './key-row.tsx'

const ROW = 38
const NARROW_ROW = 58

/** What the steps wrote, by whom, and how it was at any moment of the run. */
export function ContextTab({ picture: { insight }, query }: TabProps) {
  const runId = insight.run_id
  const { data, error, refetch } = useQuery({
    queryKey: ['writes', runId, insight.seq],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/writes', { params: { run_id: runId }, signal })).body,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
  const writes = useMemo(() => (data === undefined ? [] : writesOf(data)), [data])
  const points = useMemo(() => pointsOf(writes), [writes])
  const [chosen, setChosen] = useState<number>()
  const [text, setText] = useState('')
  const place = chosen ?? points.length - 1
  const point = points[place]
  const keys = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/)
    return keysAt(writes, point?.seq ?? -1).filter(({ key, versions }) => words.every((word) => key.includes(word) || versions[0]!.who.toLowerCase().includes(word)))
  }, [writes, point, text])
  const { ref, rows, offset } = useWindowRows(keys.length, useWide() ? ROW : NARROW_ROW)
  const rowKeys = useRowKeys(keys.length, (position) => rows.scrollToIndex(position, { align: 'auto' }))
  const open = keys.find(({ key }) => key === query['key'])
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Reading…</p>
  if (points.length === 0) return <p className="none">{insight.status === 'running' ? 'No step has written to the context so far.' : 'No step wrote to the context.'}</p>
  const move = (to: number): void => setChosen(to >= points.length - 1 ? undefined : Math.max(0, to))
  return (
    <section aria-label="Context" className="context">
      <Slider points={points} place={place} onMove={move} />
      <div className="tools" role="search">
        <input type="search" value={text} aria-label="Find keys" placeholder="Find by key or by who wrote it   /" onChange={(event) => setText(event.target.value)} />
        <span className="dim small" role="status">
          {counted(keys.length, 'key')}
        </span>
      </div>
      <div className="list keys" role="table" aria-label="Keys" aria-rowcount={keys.length + 1}>
        <div className="row top" role="row" aria-rowindex={1}>
          <span role="columnheader">key</span>
          <span role="columnheader" className="value">
            value
          </span>
          <span role="columnheader">written by</span>
          <span role="columnheader" className="when num">
            at
          </span>
          <span role="columnheader" className="times num">
            writes
          </span>
        </div>
        <div ref={ref} className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }} onKeyDown={rowKeys}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const state = keys[index]!
            const fresh = state.versions[0]!.seq === point?.seq && points.length > 1
            return (
              <div key={state.key} className={`row${fresh ? ' fresh' : ''}`} role="row" aria-rowindex={index + 2} data-index={index} style={{ height: size, transform: `translateY(${start - offset}px)` }}>
                <KeyRow runId={runId} state={state} fresh={fresh} onOpen={() => changeQuery({ key: state.key })} />
              </div>
            )
          })}
        </div>
      </div>
      {keys.length === 0 && <p className="none">No key fits.</p>}
      {open !== undefined && <KeyDialog runId={runId} state={open} onClose={() => changeQuery({ key: '' })} />}
    </section>
  )
}

function Slider({ points, place, onMove }: { points: readonly ContextPoint[]; place: number; onMove: (to: number) => void }) {
  const point = points[place]!
  const words = `${number(place + 1)} of ${counted(points.length, 'change')}: ${duration(point.at)} into the run, ${point.step ?? point.who} wrote ${listed(point.keys, point.keys.length, 3)}`
  return (
    <div className="box slider">
      <div className="tools">
        <button type="button" aria-label="The change before" disabled={place === 0} onClick={() => onMove(place - 1)}>
          ←
        </button>
        <input
          type="range"
          className="grow"
          min={0}
          max={points.length - 1}
          value={place}
          aria-label="Moment of the run"
          aria-valuetext={words}
          onChange={(event) => onMove(event.target.valueAsNumber)}
        />
        <button type="button" aria-label="The change after" disabled={place === points.length - 1} onClick={() => onMove(place + 1)}>
          →
        </button>
        <button type="button" disabled={place === points.length - 1} onClick={() => onMove(points.length - 1)}>
          Last
        </button>
      </div>
      <p className="small" aria-hidden="true">
        {words} <span className="dim">(event {number(point.seq)})</span>
      </p>
    </div>
  )
}
