import type { GraphNode, PlanGraph } from '@lorc/runner/insight'
import { describe, expect, it } from 'vitest'
import { CELL, cornerOf, layeredLayout, visibleBetween } from './layered-layout.ts'

function graphOf(count: number, edges: [number, number][]): PlanGraph {
  const node = (id: number): GraphNode => ({
    id, kind: 'step', label: `s${id}`, size: 1, items: null, type: 'node', phase: 'main', status: null, counts: null, tookMs: null, conditional: false, forEach: false,
  })
  return { name: 'demo', nodes: Array.from({ length: count }, (_, id) => node(id)), edges: edges.map(([from, to]) => ({ from, to })), steps: count }
}

const ROOM = 3 * CELL.width + 2 * CELL.gapX + 2 * CELL.padding

describe('layers below each other', () => {
  it('put what waits below what it waits for, and a wide layer into rows', () => {
    const layout = layeredLayout(graphOf(9, [[0, 1], [0, 2], ...[3, 4, 5, 6, 7, 8].map((to): [number, number] => [2, to])]), ROOM)
    expect(layout.bands.map(({ ids, isField, columns }) => [ids.length, isField, columns])).toEqual([[1, false, 1], [2, false, 2], [6, true, 3]])
    expect(cornerOf(layout, 0).x).toBe((ROOM - CELL.width) / 2)
    expect(cornerOf(layout, 3)).toMatchObject({ x: CELL.padding })
    expect(cornerOf(layout, 6).y - cornerOf(layout, 3).y).toBe(CELL.height + CELL.gapY)
    expect(layout.height).toBe(cornerOf(layout, 8).y + CELL.height + CELL.padding)
  })

  it('tells what can be seen, however many there are', () => {
    const layout = layeredLayout(graphOf(50_000, []), ROOM)
    expect(layout.bands).toHaveLength(1)
    const { ids } = visibleBetween(layout, 100_000, 100_500)
    expect(ids.length).toBeLessThan(60)
    for (const id of ids) expect(Math.abs(cornerOf(layout, id).y - 100_250)).toBeLessThan(320)
    expect(visibleBetween(layout, 0, 20).ids).toEqual([0, 1, 2])
  })

  it('finds its way in a long chain, and never lays out less than a column', () => {
    const chain = layeredLayout(graphOf(1000, Array.from({ length: 999 }, (_, i): [number, number] => [i, i + 1])), 10)
    expect(chain.bands).toHaveLength(1000)
    expect(chain.width).toBeGreaterThan(CELL.width)
    const { ids, bands } = visibleBetween(chain, cornerOf(chain, 500).y, cornerOf(chain, 502).y)
    expect(ids).toEqual([500, 501, 502])
    expect(bands).toEqual([500, 501, 502])
    expect(visibleBetween(chain, -100, -50)).toEqual({ ids: [], bands: [] })
  })
})
