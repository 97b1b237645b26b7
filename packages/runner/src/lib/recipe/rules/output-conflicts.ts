import { components, WaitGraph, type GraphStep } from './graph.ts'

/** A file that two steps declare of which neither waits for the other. */
export interface OutputConflict {
  file: string
  first: number
  second: number
}

/** Questions that are answered in one pass over the graph: the bits of a number. */
const BATCH = 31

/**
 * Steps that may run at the same time and declare the same output file. `outputs` gives the (normalized) files of each
 * step; the graph has no cycle. In a topological order the writers of a file are all ordered if each is ordered after
 * the one before it: so a file with k writers costs k - 1 questions, and 31 questions cost one pass over the stretch of
 * the graph between their steps.
 */
export function outputConflicts(
  steps: readonly GraphStep[],
  outputs: readonly (readonly string[])[],
): OutputConflict[] {
  const writers = new Map<string, Set<number>>()
  outputs.forEach((files, step) =>
    files.forEach((file) => writers.set(file, (writers.get(file) ?? new Set()).add(step))),
  )
  const shared = [...writers].filter(([, set]) => set.size > 1)
  if (shared.length === 0) return []

  const graph = new WaitGraph(steps)
  const { order } = components(graph)
  const rank = new Int32Array(graph.size)
  order.forEach((node, place) => (rank[node] = place))
  const questions = shared.flatMap(([file, set]) => {
    const sorted = [...set].sort((a, b) => rank[a]! - rank[b]!)
    return sorted.slice(1).map((second, i) => ({ file, first: sorted[i]!, second }))
  })
  questions.sort((a, b) => rank[a.first]! - rank[b.first]!)

  const conflicts: OutputConflict[] = []
  const reached = new Int32Array(graph.size)
  for (let at = 0; at < questions.length; at += BATCH) {
    const batch = questions.slice(at, at + BATCH)
    const from = Math.min(...batch.map(({ first }) => rank[first]!))
    const to = Math.max(...batch.map(({ second }) => rank[second]!))
    spread(graph, order, reached, { from, to, sources: batch.map(({ first }) => first) })
    batch.forEach((question, bit) => {
      if ((reached[question.second]! & (1 << bit)) === 0) conflicts.push(question)
    })
    for (let place = from; place <= to; place++) reached[order[place]!] = 0
  }
  return conflicts
}

interface Stretch {
  from: number
  to: number
  sources: readonly number[]
}

/** Sets bit i of every node between `from` and `to` that waits, over any number of nodes, for source i. */
function spread(graph: WaitGraph, order: readonly number[], reached: Int32Array, { from, to, sources }: Stretch): void {
  sources.forEach((source, bit) => (reached[source] = reached[source]! | (1 << bit)))
  for (let place = from; place <= to; place++) {
    const node = order[place]!
    let bits = reached[node]!
    for (let i = 0; i < graph.degree(node); i++) bits |= reached[graph.waitsFor(node, i)]!
    reached[node] = bits
  }
}
