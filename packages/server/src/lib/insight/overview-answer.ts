import type { StepStatus } from '@lorc/runner'
import { foldGraph, type GraphNode, type PlanGraph, type StatusCounts } from '@lorc/runner/insight'
import type * as z from 'zod'
import type { overviewSchema } from '../contract/run-graph.ts'
import type { RunLens } from './run-lens.ts'

export type Overview = z.output<typeof overviewSchema>
type OverviewNode = Overview['nodes'][number]

/** What a step of the plan has come to. */
interface StepState {
  status: StepStatus
  tookMs: number | null
  /** Of its items, where it has some. */
  items: StatusCounts | null
}

/** The graph of a run in about `most` nodes, with what its steps have come to. O(steps + edges). */
export function overviewAnswer(lens: RunLens, most: number): Overview {
  const states = statesOf(lens)
  const { nodes, edges } = folded(lens, states, most)
  const { timeline, story } = lens.story()
  const onPath = new Set(story.path.map(({ step }) => step))
  const path = new Set(timeline.steps.flatMap(({ name, index }) => (onPath.has(name) ? [index] : [])))
  return {
    run_id: lens.fold.runId,
    seq: lens.seq,
    step_count: lens.plan.steps.length,
    nodes: nodes.map((node) => nodeAnswer(node, states, path)),
    edges: edges.flatMap(({ from, to }) => [from, to]),
  }
}

/** By index in the plan. */
function statesOf(lens: RunLens): StepState[] {
  const states = lens.plan.steps.map((): StepState => ({ status: 'waiting', tookMs: null, items: null }))
  for (const { index, itemOf, status, startedAt, endedAt } of lens.story().timeline.steps) {
    const state = states[index]
    if (state === undefined) continue
    if (itemOf !== null) count((state.items ??= {}), status)
    else Object.assign(state, { status, tookMs: startedAt === null || endedAt === null || status === 'skipped' || status === 'blocked' ? null : endedAt - startedAt })
  }
  return states
}

/** What was made last of a run's graph: as long as the same steps have failed, nothing moves. */
const kept = new WeakMap<RunLens, { key: string; graph: PlanGraph }>()

/** What failed is drawn alone; whatever else steps come to, the same ones are drawn together. */
function folded(lens: RunLens, states: readonly StepState[], most: number): PlanGraph {
  const failed = new Set(states.flatMap(({ status }, index) => (status === 'failed' ? [index] : [])))
  const key = `${most} ${[...failed].join()}`
  const before = kept.get(lens)
  if (before?.key === key) return before.graph
  const nodes = lens.structure.nodes.map((node): GraphNode => (failed.has(node.id) ? { ...node, status: 'failed' } : node))
  const graph = foldGraph({ ...lens.structure, nodes }, most)
  kept.set(lens, { key, graph })
  return graph
}

function nodeAnswer(node: GraphNode, states: readonly StepState[], path: ReadonlySet<number>): OverviewNode {
  const { kind, label, size, type, phase, conditional, forEach } = node
  const members = (node.members ?? [node.id]).filter((id) => id < states.length)
  const [only] = members
  const state = members.length === 1 ? states[only!] : undefined
  const items = state?.items ?? null
  const counts = state ? items : countsOf(members, states)
  const statuses = Object.keys(counts ?? {}) as StepStatus[]
  return {
    kind,
    label,
    size,
    members: rangesOf(members),
    items: items && Object.values(items).reduce((sum, number) => sum + number, 0),
    type,
    phase,
    status: state ? state.status : statuses.length === 1 ? statuses[0]! : null,
    counts,
    took_ms: state?.tookMs ?? null,
    conditional,
    for_each: forEach,
    on_path: state !== undefined && path.has(only!),
  }
}

function countsOf(members: readonly number[], states: readonly StepState[]): StatusCounts | null {
  if (members.length === 0) return null
  const counts: StatusCounts = {}
  for (const id of members) count(counts, states[id]!.status)
  return counts
}

function count(counts: StatusCounts, status: StepStatus): void {
  counts[status] = (counts[status] ?? 0) + 1
}

/** Indices as ranges: first, last, first, last, ... */
function rangesOf(indices: readonly number[]): number[] {
  const ranges: number[] = []
  for (const index of indices.toSorted((a, b) => a - b)) {
    if (ranges.at(-1) === index - 1) ranges[ranges.length - 1] = index
    else ranges.push(index, index)
  }
  return ranges
}
