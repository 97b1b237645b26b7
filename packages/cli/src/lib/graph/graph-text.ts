import type { GraphNode } from '@lorc/runner/insight'
import { count, duration } from '../render/quantity.ts'
import { oneLine, truncate } from '../render/text.ts'

const LONGEST = 32

/** What is written on a node: its name, and below it what it is or what became of it. Joins have the second alone. */
export interface NodeText {
  title: string
  detail: string
}

export function textOf(node: GraphNode): NodeText {
  if (node.kind === 'join') return { title: '', detail: node.label }
  const title = truncate(oneLine(node.label), LONGEST)
  return { title: node.conditional ? `${title} ?` : title, detail: [manifold(node), told(node)].filter((part) => part !== '').join(', ') }
}

function manifold({ kind, size, items, forEach }: GraphNode): string {
  if (kind === 'group') return count(size, 'step')
  if (items !== null) return count(items, 'item')
  return forEach ? 'items' : ''
}

function told({ counts, status, type, tookMs }: GraphNode): string {
  if (counts !== null) {
    const each = Object.entries(counts)
    const [only] = each
    return each.length === 1 && only !== undefined ? only[0] : each.map(([name, number]) => `${number} ${name}`).join(', ')
  }
  if (status === null) return type ?? ''
  return tookMs === null ? status : `${status} ${duration(tookMs)}`
}
