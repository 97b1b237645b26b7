import type { GraphNode } from '@lorc/runner/insight'
import { expect, it } from 'vitest'
import { drawnLayout } from './drawn-layout.ts'

const node = (id: number, forEach: boolean, label = `s${id}`): GraphNode => ({
  id, kind: 'step', label, size: 1, items: null, type: 'node', phase: 'main', status: null, counts: null, tookMs: null, conditional: false, forEach,
})

it('leaves room for the tally of a step that has items', async () => {
  const { boxes } = await drawnLayout({ name: 'demo', nodes: [node(0, false), node(1, true)], edges: [{ from: 0, to: 1 }], steps: 2 }, 1000)
  expect(boxes.map(({ width }) => width)).toEqual([116, 152])
})

it('leaves more room for wide letters', async () => {
  const nodes = [node(0, false, 'percentiles'), node(1, false, 'summarising')]
  const { boxes } = await drawnLayout({ name: 'demo', nodes, edges: [], steps: 2 }, 1000)
  expect(boxes[1]!.width - boxes[0]!.width).toBe(10)
})
