import type { Graph } from '../plan/graph.ts'
import type { Plan } from '../plan.ts'

/** Expected milliseconds of a step, by its name; undefined: it never ran. */
export type Durations = (step: string) => number | undefined

/**
 * The order in which ready steps are to start: by priority, then by the time that the run at least takes from their start
 * on, then as the plan lists them. Undefined where that is the plan's own order.
 */
export function startOrder(plan: Plan, graph: Graph, durations?: Durations): Int32Array | undefined {
  const remaining = durations && remainingPaths(plan, graph, durations)
  if (!remaining && !plan.steps.some(({ priority }) => priority)) return undefined
  const priority = Int32Array.from(plan.steps, (step) => step.priority ?? 0)
  const order = Int32Array.from({ length: graph.size }, (_, i) => i)
  return order.sort((a, b) => priority[b]! - priority[a]! || (remaining ? remaining[b]! - remaining[a]! : 0) || a - b)
}

/**
 * The longest way from the start of each step to the end of its phase, in milliseconds. A step of unknown duration counts
 * as one of the median of the known ones. Undefined: nothing is known. O(steps + edges).
 */
export function remainingPaths(plan: Plan, graph: Graph, durations: Durations): Float64Array | undefined {
  const known = plan.steps.map(({ name }) => durations(name))
  const sorted = known.filter((ms) => ms !== undefined).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const median = sorted[sorted.length >> 1]!
  const remaining = new Float64Array(graph.size)
  /** By stage: the longest way that begins at the barrier of this stage or of a later one of the phase. */
  const beyond = new Float64Array(graph.stages + 1).fill(-1)
  const ends = Int32Array.from(graph.phase, (phase) => graph.phases[phase]!.to)
  const { offsets, targets } = graph.dependents
  const from = (stage: number, end: number): number => {
    let first = stage
    while (first < end && beyond[first]! < 0) first++
    let longest = first < end ? beyond[first]! : 0
    for (let at = first - 1; at >= stage; at--) {
      for (let i = graph.barrier.offsets[at]!; i < graph.barrier.offsets[at + 1]!; i++) {
        longest = Math.max(longest, remaining[graph.barrier.targets[i]!]!)
      }
      beyond[at] = longest
    }
    return longest
  }
  const order = inOrder(graph)
  for (let at = order.length - 1; at >= 0; at--) {
    const step = order[at]!
    let after = from(graph.stage[step]! + 1, ends[step]!)
    for (let i = offsets[step]!; i < offsets[step + 1]!; i++) after = Math.max(after, remaining[targets[i]!]!)
    remaining[step] = after + (known[step] ?? median)
  }
  return remaining
}

/** The steps, each after all that it waits for. */
function inOrder(graph: Graph): number[] {
  const waits = Int32Array.from(graph.needs)
  const left = new Int32Array(graph.stages)
  for (let i = 0; i < graph.size; i++) left[graph.stage[i]!]!++
  const order: number[] = []
  for (let i = 0; i < graph.size; i++) if (waits[i] === 0 && !graph.atBarrier[i]) order.push(i)
  let stage = -1
  for (let at = 0; ; at++) {
    while (stage + 1 < graph.stages && (stage < 0 || left[stage] === 0)) {
      stage++
      for (let i = graph.barrier.offsets[stage]!; i < graph.barrier.offsets[stage + 1]!; i++) order.push(graph.barrier.targets[i]!)
    }
    if (at >= order.length) return order
    const step = order[at]!
    left[graph.stage[step]!]!--
    for (let i = graph.dependents.offsets[step]!; i < graph.dependents.offsets[step + 1]!; i++) {
      const dependent = graph.dependents.targets[i]!
      waits[dependent]!--
      if (waits[dependent] === 0) order.push(dependent)
    }
  }
}
