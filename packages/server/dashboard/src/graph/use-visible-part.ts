import { useEffect, useState, type RefObject } from 'react'

/** Beyond what is seen, so much is there as well. */
const MARGIN = 400
const STEP = 200

/** From which to which height of an element the window shows it, in steps, with a margin. */
export function useVisiblePart(ref: RefObject<HTMLElement | null>): { from: number; to: number } {
  const [part, setPart] = useState({ from: 0, to: 2000 })
  useEffect(() => {
    let frame = 0
    const measure = (): void => {
      frame = 0
      const top = ref.current?.getBoundingClientRect().top ?? 0
      const from = Math.floor((-top - MARGIN) / STEP) * STEP
      const to = Math.ceil((-top + innerHeight + MARGIN) / STEP) * STEP
      setPart((before) => (before.from === from && before.to === to ? before : { from, to }))
    }
    const soon = (): void => {
      frame ||= requestAnimationFrame(measure)
    }
    measure()
    addEventListener('scroll', soon, { passive: true })
    addEventListener('resize', soon)
    return () => {
      cancelAnimationFrame(frame)
      removeEventListener('scroll', soon)
      removeEventListener('resize', soon)
    }
  }, [ref])
  return part
}
