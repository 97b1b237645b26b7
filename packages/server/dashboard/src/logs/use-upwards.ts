import { useEffect, useEffectEvent } from 'react'

const KEYS: ReadonlySet<string> = new Set(['ArrowUp', 'PageUp', 'Home'])

/** Calls `leave` when somebody scrolls the page upwards, or takes it in hand, while `watched`. */
export function useUpwards(watched: boolean, leave: () => void): void {
  const left = useEffectEvent(leave)
  useEffect(() => {
    if (!watched) return
    const over = new AbortController()
    const hear = <Name extends 'wheel' | 'touchmove' | 'keydown'>(name: Name, isUp: (event: WindowEventMap[Name]) => boolean): void => {
      addEventListener(name, (event) => isUp(event) && left(), { signal: over.signal, passive: true })
    }
    hear('wheel', ({ deltaY }) => deltaY < 0)
    hear('touchmove', () => true)
    hear('keydown', ({ key }) => KEYS.has(key))
    return () => over.abort()
  }, [watched])
}
