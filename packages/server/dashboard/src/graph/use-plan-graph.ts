import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { GraphAnswer } from '../api/answers.ts'
import { address, getJson } from '../api/request.ts'

/** Who waits for whom in a run's plan: it never changes. */
export function usePlanGraph(runId: string, wanted = true): UseQueryResult<GraphAnswer> {
  return useQuery({
    queryKey: ['graph', runId],
    queryFn: ({ signal }) => getJson<GraphAnswer>(address(['runs', runId, 'graph']), signal),
    staleTime: Infinity,
    enabled: wanted,
  })
}
