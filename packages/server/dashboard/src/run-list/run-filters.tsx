import { useEffect, useState } from 'react'
import type { RunQuery } from '../model/run-pages.ts'
import { changeQuery, useRoute } from '../hooks/use-route.ts'

/** What runs can be looked for by. */
export const STATUSES = ['running', 'failed', 'completed', 'cancelled'] as const

/** What is looked for is in the address, so that it can be kept and sent. */
export function RunFilters({ query }: { query: RunQuery }) {
  /** What was typed and is not in the address yet: a request for each key that is pressed would be in the way of the next one. */
  const [typed, setTyped] = useState<string>()
  const { query: said } = useRoute()
  useEffect(() => {
    if (typed === undefined) return
    const timer = setTimeout(() => {
      changeQuery({ text: typed })
      setTyped(undefined)
    }, 250)
    return () => clearTimeout(timer)
  }, [typed])
  return (
    <div className="tools" role="search">
      <input type="search" value={typed ?? query.text} aria-label="Find runs" placeholder="Find by name, id, recipe or error   /" onChange={(event) => setTyped(event.target.value)} />
      <select aria-label="Status" value={query.status} onChange={(event) => changeQuery({ status: event.target.value })}>
        <option value="">every status</option>
        {STATUSES.map((status) => (
          <option key={status}>{status}</option>
        ))}
      </select>
      <select aria-label="Begun" value={said['since'] ?? ''} onChange={(event) => changeQuery({ since: event.target.value })}>
        <option value="">at any time</option>
        <option value="hour">in the last hour</option>
        <option value="day">in the last day</option>
        <option value="week">in the last week</option>
      </select>
      <label className="check">
        <input type="checkbox" checked={query.children} onChange={(event) => changeQuery({ children: event.target.checked ? 'true' : '' })} />
        runs of steps, too
      </label>
      {query.recipe !== '' && (
        <button type="button" onClick={() => changeQuery({ recipe: '' })}>
          {query.recipe} <span aria-hidden="true">×</span>
          <span className="unseen">: every recipe</span>
        </button>
      )}
    </div>
  )
}
