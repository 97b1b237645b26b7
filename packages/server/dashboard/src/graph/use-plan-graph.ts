import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { GraphAnswer } from '../api/answers.ts'
import { service } from '../api/service.ts'

/** Who waits for whom in a run's plan: it never changes. */
export function usePlanGraph(runId: string, wanted = true): UseQueryResult<GraphAnswer> {
  return useQuery({
    queryKey: ['graph', runId],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/graph', { params: { run_id: runId }, signal })).body,
    staleTime: Infinity,
    enabled: wanted,
  })
}
