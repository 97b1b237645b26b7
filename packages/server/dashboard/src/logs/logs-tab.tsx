import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import { findLines, wordsOf, type LogLine } from '../model/log-lines.ts'
import { counted, number } from '../model/quantity.ts'
import { Marked } from '../parts/marked.tsx'
import { Notice } from '../parts/notice.tsx'
import { useWindowRows } from '../hooks/use-window-rows.ts'
import { StepLink } from '../parts/step-link.tsx'
import type { TabProps } from '../parts/tab-props.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { useLogs } from './use-logs.ts'
import { useUpwards } from './use-upwards.ts'

const LINE = 24

/** What the steps printed, as it is printed; the lines of one attempt stand together. */
export function LogsTab({ picture: { insight }, query }: TabProps) {
  const of = query['of'] ?? ''
  const logs = useLogs({ runId: insight.run_id, step: of, attempt: undefined, follow: insight.status === 'running' })
  const [text, setText] = useState('')
  const [wrap, setWrap] = useState(false)
  const [tail, setTail] = useState(insight.status === 'running')
  const wanted = useDeferredValue(text)
  const words = useMemo(() => wordsOf(wanted), [wanted])
  const found = useMemo(() => findLines(logs.lines, wanted), [logs, wanted])
  const count = found?.length ?? logs.count
  const { ref, rows, offset } = useWindowRows(count, LINE, 40)
  const end = useRef<HTMLDivElement>(null)
  const height = rows.getTotalSize()
  // Lines that are wrapped have their height once they are there.
  useEffect(() => {
    if (tail) end.current?.scrollIntoView({ block: 'end' })
  }, [tail, count, height])
  useUpwards(tail, () => setTail(false))
  return (
    <section aria-label="Logs" className="logs">
      <div className="tools" role="search">
        <input type="search" value={text} aria-label="Find lines" placeholder="Find in the lines   /" onChange={(event) => setText(event.target.value)} />
        {of !== '' && (
          <button type="button" onClick={() => changeQuery({ of: '' })}>
            only {of} <span aria-hidden="true">×</span>
            <span className="unseen">: show all steps</span>
          </button>
        )}
        <label className="check">
          <input type="checkbox" checked={wrap} onChange={(event) => setWrap(event.target.checked)} />
          wrap lines
        </label>
        <label className="check">
          <input type="checkbox" checked={tail} onChange={(event) => setTail(event.target.checked)} />
          follow the end
        </label>
        <span className="dim small" role="status">
          {found === undefined ? counted(logs.count, 'line') : `${number(count)} of ${counted(logs.count, 'line')}`}
          {logs.open && (insight.status === 'running' ? ', more may come' : ', reading…')}
        </span>
      </div>
      {logs.error !== undefined && <Notice error={logs.error} />}
      {logs.dropped > 0 && <p className="small dim">The first {number(logs.dropped)} lines are left out. Choose a step to see all that it printed.</p>}
      {count === 0 && !logs.open && logs.error === undefined && <p className="none">{found === undefined ? 'Nothing was printed.' : 'No line fits.'}</p>}
      <div className={`lines-box${wrap ? ' wrapped' : ''}`} tabIndex={0} role="log" aria-label="Lines" aria-live="off" hidden={count === 0}>
        <div ref={ref} className="log-rows" style={{ height }}>
          {rows.getVirtualItems().map(({ index, start, key }) => {
            const position = found?.[index] ?? index
            const line = logs.lines[position]!
            const before = index === 0 ? undefined : logs.lines[found?.[index - 1] ?? index - 1]
            return (
              <div key={key} ref={wrap ? rows.measureElement : undefined} data-index={index} className="log-row" style={{ transform: `translateY(${start - offset}px)` }}>
                <span className="one from">{isSame(before, line) ? '' : <From line={line} />}</span>
                <span className="text">
                  <Marked text={line.text} words={words} />
                </span>
              </div>
            )
          })}
        </div>
      </div>
      <div ref={end} />
    </section>
  )
}

function isSame(before: LogLine | undefined, line: LogLine): boolean {
  return before?.step === line.step && before.attempt === line.attempt
}

function From({ line }: { line: LogLine }) {
  return (
    <>
      <StepLink step={line.step} />
      {line.attempt > 1 && <span className="dim"> ({line.attempt})</span>}
    </>
  )
}
