import { useEffect, useState } from 'react'

/** Unix milliseconds, renewed every `everyMs` while `ticking` and the page is looked at. */
export function useNow(ticking: boolean, everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    if (!ticking) return
    const tick = (): void => {
      if (!document.hidden) setNow(Date.now())
    }
    tick()
    const timer = setInterval(tick, everyMs)
    document.addEventListener('visibilitychange', tick)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', tick)
    }
  }, [ticking, everyMs])
  return now
}
