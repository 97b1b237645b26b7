/** What the graph needs to know of a step; `dependsOn` holds indices. */
export interface GraphStep {
  stage: number
  dependsOn?: readonly number[]
}

/**
 * The graph of what waits for what, without an edge for each pair: nodes 0 to n-1 are the steps, n + k is the barrier
 * that is passed when every step of the stages 0 to k has ended. A step of stage k+1 without `dependsOn` waits for it.
 */
export class WaitGraph {
  readonly size: number
  readonly #steps: readonly GraphStep[]
  readonly #byStage: readonly (readonly number[])[]

  constructor(steps: readonly GraphStep[]) {
    const byStage: number[][] = []
    const stages = steps.reduce((most, { stage }) => Math.max(most, stage + 1), 0)
    for (let stage = 0; stage < stages; stage++) byStage.push([])
    steps.forEach((step, index) => byStage[step.stage]!.push(index))
    this.#steps = steps
    this.#byStage = byStage
    this.size = steps.length + byStage.length
  }

  isBarrier(node: number): boolean {
    return node >= this.#steps.length
  }

  /** How many nodes a node waits for directly. */
  degree(node: number): number {
    const step = this.#steps[node]
    if (step) return step.dependsOn?.length ?? (step.stage > 0 ? 1 : 0)
    const stage = node - this.#steps.length
    return this.#byStage[stage]!.length + (stage > 0 ? 1 : 0)
  }

  /** The i-th node (below `degree`) that a node waits for directly. */
  waitsFor(node: number, i: number): number {
    const step = this.#steps[node]
    if (step) return step.dependsOn ? step.dependsOn[i]! : this.#steps.length + step.stage - 1
    return this.#byStage[node - this.#steps.length]![i] ?? node - 1
  }
}

/**
 * Strongly connected components, each before those that wait for it (Tarjan 1972, without recursion). `component` gives
 * each node's; `order` lists all nodes. `visits` counts the edges that were followed.
 */
export function components(graph: WaitGraph): {
  order: number[]
  component: Int32Array
  count: number
  visits: number
} {
  const { size } = graph
  const component = new Int32Array(size).fill(-1)
  const seen = new Int32Array(size)
  const low = new Int32Array(size)
  const next = new Int32Array(size)
  const pending: number[] = []
  const order: number[] = []
  let clock = 0
  let count = 0
  let visits = 0
  for (let root = 0; root < size; root++) {
    if (seen[root] !== 0) continue
    const path = [root]
    while (path.length > 0) {
      const node = path[path.length - 1]!
      if (seen[node] === 0) {
        seen[node] = low[node] = ++clock
        pending.push(node)
      }
      const edge = next[node]!
      if (edge < graph.degree(node)) {
        visits++
        next[node] = edge + 1
        const to = graph.waitsFor(node, edge)
        if (seen[to] === 0) path.push(to)
        else if (component[to] === -1) low[node] = Math.min(low[node]!, seen[to]!)
        continue
      }
      path.pop()
      const above = path[path.length - 1]
      if (above !== undefined) low[above] = Math.min(low[above]!, low[node]!)
      if (low[node] !== seen[node]) continue
      for (let member = pending.pop(); member !== undefined; member = pending.pop()) {
        component[member] = count
        order.push(member)
        if (member === node) break
      }
      count++
    }
  }
  return { order, component, count, visits }
}
