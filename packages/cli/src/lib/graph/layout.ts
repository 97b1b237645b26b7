import type { PlanGraph } from '@lorc/runner/insight'
import { displayWidth } from '../render/text.ts'
import { textOf } from './graph-text.ts'

const TITLE_PX = 7.6
const DETAIL_PX = 6.3
const PADDING = 26
const HEIGHT = 46

/** Pixels. A box is told by its middle. */
export interface PlacedNode {
  x: number
  y: number
  width: number
  height: number
}
export interface Point {
  x: number
  y: number
}
export interface Layout {
  width: number
  height: number
  /** By node id. */
  nodes: PlacedNode[]
  /** By index of the edge: the points that it goes through. */
  edges: Point[][]
}

/** What is used of the library: its own declarations do not resolve in ES modules. */
interface Dagre {
  Graph: new (options: { multigraph: boolean }) => Plane
  layout(plane: Plane): void
}
interface Plane {
  setGraph(options: { rankdir: 'TB' | 'LR'; [space: string]: number | string }): void
  setNode(id: string, size: { width: number; height: number }): void
  setEdge(from: string, to: string, label: object, name: string): void
  graph(): { width?: number; height?: number }
  node(id: string): PlacedNode
  edge(from: string, to: string, name: string): { points: Point[] }
}

/** Where everything goes: layers by longest path, few crossings, straight edges. */
export async function layOut(graph: PlanGraph, direction: 'down' | 'right'): Promise<Layout> {
  const { Graph, layout } = (await import('@dagrejs/dagre')) as unknown as Dagre
  const plane = new Graph({ multigraph: true })
  plane.setGraph({ rankdir: direction === 'down' ? 'TB' : 'LR', nodesep: 18, ranksep: 38, edgesep: 10, marginx: 8, marginy: 8 })
  for (const node of graph.nodes) {
    const { title, detail } = textOf(node)
    const dot = node.kind === 'join' && detail === ''
    const text = Math.max(displayWidth(title) * TITLE_PX, displayWidth(detail) * DETAIL_PX)
    plane.setNode(String(node.id), dot ? { width: 12, height: 12 } : { width: Math.ceil(text + PADDING), height: node.kind === 'join' ? 28 : HEIGHT })
  }
  for (const [index, { from, to }] of graph.edges.entries()) plane.setEdge(String(from), String(to), {}, String(index))
  layout(plane)
  const size = plane.graph()
  const laid = {
    width: Math.ceil(size.width ?? 0),
    height: Math.ceil(size.height ?? 0),
    nodes: graph.nodes.map(({ id }) => plane.node(String(id))),
    edges: graph.edges.map(({ from, to }, index) => plane.edge(String(from), String(to), String(index)).points),
  }
  return isBackwards(laid.nodes, direction) ? mirrored(laid, direction) : laid
}

/** Whether neighbours lie mostly against the order of the plan: crossings are as few either way. */
function isBackwards(nodes: readonly PlacedNode[], direction: 'down' | 'right'): boolean {
  const [along, across] = direction === 'down' ? (['y', 'x'] as const) : (['x', 'y'] as const)
  let votes = 0
  const last = new Map<number, PlacedNode>()
  for (const node of nodes) {
    const before = last.get(node[along])
    if (before) votes += Math.sign(node[across] - before[across])
    last.set(node[along], node)
  }
  return votes < 0
}

function mirrored(laid: Layout, direction: 'down' | 'right'): Layout {
  const mirror = <P extends Point>(point: P): P =>
    direction === 'down' ? { ...point, x: laid.width - point.x } : { ...point, y: laid.height - point.y }
  return { ...laid, nodes: laid.nodes.map(mirror), edges: laid.edges.map((points) => points.map(mirror)) }
}
