import type { StepState } from '../api.ts'
import type { StepStatus } from '../events.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { orderOf, type Phase, type PlanOrder } from './plan-order.ts'

/** How many steps have each status. */
export type StatusCounts = { [status in StepStatus]?: number }

/**
 * What is drawn as one. `step`: a step of the plan. `join`: what waits for several and lets several go on, so that they
 * need no edge for each pair. `group`: several steps, drawn as one for want of room.
 */
export interface GraphNode {
  id: number
  kind: 'step' | 'join' | 'group'
  /** Of a step its name, of a group its first and last one's; of a join when it lets go on, or empty. */
  label: string
  /** How many steps it stands for. */
  size: number
  /** Of a `for_each` step that was expanded: how many items it has. */
  items: number | null
  /** Null: of more than one type, or a join. */
  type: string | null
  phase: Phase
  /** Of a run. */
  status: StepStatus | null
  /** Of a run: of a group's steps, or a `for_each` step's items. */
  counts: StatusCounts | null
  /** Milliseconds that a step of a run took, from its first start to its end. */
  tookMs: number | null
  /** It has a condition that may have it skipped. */
  conditional: boolean
  /** It runs for each item of a list. */
  forEach: boolean
  /** In a folded graph: the ids, in the graph that was folded, of what it stands for. */
  members?: number[]
}

export interface GraphEdge {
  from: number
  to: number
}

export interface PlanGraph {
  name: string
  nodes: GraphNode[]
  edges: GraphEdge[]
  /** How many steps the plan has. */
  steps: number
}

const PHASE_LABELS: Record<Phase, string> = { main: '', on_success: 'if it completed', on_failure: 'if it failed', always: 'in the end' }

/** A plan as a picture shows it, with the states of a run where they are given. O(steps + edges). */
export function graphOfPlan(plan: Plan, states: readonly StepState[] = []): PlanGraph {
  const order = orderOf(plan)
  const graph = new Building(plan, states)
  const mainEnds = connect(graph, order, 'main', [])
  for (const phase of ['on_success', 'on_failure', 'always'] as const) {
    if (order.phase.includes(phase)) connect(graph, order, phase, mainEnds)
  }
  return { name: plan.name, nodes: graph.nodes, edges: graph.edges, steps: plan.steps.length }
}

/** Draws a phase's edges; returns the steps that nothing in it waits for. */
function connect(graph: Building, order: PlanOrder, phase: Phase, before: readonly number[]): number[] {
  const stages: number[][] = []
  for (const [index, step] of order.plan.steps.entries()) if (order.phase[index] === phase) (stages[step.stage] ??= []).push(index)
  const gate = before.length > 0 ? graph.join(before, phase) : undefined
  let frontier = new Set<number>()
  for (const stage of stages) {
    if (stage === undefined) continue
    const barrier = stage.filter((index) => order.needs[index] === undefined)
    const free = stage.filter((index) => order.needs[index]?.length === 0)
    if (barrier.length > 0 && frontier.size > 0) {
      graph.connectAll([...frontier], barrier, phase)
      frontier = new Set()
    } else if (gate !== undefined) for (const index of barrier) graph.edges.push({ from: gate, to: index })
    if (gate !== undefined) for (const index of free) graph.edges.push({ from: gate, to: index })
    for (const index of stage) frontier.add(index)
    for (const index of stage) for (const need of order.needs[index] ?? []) frontier.delete(need)
  }
  for (const { needs, steps } of bySameNeeds(order, phase)) graph.connectAll(needs, steps, phase)
  return [...frontier]
}

/** Steps that name the same ones, together. */
function bySameNeeds(order: PlanOrder, phase: Phase): { needs: readonly number[]; steps: number[] }[] {
  const same = new Map<string, { needs: readonly number[]; steps: number[] }>()
  for (const [index, needs] of order.needs.entries()) {
    if (needs === undefined || needs.length === 0 || order.phase[index] !== phase) continue
    const key = needs.toSorted((a, b) => a - b).join(',')
    const group = same.get(key)
    if (group) group.steps.push(index)
    else same.set(key, { needs, steps: [index] })
  }
  return [...same.values()]
}

class Building {
  readonly nodes: GraphNode[]
  readonly edges: GraphEdge[] = []

  constructor(plan: Plan, states: readonly StepState[]) {
    const items = new Map<string, StatusCounts>()
    const own = new Map<string, StepState>()
    for (const state of states) {
      if (state.itemOf === null) own.set(state.name, state)
      else add(items, state.itemOf, state.status)
    }
    this.nodes = plan.steps.map((step, id) => stepNode(step, id, own.get(step.name), items.get(step.name)))
  }

  /** An edge for each pair where they are few, else a join between the two sides. */
  connectAll(from: readonly number[], to: readonly number[], phase: Phase): void {
    if (from.length * to.length <= from.length + to.length + 1) {
      for (const a of from) for (const b of to) this.edges.push({ from: a, to: b })
      return
    }
    const id = this.join(from, phase, '')
    for (const index of to) this.edges.push({ from: id, to: index })
  }

  join(from: readonly number[], phase: Phase, label = PHASE_LABELS[phase]): number {
    const id = this.nodes.length
    const none = { items: null, type: null, status: null, counts: null, tookMs: null, conditional: false, forEach: false }
    this.nodes.push({ id, kind: 'join', label, size: 0, phase, ...none })
    for (const index of from) this.edges.push({ from: index, to: id })
    return id
  }
}

function stepNode(step: PlanStep, id: number, state: StepState | undefined, items: StatusCounts | undefined): GraphNode {
  const took = state?.startedAt != null && state.endedAt !== null ? Math.max(0, state.endedAt - state.startedAt) : null
  return {
    id,
    kind: 'step',
    label: step.name,
    size: 1,
    items: state?.items ?? null,
    type: step.type,
    phase: step.phase ?? 'main',
    status: state?.status ?? null,
    counts: items ?? null,
    tookMs: state?.status === 'skipped' || state?.status === 'blocked' ? null : took,
    conditional: step.when !== undefined,
    forEach: step.forEach !== undefined,
  }
}

function add(counts: Map<string, StatusCounts>, name: string, status: StepStatus): void {
  const own = counts.get(name) ?? {}
  own[status] = (own[status] ?? 0) + 1
  counts.set(name, own)
}
