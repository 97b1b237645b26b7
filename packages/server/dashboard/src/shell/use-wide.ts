import { useSyncExternalStore } from 'react'

const query = matchMedia('(min-width: 701px)')

function subscribe(listener: () => void): () => void {
  query.addEventListener('change', listener)
  return () => query.removeEventListener('change', listener)
}

/** Whether there is room for tables with columns. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => query.matches)
}
