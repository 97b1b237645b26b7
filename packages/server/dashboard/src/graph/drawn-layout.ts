import type { GraphNode, PlanGraph } from '@lorc/runner/insight'

export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** Pixels; by node id, and by index of the edge as an SVG path. */
export interface DrawnLayout {
  width: number
  height: number
  boxes: Box[]
  lines: string[]
}

/** What is used of the library. */
interface Dagre {
  Graph: new (options: { multigraph: boolean }) => Plane
  layout(plane: Plane): void
}
interface Plane {
  setGraph(options: Readonly<Record<string, number | string>>): void
  setNode(id: string, size: { width: number; height: number }): void
  setEdge(from: string, to: string, label: object, name: string): void
  graph(): { width?: number; height?: number }
  node(id: string): { x: number; y: number; width: number; height: number }
  edge(from: string, to: string, name: string): { points: Point[] }
}
interface Point {
  x: number
  y: number
}

const LETTER_PX = 8
const MORE_OF_WIDE_PX = 5

/** A small graph with few crossings: from left to right where that fits into `room`, else downwards. */
export async function drawnLayout(graph: PlanGraph, room: number): Promise<DrawnLayout> {
  const dagre = (await import('@dagrejs/dagre')) as unknown as Dagre
  const right = lay(dagre, graph, 'LR')
  return right.width <= room ? right : lay(dagre, graph, 'TB')
}

function lay({ Graph, layout }: Dagre, { nodes, edges }: PlanGraph, rankdir: 'LR' | 'TB'): DrawnLayout {
  const plane = new Graph({ multigraph: true })
  plane.setGraph({ rankdir, nodesep: rankdir === 'LR' ? 14 : 18, ranksep: rankdir === 'LR' ? 44 : 36, edgesep: 10, marginx: 10, marginy: 10 })
  for (const node of nodes) plane.setNode(String(node.id), sizeOf(node))
  for (const [index, { from, to }] of edges.entries()) plane.setEdge(String(from), String(to), {}, String(index))
  layout(plane)
  const { width = 0, height = 0 } = plane.graph()
  return {
    width: Math.ceil(width),
    height: Math.ceil(height),
    boxes: nodes.map(({ id }) => {
      const box = plane.node(String(id))
      return { left: box.x - box.width / 2, top: box.y - box.height / 2, width: box.width, height: box.height }
    }),
    lines: edges.map(({ from, to }, index) => curve(plane.edge(String(from), String(to), String(index)).points)),
  }
}

/** At least what a label takes in a bold font of 13 px. */
function widthOf(label: string): number {
  return label.length * LETTER_PX + (label.match(/[mwMW]/g)?.length ?? 0) * MORE_OF_WIDE_PX
}

function sizeOf({ kind, label, forEach }: GraphNode): { width: number; height: number } {
  if (kind === 'join') return label === '' ? { width: 12, height: 12 } : { width: Math.ceil(widthOf(label) + 24), height: 26 }
  // A tally of items needs more room than a type and a time.
  const least = forEach ? 152 : 116
  return { width: Math.min(240, Math.max(least, Math.ceil(widthOf(label) + 44))), height: 48 }
}

/** Through the middles of a line's pieces, so that it bends softly. */
function curve(points: readonly Point[]): string {
  const at = ({ x, y }: Point): string => `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`
  const [first = { x: 0, y: 0 }, ...rest] = points
  let path = `M${at(first)}`
  for (const [index, point] of rest.entries()) {
    const next = rest[index + 1]
    path += next === undefined ? `L${at(point)}` : `Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`
  }
  return path
}
