import type { PlanGraph } from '@lorc/runner/insight'

/** Who waits for whom, by node id, in lists that share one array: a graph may have 100,000 edges. */
export class Neighbours {
  readonly #graph: PlanGraph
  readonly #before: Lists
  readonly #after: Lists

  constructor(graph: PlanGraph) {
    this.#graph = graph
    this.#before = listsOf(graph, 'to', 'from')
    this.#after = listsOf(graph, 'from', 'to')
  }

  before(id: number): Int32Array {
    return this.#before.of(id)
  }

  after(id: number): Int32Array {
    return this.#after.of(id)
  }

  /** The first step, or group, before or after a node: through what only joins. */
  firstStep(id: number, side: 'before' | 'after'): number | undefined {
    const seen = new Set<number>()
    const queue = [...this[side](id)]
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      if (seen.has(next)) continue
      seen.add(next)
      if (this.#graph.nodes[next]!.kind !== 'join') return next
      queue.push(...this[side](next))
    }
    return undefined
  }
}

interface Lists {
  of(id: number): Int32Array
}

function listsOf({ nodes, edges }: PlanGraph, by: 'from' | 'to', other: 'from' | 'to'): Lists {
  const starts = new Int32Array(nodes.length + 1)
  for (const edge of edges) starts[edge[by] + 1]!++
  for (let id = 0; id < nodes.length; id++) starts[id + 1]! += starts[id]!
  const at = starts.slice()
  const all = new Int32Array(edges.length)
  for (const edge of edges) all[at[edge[by]]!++] = edge[other]
  return { of: (id) => all.subarray(starts[id], starts[id + 1]) }
}
