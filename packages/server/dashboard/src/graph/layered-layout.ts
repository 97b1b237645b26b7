import { layersOf, type GraphNode, type PlanGraph } from '@lorc/runner/insight'

export const CELL = { width: 176, height: 40, dot: 12, gapX: 10, gapY: 10, gapBand: 34, padding: 12 } as const

/** Steps that nothing but their place in the order tells apart: one layer, in rows of at most `columns`. */
export interface Band {
  ids: number[]
  top: number
  height: number
  columns: number
  /** Of each node in it. */
  cell: number
  /** More than fit side by side: drawn as a field, with one line to and from it all. */
  isField: boolean
}

export interface LayeredLayout {
  width: number
  height: number
  bands: Band[]
  /** By node id, the index of its band. */
  bandOf: Int32Array
  /** By node id, its place in its band. */
  placeOf: Int32Array
}

/** Every node in its layer, layers below each other, as wide as there is room. O(nodes + edges). */
export function layeredLayout(graph: PlanGraph, room: number): LayeredLayout {
  const layer = layersOf(graph)
  const columns = Math.max(1, Math.floor((room - 2 * CELL.padding + CELL.gapX) / (CELL.width + CELL.gapX)))
  const groups: number[][] = []
  for (const { id } of graph.nodes) (groups[layer[id]!] ??= []).push(id)
  const bandOf = new Int32Array(graph.nodes.length)
  const placeOf = new Int32Array(graph.nodes.length)
  const bands: Band[] = []
  let top = 0
  for (const ids of groups) {
    for (const [place, id] of ids.entries()) {
      bandOf[id] = bands.length
      placeOf[id] = place
    }
    const isField = ids.length > columns
    const rows = Math.ceil(ids.length / columns)
    const cell = ids.every((id) => isDot(graph.nodes[id]!)) ? CELL.dot : CELL.height
    const height = rows * (cell + CELL.gapY) - CELL.gapY + (isField ? 2 * CELL.padding : 0)
    bands.push({ ids, top, height, columns: Math.min(columns, ids.length), cell, isField })
    top += height + CELL.gapBand
  }
  return { width: Math.max(room, CELL.width + 2 * CELL.padding), height: Math.max(0, top - CELL.gapBand), bands, bandOf, placeOf }
}

/** What joins steps and says nothing. */
export function isDot({ kind, label }: GraphNode): boolean {
  return kind === 'join' && label === ''
}

/** Where a node's upper left corner is. */
export function cornerOf({ bands, bandOf, placeOf, width }: LayeredLayout, id: number): { x: number; y: number } {
  const band = bands[bandOf[id]!]!
  const place = placeOf[id]!
  const used = band.columns * (CELL.width + CELL.gapX) - CELL.gapX
  return {
    x: (width - used) / 2 + (place % band.columns) * (CELL.width + CELL.gapX),
    y: band.top + (band.isField ? CELL.padding : 0) + Math.floor(place / band.columns) * (band.cell + CELL.gapY),
  }
}

/** The ids of the nodes that lie between two heights, and the bands that do. */
export function visibleBetween(layout: LayeredLayout, from: number, to: number): { ids: number[]; bands: number[] } {
  const ids: number[] = []
  const bands: number[] = []
  for (let index = firstBandBelow(layout.bands, from); index < layout.bands.length; index++) {
    const band = layout.bands[index]!
    if (band.top > to) break
    bands.push(index)
    const row = band.cell + CELL.gapY
    const inner = band.top + (band.isField ? CELL.padding : 0)
    const first = Math.max(0, Math.floor((from - inner) / row))
    const last = Math.floor((to - inner) / row)
    for (const id of band.ids.slice(first * band.columns, (last + 1) * band.columns)) ids.push(id)
  }
  return { ids, bands }
}

/** The first band that ends below a height. */
function firstBandBelow(bands: readonly Band[], y: number): number {
  let low = 0
  let high = bands.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { top, height } = bands[middle]!
    if (top + height < y) low = middle + 1
    else high = middle
  }
  return low
}
