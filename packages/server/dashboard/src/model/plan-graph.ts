import type { GraphNode, PlanGraph, StatusCounts } from '@lorc/runner/insight'
import type { GraphAnswer, Overview } from '../api/answers.ts'
import type { StepLine } from './run-picture.ts'

/** A step of a graph with what there is to say of it but its status. */
export interface RunNode extends GraphNode {
  note?: 'cached' | 'tries again'
}

/** The graph of a plan as the service tells it, without what its steps have come to. O(steps + edges). */
export function structureOf(name: string, answer: GraphAnswer): PlanGraph {
  return { name, nodes: nodesOf(answer), edges: edgesOf(answer.edges), steps: answer.steps.length }
}

function edgesOf(pairs: readonly number[]): PlanGraph['edges'] {
  return Array.from({ length: pairs.length / 2 }, (_, i) => ({ from: pairs[2 * i]!, to: pairs[2 * i + 1]! }))
}

/** The graph with what the steps have come to; it has the same edges. O(steps). */
export function graphOfRun(structure: PlanGraph, lines: readonly StepLine[]): PlanGraph {
  const nodes = structure.nodes.map((node): RunNode => ({ ...node }))
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
      const note = noteOf(line)
      if (note !== undefined) node.note = note
    }
  }
  return { ...structure, nodes }
}

function noteOf({ status, spans }: StepLine): RunNode['note'] {
  const last = spans.at(-1)
  if (status === 'waiting') return last?.[0] === 'retry' && last[2] === null ? 'tries again' : undefined
  return last?.[4] === 'cached' ? 'cached' : undefined
}

function nodesOf({ steps, types, type, phases, conditional, for_each: forEach, joins }: GraphAnswer): GraphNode[] {
  const none = { items: null, type: null, status: null, counts: null, tookMs: null, conditional: false, forEach: false }
  const nodes = steps.map((label, id): GraphNode => ({ ...none, id, kind: 'step', label, size: 1, type: types[type[id]!] ?? null, phase: phases[String(id)] ?? 'main' }))
  for (const id of conditional) nodes[id]!.conditional = true
  for (const id of forEach) nodes[id]!.forEach = true
  for (const { label, phase } of joins) nodes.push({ ...none, id: nodes.length, kind: 'join', label, size: 0, phase })
  return nodes
}

/** A large graph as the service has drawn it together. */
export function overviewGraph(name: string, { nodes, edges, step_count: steps }: Overview): PlanGraph {
  return {
    name,
    nodes: nodes.map(({ took_ms: tookMs, for_each: forEach, members: _, on_path: __, ...node }, id) => ({ ...node, id, tookMs, forEach })),
    edges: edgesOf(edges),
    steps,
  }
}

/** The steps of a node of an overview, of all lines of a run. */
export function linesOf(members: readonly number[], lines: readonly StepLine[]): StepLine[] {
  const ranges = Array.from({ length: members.length / 2 }, (_, i) => [members[2 * i]!, members[2 * i + 1]!] as const)
  return lines.filter(({ index, isItem }) => !isItem && ranges.some(([first, last]) => index >= first && index <= last))
}
