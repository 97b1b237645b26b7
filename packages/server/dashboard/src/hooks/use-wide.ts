import { useCallback, useMemo, useSyncExternalStore } from 'react'

/** Whether the window has this many pixels in width; by default: room for tables with columns. */
export function useWide(pixels = 701): boolean {
  const query = useMemo(() => matchMedia(`(min-width: ${pixels}px)`), [pixels])
  const subscribe = useCallback(
    (listener: () => void): (() => void) => {
      query.addEventListener('change', listener)
      return () => query.removeEventListener('change', listener)
    },
    [query],
  )
  return useSyncExternalStore(subscribe, () => query.matches)
}
