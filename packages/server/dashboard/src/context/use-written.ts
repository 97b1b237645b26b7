import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { service } from '../api/service.ts'

/** A value as an event wrote it: it never changes. */
export function useWritten(runId: string, seq: number, key: string): UseQueryResult<{ value: unknown }> {
  return useQuery({
    queryKey: ['write', runId, seq, key],
    queryFn: async ({ signal }) => (await service.call('GET /runs/{run_id}/writes/{seq}', { params: { run_id: runId, seq }, query: { key }, signal })).body,
    staleTime: Infinity,
  })
}
