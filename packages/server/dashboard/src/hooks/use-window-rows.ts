import { useWindowVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

export interface WindowRows {
  ref: RefObject<HTMLDivElement | null>
  rows: Virtualizer<Window, HTMLDivElement>
  /** Where a row lies in the list, given its place on the page. */
  offset: number
}

/** The rows of a long list that the window shows: the page scrolls, not the list. */
export function useWindowRows(count: number, rowHeight: number, overscan = 12): WindowRows {
  const ref = useRef<HTMLDivElement>(null)
  const [offset, setOffset] = useState(0)
  // What stands above the list may grow or shrink at any time.
  useLayoutEffect(() => {
    const measure = (): void => {
      const top = ref.current?.getBoundingClientRect().top
      if (top !== undefined) setOffset((before) => (Math.abs(before - top - window.scrollY) < 1 ? before : top + window.scrollY))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  const rows = useWindowVirtualizer<HTMLDivElement>({ count, estimateSize: () => rowHeight, overscan, scrollMargin: offset })
  return { ref, rows, offset }
}
