import { describe, expect, it } from 'vitest'
import type { GraphAnswer, Overview } from '../api/answers.ts'
import { graphOfRun, linesOf, overviewGraph, structureOf } from './plan-graph.ts'
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
const lines = takeIn(undefined, insightOf(rows))!.lines!
const graph = graphOfRun(structure, lines)

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

  it('tells what was taken from the cache, and what failed and is tried again', () => {
    const line = (of: Partial<(typeof lines)[number]>) => ({ ...lines[0]!, ...of })
    const noteOf = (of: Partial<(typeof lines)[number]>) => graphOfRun(structure, [line(of)]).nodes[0]
    expect(noteOf({ status: 'completed', spans: [['ran', 0, 2, 1, 'cached']] })).toMatchObject({ note: 'cached' })
    expect(noteOf({ status: 'waiting', spans: [['ran', 0, 2, 1, 'failed'], ['retry', 2, null, null, null]] })).toMatchObject({ note: 'tries again' })
    for (const spans of [[['retry', 2, 5, null, null]], [['slot', 2, null, null, null]], []] as (typeof lines)[number]['spans'][]) expect(noteOf({ status: 'waiting', spans })).not.toHaveProperty('note')
    expect(noteOf({ status: 'completed', spans: [['ran', 0, 2, 1, 'completed']] })).not.toHaveProperty('note')
  })

  it('may be one that the service has drawn together', () => {
    const none = { items: null, type: null, counts: null, took_ms: null, conditional: false, for_each: false, on_path: false, phase: 'main' as const }
    const overview: Overview = {
      run_id: 'run_1', seq: 3, step_count: 42, edges: [0, 1],
      nodes: [
        { ...none, kind: 'step', label: 'begin', size: 1, members: [0, 0], status: 'completed', took_ms: 5, on_path: true },
        { ...none, kind: 'group', label: 's0 … s39', size: 39, members: [1, 7, 9, 40], status: null, for_each: true },
      ],
    }
    expect(overviewGraph('demo', overview)).toMatchObject({
      name: 'demo', steps: 42, edges: [{ from: 0, to: 1 }],
      nodes: [{ id: 0, label: 'begin', tookMs: 5, forEach: false }, { id: 1, size: 39, forEach: true }],
    })
    const names = linesOf([1, 3, 41, 41], lines).map(({ name }) => name)
    expect(names).toEqual(['s0', 's1', 's2', 'each'])
  })
})
