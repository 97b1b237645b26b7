import { useQuery } from '@tanstack/react-query'
import type { Insight } from '../api/answers.ts'
import { service } from '../api/service.ts'
import { ago, duration } from '../model/quantity.ts'
import { routeHref } from '../model/route.ts'
import { useNow } from '../hooks/use-now.ts'
import { Dialog } from '../parts/dialog.tsx'
import { Notice } from '../parts/notice.tsx'
import { StatusText } from '../parts/status.tsx'

/** Other runs of the same recipe, to compare this one with: the other one is the A of the comparison, this one the B. */
export function CompareDialog({ insight: { run_id: runId, name }, onClose }: { insight: Insight; onClose: () => void }) {
  const { data, error } = useQuery({
    queryKey: ['runs-of', name],
    queryFn: async ({ signal }) => (await service.call('GET /runs', { query: { name, limit: 50, children: 'true' }, signal })).body,
    staleTime: 0,
  })
  const others = data?.items.filter((item) => item.run_id !== runId)
  const now = useNow(false)
  return (
    <Dialog title="Compare with" onClose={onClose}>
      {error !== null && <Notice error={error} />}
      {others?.length === 0 && <p className="none">There is no other run of {name}.</p>}
      <ul className="choices">
        {others?.map((run) => (
          <li key={run.run_id}>
            <a href={routeHref(['compare', run.run_id, runId])}>
              <code>{run.run_id}</code>
            </a>
            <span className="small">
              <StatusText status={run.status} />
            </span>
            <span className="dim small">
              {ago(Date.parse(run.created_at), now)}
              {run.ended_at !== null && `, took ${duration(Date.parse(run.ended_at) - Date.parse(run.created_at))}`}
            </span>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}
