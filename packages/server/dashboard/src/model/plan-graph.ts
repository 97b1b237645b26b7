import { foldGraph, type GraphNode, type PlanGraph, type StatusCounts } from '@lorc/runner/insight'
import type { GraphAnswer, StepStatus } from '../api/answers.ts'
import type { StepLine } from './run-picture.ts'

/** The graph of a plan as the service tells it, without what its steps have come to. O(steps + edges). */
export function structureOf(name: string, answer: GraphAnswer): PlanGraph {
  const edges = Array.from({ length: answer.edges.length / 2 }, (_, i) => ({ from: answer.edges[2 * i]!, to: answer.edges[2 * i + 1]! }))
  return { name, nodes: nodesOf(answer), edges, steps: answer.steps.length }
}

/** The graph with what the steps have come to; it has the same edges. O(steps). */
export function graphOfRun(structure: PlanGraph, lines: readonly StepLine[]): PlanGraph {
  const nodes = structure.nodes.map((node): GraphNode => ({ ...node }))
  for (const line of lines) {
    const node = nodes[line.index]
    if (node === undefined) continue
    if (line.isItem) {
      const counts: StatusCounts = (node.counts ??= {})
      counts[line.status] = (counts[line.status] ?? 0) + 1
      node.items = (node.items ?? 0) + 1
    } else {
      node.status = line.status
      node.tookMs = line.started === null || line.ended === null || line.status === 'skipped' || line.status === 'blocked' ? null : line.ended - line.started
    }
  }
  return { ...structure, nodes }
}

function nodesOf({ steps, types, type, phases, conditional, for_each: forEach, joins }: GraphAnswer): GraphNode[] {
  const none = { items: null, type: null, status: null, counts: null, tookMs: null, conditional: false, forEach: false }
  const nodes = steps.map((label, id): GraphNode => ({ ...none, id, kind: 'step', label, size: 1, type: types[type[id]!] ?? null, phase: phases[String(id)] ?? 'main' }))
  for (const id of conditional) nodes[id]!.conditional = true
  for (const id of forEach) nodes[id]!.forEach = true
  for (const { label, phase } of joins) nodes.push({ ...none, id: nodes.length, kind: 'join', label, size: 0, phase })
  return nodes
}

/**
 * In at most about `most` nodes. What failed is drawn alone; whatever else steps come to, the same ones are drawn
 * together, so that nothing moves while the run goes on.
 */
export function foldedGraph(graph: PlanGraph, most: number): PlanGraph {
  const still = graph.nodes.map((node): GraphNode => ({ ...node, status: node.status === 'failed' ? 'failed' : null, counts: null }))
  const folded = foldGraph({ ...graph, nodes: still }, most)
  return { ...folded, nodes: folded.nodes.map((node) => withStates(node, graph.nodes)) }
}

/** A node with what its steps have come to by now. */
function withStates(node: GraphNode, all: readonly GraphNode[]): GraphNode {
  const members = node.members ?? [node.id]
  const [only] = members
  if (members.length === 1) return { ...all[only!]!, id: node.id, members }
  const counts: StatusCounts = {}
  for (const id of members) {
    const { status } = all[id]!
    if (status !== null) counts[status] = (counts[status] ?? 0) + 1
  }
  const [first, ...others] = Object.keys(counts) as StepStatus[]
  return { ...node, counts, status: first !== undefined && others.length === 0 ? first : null }
}
