import { RunnerError } from './errors.ts'
import type { Plan } from './plan.ts'

/**
 * A plan's order as flat arrays, by step index. A step without `dependsOn` belongs to its stage's barrier; the edges
 * of the others are kept per step (CSR: the targets of i are targets[offsets[i]] to targets[offsets[i + 1] - 1]).
 */
export interface Graph {
  readonly size: number
  readonly stage: Int32Array
  readonly stages: number
  /** 1 where the step waits at its stage's barrier. */
  readonly atBarrier: Uint8Array
  /** Number of steps that each step names in `dependsOn`. */
  readonly needs: Int32Array
  /** Who names me in `dependsOn`. */
  readonly dependents: Adjacency
  /** Steps at each stage's barrier. */
  readonly barrier: Adjacency
  readonly index: ReadonlyMap<string, number>
}

export interface Adjacency {
  readonly offsets: Int32Array
  readonly targets: Int32Array
}

const graphs = new WeakMap<Plan, Graph>()

/** O(steps + edges), once for each plan object. Throws PLAN_INVALID for a name that is there twice or not at all. */
export function graphOf(plan: Plan): Graph {
  let graph = graphs.get(plan)
  if (!graph) graphs.set(plan, (graph = buildGraph(plan)))
  return graph
}

function buildGraph(plan: Plan): Graph {
  const size = plan.steps.length
  const index = new Map<string, number>()
  plan.steps.forEach((step, i) => {
    if (index.has(step.name)) throw invalid(`Two steps are named "${step.name}".`)
    index.set(step.name, i)
  })
  const stage = new Int32Array(size)
  const atBarrier = new Uint8Array(size)
  const needs = new Int32Array(size)
  const edges: [from: number, to: number][] = []
  const members: [from: number, to: number][] = []
  let stages = 0
  for (let i = 0; i < size; i++) {
    const step = plan.steps[i]!
    stage[i] = step.stage
    stages = Math.max(stages, step.stage + 1)
    if (!step.dependsOn) {
      atBarrier[i] = 1
      members.push([step.stage, i])
      continue
    }
    for (const name of new Set(step.dependsOn)) {
      const from = index.get(name)
      if (from === undefined) throw invalid(`Step "${step.name}" depends on "${name}", which the plan does not have.`)
      edges.push([from, i])
      needs[i]!++
    }
  }
  if (stages > size) throw invalid(`Stages are not dense: ${stages} stages for ${size} steps.`)
  return { size, stage, stages, atBarrier, needs, dependents: toAdjacency(size, edges), barrier: toAdjacency(stages, members), index }
}

function toAdjacency(size: number, pairs: readonly [from: number, to: number][]): Adjacency {
  const offsets = new Int32Array(size + 1)
  for (const [from] of pairs) offsets[from + 1]!++
  for (let i = 0; i < size; i++) offsets[i + 1]! += offsets[i]!
  const targets = new Int32Array(pairs.length)
  const next = offsets.slice()
  for (const [from, to] of pairs) targets[next[from]!++] = to
  return { offsets, targets }
}

function invalid(message: string): RunnerError {
  return new RunnerError('PLAN_INVALID', message)
}
