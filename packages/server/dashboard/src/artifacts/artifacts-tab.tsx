import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RunFile } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { bytes, counted, number } from '../model/quantity.ts'
import { fileAsked } from '../model/run-files.ts'
import { Notice } from '../parts/notice.tsx'
import { useRowKeys } from '../hooks/use-row-keys.ts'
import type { TabProps } from '../parts/tab-props.ts'
import { changeQuery } from '../hooks/use-route.ts'
import { ArtifactView } from './artifact-view.tsx'

const FIRST = 300

/** The files that steps recorded; one of them is shown. */
export function ArtifactsTab({ picture: { insight }, query }: TabProps) {
  const { run_id: runId, artifacts_count: count } = insight
  const { data, error, refetch } = useQuery({
    queryKey: ['artifacts', runId, count],
    queryFn: ({ signal }) => filesOf(runId, signal),
    staleTime: Infinity,
  })
  const [text, setText] = useState('')
  const [shown, setShown] = useState(FIRST)
  const keys = useRowKeys(shown, () => {})
  if (error !== null) return <Notice error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <p className="none">Reading…</p>
  if (data.length === 0) return <p className="none">{insight.status === 'running' ? 'No step has recorded a file so far.' : 'No step recorded a file.'}</p>
  const words = text.toLowerCase().split(/\s+/)
  const found = data.filter(({ path, step }) => words.every((word) => path.toLowerCase().includes(word) || step.toLowerCase().includes(word)))
  const chosen = fileAsked(data, query['file'], query['by']) ?? found[0]
  return (
    <section aria-label="Artifacts" className="artifacts">
      <div className="tools" role="search">
        <input type="search" value={text} aria-label="Find files" placeholder="Find by name or step   /" onChange={(event) => setText(event.target.value)} />
        <span className="dim small" role="status">
          {found.length === data.length ? counted(found.length, 'file') : `${number(found.length)} of ${counted(data.length, 'file')}`}
        </span>
      </div>
      <div className="shelf">
        <ul className="files" aria-label="Files" onKeyDown={keys}>
          {found.slice(0, shown).map((item, index) => (
            <li key={`${item.step} ${item.path}`} data-index={index}>
              <button type="button" data-row="" aria-pressed={item === chosen} onClick={() => changeQuery({ file: item.path, by: item.step })}>
                <span className="mono one" title={item.path}>
                  {item.name}
                </span>
                <span className="dim small one">
                  {bytes(item.bytes)}, by {item.step}
                </span>
              </button>
            </li>
          ))}
          {found.length > shown && (
            <li>
              <button type="button" onClick={() => setShown(shown + FIRST)}>
                Show more
              </button>
            </li>
          )}
        </ul>
        {chosen === undefined ? <p className="none">No file fits.</p> : <ArtifactView key={`${chosen.step} ${chosen.url}`} item={chosen} all={data} />}
      </div>
    </section>
  )
}

async function filesOf(runId: string, signal: AbortSignal): Promise<RunFile[]> {
  const { body } = await service.call('GET /runs/{run_id}/artifacts', { params: { run_id: runId }, signal })
  return body.items.map((item) => ({ ...item, run_id: runId }))
}
