import type { StepStatus } from '../events.ts'
import type { GraphEdge, GraphNode, PlanGraph, StatusCounts } from './plan-graph.ts'

/** Steps that a picture of a run is about: they are drawn alone as long as there are few. */
const TELLING: ReadonlySet<StepStatus | null> = new Set<StepStatus>(['failed', 'running'])
const MOST_TELLING = 20
const FEWEST_SIBLINGS = 3
/** A ladder with more rungs says no more. */
const MOST_BANDS = 40

/**
 * The graph in at most about `most` nodes: where it has more, steps that wait for the same and that the same wait for
 * are drawn as one; where that is not enough, neighbouring layers are. A few steps that failed or run are always drawn
 * alone. No circle comes about.
 */
export function foldGraph(graph: PlanGraph, most: number): PlanGraph {
  if (graph.nodes.length <= most) return graph
  const bundled = bundle(graph)
  return bundled.nodes.length <= most ? bundled : foldLayers(bundled, most)
}

/** Of each node, the length of the longest path to it. O(nodes + edges). */
export function layersOf({ nodes, edges }: PlanGraph): Int32Array {
  const layer = new Int32Array(nodes.length)
  const waits = new Int32Array(nodes.length)
  const next: number[][] = nodes.map(() => [])
  for (const { from, to } of edges) {
    next[from]!.push(to)
    waits[to]!++
  }
  const ready = nodes.flatMap(({ id }) => (waits[id] === 0 ? [id] : []))
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const to of next[id]!) {
      layer[to] = Math.max(layer[to]!, layer[id]! + 1)
      waits[to]!--
      if (waits[to] === 0) ready.push(to)
    }
  }
  return layer
}

function bundle(graph: PlanGraph): PlanGraph {
  const before: number[][] = graph.nodes.map(() => [])
  const after: number[][] = graph.nodes.map(() => [])
  for (const { from, to } of graph.edges) {
    before[to]!.push(from)
    after[from]!.push(to)
  }
  const key = ({ id, kind, phase, status, forEach }: GraphNode): string => {
    const sides = [before[id]!, after[id]!].map((ids) => ids.sort((a, b) => a - b).join(','))
    return kind === 'join' || forEach ? `alone ${id}` : `${phase} ${status ?? ''} ${sides.join(' > ')}`
  }
  const keys = graph.nodes.map(key)
  const sizes = new Map<string, number>()
  for (const one of keys) sizes.set(one, (sizes.get(one) ?? 0) + 1)
  return gather(graph, (node) => ((sizes.get(keys[node.id]!) ?? 0) >= FEWEST_SIBLINGS ? keys[node.id]! : `alone ${node.id}`))
}

function foldLayers(graph: PlanGraph, most: number): PlanGraph {
  const layer = layersOf(graph)
  const telling = graph.nodes.filter((node) => TELLING.has(node.status)).slice(0, MOST_TELLING)
  const alone = new Set(telling.map(({ id }) => id))
  const own = new Set(telling.map(({ id }) => layer[id]!))
  const layers = layer.reduce((highest, at) => Math.max(highest, at), 0) + 1
  const height = Math.max(1, Math.ceil(layers / Math.max(1, Math.min(most, MOST_BANDS) - 3 * telling.length)))
  // A layer with a step that is drawn alone is a band by itself: what is before and behind that step stays so.
  const band: string[] = []
  let begin = 0
  for (let at = 0; at < layers; at++) {
    if (own.has(at) || own.has(at - 1) || at - begin >= height) begin = at
    band.push(`layers ${begin}`)
  }
  return gather(graph, ({ id }) => (alone.has(id) ? `alone ${id}` : band[layer[id]!]!))
}

/** Draws nodes with the same key as one. */
function gather(graph: PlanGraph, keyOf: (node: GraphNode) => string): PlanGraph {
  const members = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const key = keyOf(node)
    const others = members.get(key)
    if (others) others.push(node)
    else members.set(key, [node])
  }
  const at = new Int32Array(graph.nodes.length)
  const nodes = [...members.values()].map((group, id) => {
    for (const node of group) at[node.id] = id
    const members = group.flatMap((node) => node.members ?? [node.id])
    return { ...(group.length === 1 ? group[0]! : groupNode(group)), id, members }
  })
  const seen = new Set<number>()
  const edges: GraphEdge[] = []
  for (const edge of graph.edges) {
    const [from, to] = [at[edge.from]!, at[edge.to]!]
    const pair = from * nodes.length + to
    if (from === to || seen.has(pair)) continue
    seen.add(pair)
    edges.push({ from, to })
  }
  return { ...graph, nodes, edges }
}

function groupNode(members: readonly GraphNode[]): Omit<GraphNode, 'id'> {
  const all = members.filter(({ kind }) => kind !== 'join')
  const [first = members[0]!] = all
  const same = <T>(of: (node: GraphNode) => T): T | null => (all.every((node) => of(node) === of(first)) ? of(first) : null)
  const last = all.at(-1) ?? first
  const counts: StatusCounts = {}
  for (const node of all) {
    for (const [status, number] of Object.entries(node.kind === 'group' && node.counts !== null ? node.counts : node.status ? { [node.status]: node.size } : {})) {
      counts[status as StepStatus] = (counts[status as StepStatus] ?? 0) + number
    }
  }
  return {
    kind: all.length === 0 ? 'join' : 'group',
    label: all.length === 0 ? '' : `${endsOf(first, 0)} … ${endsOf(last, 1)}`,
    size: all.reduce((sum, { size }) => sum + size, 0),
    items: null,
    type: same(({ type }) => type),
    phase: first.phase,
    status: same(({ status }) => status),
    counts: Object.keys(counts).length > 0 ? counts : null,
    tookMs: null,
    conditional: false,
    forEach: false,
  }
}

/** The first or the last step's name of what a node stands for. */
function endsOf({ kind, label }: GraphNode, end: 0 | 1): string {
  const ends = kind === 'group' ? label.split(' … ') : [label]
  return ends[end] ?? label
}
