import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { RunFile } from '../api/answers.ts'
import { service } from '../api/service.ts'

/** A file's bytes, read with the key of this tab; `wanted` says whether to. */
export function useArtifact(file: RunFile, wanted = true): UseQueryResult<Blob> {
  return useQuery({
    queryKey: ['artifact', file.url, file.sha256],
    queryFn: ({ signal }) => read(file, signal),
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: wanted,
  })
}

/** Hands a file to the browser to keep. */
export async function keepArtifact(file: RunFile): Promise<void> {
  const address = URL.createObjectURL(await read(file))
  const link = document.createElement('a')
  link.href = address
  link.download = file.path.split('/').at(-1) ?? 'artifact'
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

async function read({ run_id: runId, name }: RunFile, signal?: AbortSignal): Promise<Blob> {
  const answer = await service.open('GET /runs/{run_id}/artifacts/*', { params: { run_id: runId, '*': name }, headers: { accept: '*/*' }, ...(signal && { signal }) })
  return answer.blob()
}
