import type { KeyboardEvent } from 'react'

const PAGE = 15

/**
 * Arrow keys among the rows of a long list: each row has one element with `data-row`, in an element with `data-index`.
 * `reveal` brings a row into view, which may not be rendered yet.
 */
export function useRowKeys(count: number, reveal: (position: number) => void): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    const from = Number((event.target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset['index'] ?? -1)
    const to = target(event.key, from, count)
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const list = event.currentTarget
    reveal(to)
    focusRow(list, to)
  }
}

function target(key: string, from: number, count: number): number | undefined {
  const moves: Readonly<Record<string, number>> = { ArrowDown: from + 1, ArrowUp: from - 1, PageDown: from + PAGE, PageUp: from - PAGE, Home: 0, End: count - 1 }
  const to = moves[key]
  return to === undefined || count === 0 ? undefined : Math.min(count - 1, Math.max(0, to))
}

function focusRow(list: HTMLElement, position: number, tries = 10): void {
  const row = list.querySelector<HTMLElement>(`[data-index="${position}"] [data-row]`)
  if (row) row.focus({ preventScroll: true })
  else if (tries > 0) requestAnimationFrame(() => focusRow(list, position, tries - 1))
}

/** From the search field, down into the list. */
export function focusFirstRow(): void {
  document.querySelector<HTMLElement>('main [data-index] [data-row]')?.focus()
}
