import { describe, expect, it } from 'vitest'
import type { StepState } from '../api.ts'
import type { Plan } from '../plan.ts'
import { foldGraph, layersOf } from './fold-graph.ts'
import { planOf } from './journal.fixture.ts'
import { graphOfPlan, type PlanGraph } from './plan-graph.ts'

function edges({ nodes, edges: all }: PlanGraph): string[] {
  const name = (id: number): string => nodes[id]!.label || `join${nodes[id]!.id}`
  return all.map(({ from, to }) => `${name(from)} > ${name(to)}`)
}

function state(name: string, more: Partial<StepState>): StepState {
  return { name, status: 'completed', startedAt: 0, endedAt: 5, items: null, itemOf: null, ...more } as StepState
}

function parallel(...stages: string[][]): Plan {
  return { lorc: 1, name: 'demo', steps: stages.flatMap((names, stage) => names.map((name) => ({ name, type: 'node', stage }))) }
}

describe('the graph of a plan', () => {
  it('has an edge for what a step names, and for the order of the recipe', () => {
    const plan = planOf('a', { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: ['a'] }, 'd', { name: 'e', dependsOn: [] })
    expect(edges(graphOfPlan(plan))).toEqual(['b > d', 'c > d', 'a > b', 'a > c'])
  })

  it('draws a barrier between many and many as a join, not as an edge for each pair', () => {
    const graph = graphOfPlan(parallel(['a', 'b', 'c'], ['d', 'e', 'f'], ['g']))
    expect(edges(graph)).toEqual(['a > join7', 'b > join7', 'c > join7', 'join7 > d', 'join7 > e', 'join7 > f', 'd > g', 'e > g', 'f > g'])
  })

  it('does so, too, for steps that name the same ones', () => {
    const plan = parallel(['a', 'b', 'c'], ['d', 'e', 'f', 'g'])
    for (const step of plan.steps.slice(3)) step.dependsOn = step.name === 'g' ? ['a'] : ['a', 'b', 'c']
    expect(edges(graphOfPlan(plan))).toEqual(['a > join7', 'b > join7', 'c > join7', 'join7 > d', 'join7 > e', 'join7 > f', 'a > g'])
  })

  it('lets later phases begin after the main part, and says when they do', () => {
    const plan = planOf(
      'a',
      { name: 'mail', phase: 'on_success', stage: 0 },
      { name: 'page', phase: 'on_failure', stage: 0, dependsOn: [] },
      { name: 'clean', phase: 'always', stage: 0 },
      { name: 'done', phase: 'always', stage: 1 },
    )
    expect(edges(graphOfPlan(plan))).toEqual([
      'a > if it completed', 'if it completed > mail', 'a > if it failed', 'if it failed > page', 'a > in the end', 'in the end > clean', 'clean > done',
    ])
  })

  it('shows the states of a run, and of a for_each step those of its items', () => {
    const plan = planOf({ name: 'each', forEach: { items: 'x' }, when: 'true' }, 'b')
    const states = [
      state('each', { items: 3, status: 'failed' }),
      state('each[0]', { itemOf: 'each' }),
      state('each[1]', { itemOf: 'each', status: 'failed' }),
      state('each[2]', { itemOf: 'each' }),
      state('b', { status: 'blocked' }),
    ]
    expect(graphOfPlan(plan, states).nodes).toMatchObject([
      { label: 'each', status: 'failed', size: 1, items: 3, counts: { completed: 2, failed: 1 }, tookMs: 5, conditional: true, forEach: true },
      { label: 'b', status: 'blocked', size: 1, counts: null, tookMs: null, conditional: false },
    ])
  })

  it('grows with steps and edges only', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `s${i}`)
    const graph = graphOfPlan(parallel(names.slice(0, 500), names.slice(500)))
    expect([graph.nodes.length, graph.edges.length]).toEqual([1001, 1000])
  })
})

describe('folding', () => {
  const wide = parallel(['a'], Array.from({ length: 50 }, (_, i) => `s${i}`), ['z'])

  it('leaves a graph alone that is small enough', () => {
    const graph = graphOfPlan(wide)
    expect(foldGraph(graph, 100)).toBe(graph)
  })

  it('draws steps as one that wait for the same and that the same wait for, but for those with another status', () => {
    const states = wide.steps.map(({ name }) => state(name, { status: name === 's7' ? 'failed' : 'completed' }))
    const graph = foldGraph(graphOfPlan(wide, states), 20)
    expect(graph.nodes.map(({ kind, label, size, status, counts }) => [kind, label, size, status, counts])).toEqual([
      ['step', 'a', 1, 'completed', null],
      ['group', 's0 … s49', 49, 'completed', { completed: 49 }],
      ['step', 's7', 1, 'failed', null],
      ['step', 'z', 1, 'completed', null],
    ])
    expect(edges(graph)).toEqual(['a > s0 … s49', 'a > s7', 's0 … s49 > z', 's7 > z'])
  })

  it('draws layers of a long graph as one, and the step that failed alone, without a circle', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `s${i}`)
    const plan = planOf(...names)
    const states = names.map((name, i) => state(name, { status: i === 500 ? 'failed' : i < 500 ? 'completed' : 'blocked' }))
    const graph = foldGraph(graphOfPlan(plan, states), 30)
    expect(graph.nodes.length).toBeLessThanOrEqual(40)
    expect(graph.nodes.find(({ status }) => status === 'failed')).toMatchObject({ kind: 'step', label: 's500' })
    expect(graph.nodes.reduce((sum, { size }) => sum + size, 0)).toBe(1000)
    const layer = layersOf(graph)
    expect(graph.edges.every(({ from, to }) => layer[to]! > layer[from]!)).toBe(true)
  })

  it('keeps groups that were bundled before, with the counts of all', () => {
    const names = Array.from({ length: 400 }, (_, i) => `s${i}`)
    const stages = Array.from({ length: 100 }, (_, i) => names.slice(i * 4, i * 4 + 4))
    const plan = parallel(...stages)
    const graph = foldGraph(graphOfPlan(plan, names.map((name) => state(name, {}))), 10)
    expect(graph.nodes.length).toBeLessThanOrEqual(12)
    expect(graph.nodes.reduce((sum, { counts }) => sum + (counts?.completed ?? 0), 0)).toBe(400)
    expect(graph.nodes[0]).toMatchObject({ kind: 'group', type: 'node', status: 'completed' })
    expect(graph.nodes[0]!.label).toMatch(/^s0 … s\d+$/)
  })

  it('says what each node stands for', () => {
    const names = Array.from({ length: 400 }, (_, i) => `s${i}`)
    const whole = graphOfPlan(parallel(...Array.from({ length: 100 }, (_, i) => names.slice(i * 4, i * 4 + 4))))
    const graph = foldGraph(whole, 10)
    expect(graph.nodes.flatMap(({ members }) => members!).sort((a, b) => a - b)).toEqual(whole.nodes.map(({ id }) => id))
    for (const { members, label } of graph.nodes) {
      const steps = members!.filter((id) => whole.nodes[id]!.kind === 'step')
      expect(label).toBe(`${whole.nodes[steps[0]!]!.label} … ${whole.nodes[steps.at(-1)!]!.label}`)
    }
  })
})
