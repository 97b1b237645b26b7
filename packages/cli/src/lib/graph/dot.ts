import type { GraphNode, PlanGraph } from '@lorc/runner/insight'
import { textOf } from './graph-text.ts'

const FILLS: Readonly<Record<string, string>> = {
  completed: '#d3f2dc',
  failed: '#ffd9d6',
  running: '#d8eaff',
  blocked: '#fff1c9',
  cancelled: '#fff1c9',
  skipped: '#eeeeee',
  waiting: '#ffffff',
}
const SHAPES: Readonly<Record<string, string>> = { approval: 'hexagon', recipe: 'folder' }

/** A graph in DOT (https://graphviz.org/doc/info/lang.html). */
export function dot(graph: PlanGraph, direction: 'down' | 'right'): string {
  return [
    `digraph ${quoted(graph.name)} {`,
    `  rankdir=${direction === 'down' ? 'TB' : 'LR'}`,
    '  node [shape=box, style="rounded,filled", fillcolor="#ffffff", fontname="Helvetica"]',
    ...graph.nodes.map((node) => `  n${node.id} [${attributes(node)}]`),
    ...graph.edges.map(({ from, to }) => `  n${from} -> n${to}`),
    '}',
    '',
  ].join('\n')
}

function attributes(node: GraphNode): string {
  const { title, detail } = textOf(node)
  if (node.kind === 'join' && detail === '') return 'shape=point, width=0.1, label=""'
  const label = node.kind === 'join' ? quoted(detail) : quoted(`${title}\n${detail}`)
  const shape = node.kind === 'join' ? 'diamond' : (SHAPES[node.type ?? ''] ?? (node.forEach || node.kind === 'group' ? 'box3d' : undefined))
  const fill = node.status === null ? undefined : FILLS[node.status]
  return [`label=${label}`, ...(shape ? [`shape=${shape}`] : []), ...(fill ? [`fillcolor="${fill}"`] : [])].join(', ')
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
