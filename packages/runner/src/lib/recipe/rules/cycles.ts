import { components, WaitGraph, type GraphStep } from './graph.ts'

/** Steps that wait for each other: each for the next, the last for the first. */
export interface Cycle {
  /** `all`: it waits for every step before it (the next one among them), not for that one by name. */
  hops: { step: number; all: boolean }[]
}

const MAX_ROUNDS = 16

/**
 * A shortest cycle for each knot of steps, at most a few for each; none means the graph is acyclic. Each cycle begins
 * with a `dependsOn`. `visits` counts the edges followed, which is O(V + E).
 */
export function findCycles(steps: readonly GraphStep[]): { cycles: Cycle[]; visits: number } {
  if (isInOrder(steps)) return { cycles: [], visits: 0 }
  const cycles: Cycle[] = []
  const rest = [...steps]
  let visits = 0
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const graph = new WaitGraph(rest)
    const { component, count, visits: followed } = components(graph)
    visits += followed
    const found = cyclesOf(graph, rest, component, count)
    if (found.length === 0) break
    for (const cycle of found) {
      cycles.push(cycle)
      const from = cycle.hops[0]!.step
      const to = cycle.hops[1 % cycle.hops.length]!.step
      const { stage, dependsOn = [] } = rest[from]!
      rest[from] = { stage, dependsOn: dependsOn.filter((index) => index !== to) }
    }
  }
  return { cycles, visits }
}

/** Whether every step waits for earlier ones only, as in most recipes: then there is no cycle to be looked for. */
function isInOrder(steps: readonly GraphStep[]): boolean {
  let stage = 0
  for (const [index, step] of steps.entries()) {
    if (step.stage < stage) return false
    stage = step.stage
    for (const to of step.dependsOn ?? []) if (to >= index) return false
  }
  return true
}

function cyclesOf(graph: WaitGraph, steps: readonly GraphStep[], component: Int32Array, count: number): Cycle[] {
  const done = new Uint8Array(count)
  const cycles: Cycle[] = []
  steps.forEach((step, index) => {
    const own = component[index]!
    if (done[own] === 1 || !step.dependsOn?.some((to) => component[to] === own)) return
    done[own] = 1
    cycles.push(shortestCycle(graph, component, index))
  })
  return cycles
}

/** Breadth-first from a step, within its component, until it is met again. */
function shortestCycle(graph: WaitGraph, component: Int32Array, start: number): Cycle {
  const from = new Map<number, number>()
  const queue = [start]
  for (const node of queue) {
    for (let i = 0; i < graph.degree(node); i++) {
      const to = graph.waitsFor(node, i)
      if (to === start) return { hops: hopsTo(graph, from, node) }
      if (component[to] !== component[start] || from.has(to)) continue
      from.set(to, node)
      queue.push(to)
    }
  }
  return { hops: [{ step: start, all: false }] }
}

function hopsTo(graph: WaitGraph, from: ReadonlyMap<number, number>, last: number): Cycle['hops'] {
  const hops: Cycle['hops'] = []
  let all = false
  for (let node: number | undefined = last; node !== undefined; node = from.get(node)) {
    if (graph.isBarrier(node)) all = true
    else {
      hops.push({ step: node, all })
      all = false
    }
  }
  return hops.reverse()
}
