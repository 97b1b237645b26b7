import type { KeyboardEvent } from 'react'
import type { GraphViewProps } from './graph-view.ts'

/** Arrow keys among the nodes that are there: down and up along the lines, left and right among those beside. */
export function graphKeys({ neighbours }: GraphViewProps): (event: KeyboardEvent<HTMLElement>) => void {
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !event.key.startsWith('Arrow')) return
    const from = (event.target as HTMLElement).closest<HTMLElement>('[data-node]')
    const root = event.currentTarget
    const to = from === null ? root.querySelector<HTMLElement>('[data-node]') : next(root, from, event.key, neighbours)
    if (from === null && root.scrollHeight > root.clientHeight) return
    event.preventDefault()
    event.stopPropagation()
    to?.focus()
    to?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
}

/** The nearest node in that direction; of those that the lines lead to, if any of them lies there. */
function next(root: HTMLElement, from: HTMLElement, key: string, neighbours: GraphViewProps['neighbours']): HTMLElement | undefined {
  const id = Number(from.dataset['node'])
  const linked = new Set([neighbours.firstStep(id, 'after'), neighbours.firstStep(id, 'before'), ...neighbours.after(id), ...neighbours.before(id)])
  const here = from.getBoundingClientRect()
  let best: { element: HTMLElement; cost: number } | undefined
  for (const element of root.querySelectorAll<HTMLElement>('[data-node]')) {
    if (element === from) continue
    const there = element.getBoundingClientRect()
    const dx = middle(there.left, there.right) - middle(here.left, here.right)
    const dy = middle(there.top, there.bottom) - middle(here.top, here.bottom)
    const [along, across] = turned(key, dx, dy)
    if (along < 8 || Math.abs(across) > 4 * along) continue
    const cost = (along + 2 * Math.abs(across)) * (linked.has(Number(element.dataset['node'])) ? 0.3 : 1)
    if (best === undefined || cost < best.cost) best = { element, cost }
  }
  return best?.element
}

/** A way as how far it goes in a key's direction, and how far aside. */
function turned(key: string, dx: number, dy: number): [along: number, across: number] {
  if (key === 'ArrowDown') return [dy, dx]
  if (key === 'ArrowUp') return [-dy, dx]
  return key === 'ArrowRight' ? [dx, dy] : [-dx, dy]
}

function middle(a: number, b: number): number {
  return (a + b) / 2
}
