import { RunnerError } from '../errors.ts'
import type { Plan, PlanStep } from '../plan.ts'

/**
 * A plan's order as flat arrays, by step index. A step without `dependsOn` belongs to its stage's barrier; the edges
 * of the others are kept per step (CSR: the targets of i are targets[offsets[i]] to targets[offsets[i + 1] - 1]).
 */
export interface Graph {
  readonly size: number
  /** Stages are counted through the phases: those of a later phase follow those of the one before. */
  readonly stage: Int32Array
  readonly stages: number
  /** In the order in which they come; the main one is always there, the others where they have steps. */
  readonly phases: readonly Phase[]
  /** Index of each step's phase. */
  readonly phase: Uint8Array
  /** What each step needs beyond its executor: the bits `GATED`, `GROUPED`, `EACH`. */
  readonly needing: Uint8Array
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

export interface Phase {
  readonly name: PhaseName
  /** Its stages are `from` to `to - 1`. */
  readonly from: number
  readonly to: number
}

export type PhaseName = NonNullable<PlanStep['phase']>

/** Something is to be decided before the step can start: `when`, `for_each` or an approval. */
export const GATED = 1
/** Runs, or its items do, only with a slot of a concurrency group. */
export const GROUPED = 2
/** Is run once for each item. */
export const EACH = 4

/** In the order in which a run goes through them. */
export const PHASES: readonly PhaseName[] = ['main', 'on_success', 'on_failure', 'always']

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
  const { phases, phase, stage } = plan.steps.some((step) => step.phase !== undefined) ? phasesOf(plan) : onePhase(plan)
  const needing = new Uint8Array(size)
  const atBarrier = new Uint8Array(size)
  const needs = new Int32Array(size)
  const edges: Edges = { from: [], to: [] }
  const members: Edges = { from: [], to: [] }
  const { to: stages } = phases[phases.length - 1]!
  for (let i = 0; i < size; i++) {
    const step = plan.steps[i]!
    needing[i] = needsOf(step)
    if (!step.dependsOn) {
      atBarrier[i] = 1
      join(members, stage[i]!, i)
      continue
    }
    for (const name of new Set(step.dependsOn)) {
      const from = index.get(name)
      if (from === undefined) throw invalid(`Step "${step.name}" depends on "${name}", which the plan does not have.`)
      if (phase[from] !== phase[i]) throw invalid(`Step "${step.name}" depends on "${name}", which is in another phase.`)
      join(edges, from, i)
      needs[i]!++
    }
  }
  const dependents = toAdjacency(size, edges)
  return { size, stage, stages, phases, phase, needing, atBarrier, needs, dependents, barrier: toAdjacency(stages, members), index }
}

function onePhase({ steps }: Plan): Pick<Graph, 'phases' | 'phase' | 'stage'> {
  const stage = Int32Array.from(steps, (step) => step.stage)
  const to = stage.reduce((most, at) => Math.max(most, at + 1), 0)
  if (to > steps.length) throw invalid(`Stages are not dense: ${to} stages for ${steps.length} steps.`)
  return { phases: [{ name: 'main', from: 0, to }], phase: new Uint8Array(steps.length), stage }
}

/** Stages mean an order within a phase; whatever a phase leaves out of them is closed up. */
function phasesOf({ steps }: Plan): Pick<Graph, 'phases' | 'phase' | 'stage'> {
  const phases: Phase[] = []
  const phase = new Uint8Array(steps.length)
  const stage = new Int32Array(steps.length)
  for (const name of PHASES) {
    const members = steps.flatMap((step, i) => ((step.phase ?? 'main') === name ? [i] : []))
    if (name !== 'main' && members.length === 0) continue
    const from = phases[phases.length - 1]?.to ?? 0
    const ranks = new Map([...new Set(members.map((i) => steps[i]!.stage))].sort((a, b) => a - b).map((at, rank) => [at, from + rank]))
    for (const i of members) {
      phase[i] = phases.length
      stage[i] = ranks.get(steps[i]!.stage)!
    }
    phases.push({ name, from, to: from + ranks.size })
  }
  return { phases, phase, stage }
}

function needsOf({ name, type, when, forEach, concurrencyGroup }: PlanStep): number {
  if (forEach && type === 'approval') throw invalid(`Step "${name}" asks for an approval of each item; ask once, for all of them.`)
  const gated = when !== undefined || forEach || type === 'approval' ? GATED : 0
  return gated | (concurrencyGroup ? GROUPED : 0) | (forEach ? EACH : 0)
}

/** The i-th goes from `from[i]` to `to[i]`. */
interface Edges {
  from: number[]
  to: number[]
}

function join(edges: Edges, from: number, to: number): void {
  edges.from.push(from)
  edges.to.push(to)
}

function toAdjacency(size: number, { from, to }: Edges): Adjacency {
  const offsets = new Int32Array(size + 1)
  for (const node of from) offsets[node + 1]!++
  for (let i = 0; i < size; i++) offsets[i + 1]! += offsets[i]!
  const targets = new Int32Array(to.length)
  const next = offsets.slice()
  for (let i = 0; i < to.length; i++) targets[next[from[i]!]!++] = to[i]!
  return { offsets, targets }
}

function invalid(message: string): RunnerError {
  return new RunnerError('PLAN_INVALID', message)
}
