import { useDeferredValue, useMemo, useState } from 'react'
import { counted, duration, number, timestamp } from '../model/quantity.ts'
import { eventWords, type RunEvent } from '../model/run-event.ts'
import { Dialog } from '../parts/dialog.tsx'
import { JsonView } from '../parts/json-view.tsx'
import { Notice } from '../parts/notice.tsx'
import { useRowKeys } from '../hooks/use-row-keys.ts'
import { useWindowRows } from '../hooks/use-window-rows.ts'
import type { TabProps } from '../parts/tab-props.ts'
import { useFeed } from '../hooks/use-feed.ts'
import { useWide } from '../hooks/use-wide.ts'
import { EventFeed } from './event-feed.ts'

const ROW = 32
const NARROW_ROW = 52

/** The journal: every event, as it happens. */
export function EventsTab({ picture: { insight } }: TabProps) {
  const [feed] = useState(() => new EventFeed(insight.run_id, insight.seq))
  const { events, first, reading, error } = useFeed(feed)
  const [text, setText] = useState('')
  const [newest, setNewest] = useState(false)
  const [open, setOpen] = useState<RunEvent>()
  const wanted = useDeferredValue(text)
  const found = useMemo(() => {
    const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== '')
    const fitting = words.length === 0 ? [...events] : events.filter(({ json }) => includesAll(json.toLowerCase(), words))
    return newest ? fitting.reverse() : fitting
  }, [events, wanted, newest])
  const { ref, rows, offset } = useWindowRows(found.length, useWide() ? ROW : NARROW_ROW)
  const keys = useRowKeys(found.length, (position) => rows.scrollToIndex(position, { align: 'auto' }))
  const createdAt = Date.parse(insight.created_at)
  const more = first > 0 && (
    <button type="button" disabled={reading} onClick={() => void feed.earlier()}>
      Read earlier events ({number(first)} left)
    </button>
  )
  return (
    <section aria-label="Events" className="events">
      <div className="tools" role="search">
        <input type="search" value={text} aria-label="Find events" placeholder="Find in the events   /" onChange={(event) => setText(event.target.value)} />
        <label className="check">
          <input type="checkbox" checked={newest} onChange={(event) => setNewest(event.target.checked)} />
          the last ones first
        </label>
        <span className="dim small" role="status">
          {found.length === events.length ? counted(events.length, 'event') : `${number(found.length)} of ${counted(events.length, 'event')}`}
        </span>
        {more}
      </div>
      {error !== undefined && <Notice error={error} />}
      <div className="list journal" role="table" aria-label="Events" aria-rowcount={found.length + 1}>
        <div className="row top" role="row" aria-rowindex={1}>
          <span role="columnheader" className="num">
            no.
          </span>
          <span role="columnheader" className="num">
            at
          </span>
          <span role="columnheader">event</span>
          <span role="columnheader" className="words">
            what
          </span>
        </div>
        <div ref={ref} className="rows" role="rowgroup" style={{ height: rows.getTotalSize() }} onKeyDown={keys}>
          {rows.getVirtualItems().map(({ index, start, size }) => {
            const event = found[index]!
            return (
              <div key={event.seq} className="row" role="row" aria-rowindex={index + 2} data-index={index} style={{ height: size, transform: `translateY(${start - offset}px)` }}>
                <span role="cell" className="num small dim">
                  {event.seq}
                </span>
                <span role="cell" className="num small" title={timestamp(event.ts)}>
                  {duration(event.ts - createdAt)}
                </span>
                <span role="cell" className="one">
                  <button type="button" className="plain mono" data-row="" onClick={() => setOpen(event)}>
                    {event.type}
                  </button>
                </span>
                <span role="cell" className="words one small">
                  {eventWords(event)}
                </span>
              </div>
            )
          })}
        </div>
      </div>
      {found.length === 0 && error === undefined && <p className="none">{reading ? 'Reading…' : 'No event fits.'}</p>}
      {open !== undefined && (
        <Dialog title={`${open.seq}: ${open.type}`} wide onClose={() => setOpen(undefined)}>
          <p className="dim small">{timestamp(open.ts)}</p>
          <JsonView value={JSON.parse(open.json) as unknown} />
        </Dialog>
      )}
    </section>
  )
}

function includesAll(text: string, words: readonly string[]): boolean {
  return words.every((word) => text.includes(word))
}
