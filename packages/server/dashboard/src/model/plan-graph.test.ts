import { describe, expect, it } from 'vitest'
import type { GraphAnswer } from '../api/answers.ts'
import { foldedGraph, graphOfRun, structureOf } from './plan-graph.ts'
import { insightOf, rowOf } from './picture.fixture.ts'
import { takeIn } from './run-picture.ts'

const MANY = 40
const answer: GraphAnswer = {
  plan_hash: 'p',
  steps: ['begin', ...Array.from({ length: MANY }, (_, i) => `s${i}`), 'each'],
  types: ['node', 'shell'],
  type: [1, ...Array.from({ length: MANY }, () => 0), 0],
  phases: { [MANY + 1]: 'always' },
  conditional: [1],
  for_each: [MANY + 1],
  joins: [{ label: 'in the end', phase: 'always' }],
  edges: [...Array.from({ length: MANY }, (_, i) => [0, i + 1, i + 1, MANY + 2]).flat(), MANY + 2, MANY + 1],
}
const rows = [
  rowOf('begin', 0, { status: 'completed', started: 0, ended: 5 }),
  ...Array.from({ length: MANY }, (_, i) => rowOf(`s${i}`, i + 1, { status: i === 7 ? 'failed' : i < 10 ? 'completed' : 'waiting', started: 5, ended: 9 })),
  rowOf('each', MANY + 1, { status: 'running' }),
  rowOf('each[0]', MANY + 1, { item: true, status: 'completed' }),
  rowOf('each[1]', MANY + 1, { item: true, status: 'running' }),
]
const structure = structureOf('demo', answer)
const graph = graphOfRun(structure, takeIn(undefined, insightOf(rows))!.lines)

describe('the graph of a run', () => {
  it('has the steps with what they came to, items counted, and what joins them', () => {
    expect(graph.nodes).toHaveLength(MANY + 3)
    expect(graph.nodes[0]).toMatchObject({ label: 'begin', type: 'shell', status: 'completed', tookMs: 5 })
    expect(graph.nodes[1]).toMatchObject({ conditional: true })
    expect(graph.nodes[MANY + 1]).toMatchObject({ label: 'each', phase: 'always', forEach: true, items: 2, counts: { completed: 1, running: 1 }, tookMs: null })
    expect(graph.nodes[MANY + 2]).toMatchObject({ kind: 'join', label: 'in the end' })
    expect(graph.edges).toBe(structure.edges)
    expect(structure.nodes[0]!.status).toBeNull()
  })

  it('is folded to the same nodes whatever steps come to, but for those that failed', () => {
    const folded = foldedGraph(graph, 10)
    expect(folded.nodes.map(({ label, status }) => [label, status])).toEqual([['begin', 'completed'], ['s0 … s39', null], ['s7', 'failed'], ['each', 'running'], ['in the end', null]])
    expect(folded.nodes[1]).toMatchObject({ size: 39, counts: { completed: 9, waiting: 30 } })
    const done = foldedGraph(graphOfRun(structure, takeIn(undefined, insightOf(rows.map((row) => (row[3] === 'waiting' ? rowOf(row[0], row[1], { status: 'completed' }) : row))))!.lines), 10)
    expect(done.nodes.map(({ label }) => label)).toEqual(folded.nodes.map(({ label }) => label))
    expect(done.nodes[1]).toMatchObject({ status: 'completed' })
  })
})
