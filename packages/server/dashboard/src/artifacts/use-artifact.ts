import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { ArtifactItem } from '../api/answers.ts'
import { send } from '../api/request.ts'

/** A file's bytes, read with the key of this tab; `wanted` says whether to. */
export function useArtifact({ url, sha256 }: Pick<ArtifactItem, 'url' | 'sha256'>, wanted = true): UseQueryResult<Blob> {
  return useQuery({
    queryKey: ['artifact', url, sha256],
    queryFn: async ({ signal }) => (await send(url, { signal, headers: { accept: '*/*' } })).blob(),
    staleTime: Infinity,
    gcTime: 60_000,
    enabled: wanted,
  })
}

/** Hands a file to the browser to keep. */
export async function keepArtifact({ url, path }: Pick<ArtifactItem, 'url' | 'path'>): Promise<void> {
  const blob = await (await send(url, { headers: { accept: '*/*' } })).blob()
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = path.split('/').at(-1) ?? 'artifact'
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
