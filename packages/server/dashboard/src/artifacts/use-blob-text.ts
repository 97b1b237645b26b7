import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'

/** A blob as text; undefined until it is read. What is not UTF-8 has signs in its place. */
export function useBlobText(blob: Blob): string | undefined {
  const id = useId()
  return useQuery({ queryKey: ['text', id, blob.size], queryFn: () => blob.text(), staleTime: Infinity, gcTime: 0 }).data
}
