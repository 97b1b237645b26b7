import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { address, getJson } from '../api/request.ts'

/** A value as an event wrote it: it never changes. */
export function useWritten(runId: string, seq: number, key: string): UseQueryResult<{ value: unknown }> {
  return useQuery({
    queryKey: ['write', runId, seq, key],
    queryFn: ({ signal }) => getJson<{ value: unknown }>(address(['runs', runId, 'writes', String(seq)], { key }), signal),
    staleTime: Infinity,
  })
}
