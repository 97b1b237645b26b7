import type { Contender, OpenOptions } from '../harness/contender.ts'
import { checkGraphs, readGraph, type WorkflowGraph } from './workflow-graph.ts'

/** Gives of two ready tasks the one to start first, by index. */
type Order = (graph: WorkflowGraph) => (a: number, b: number) => number

const ORDERS: Record<string, Order> = {
  list: () => (a, b) => a - b,
  'longest path': ({ remaining }) => (a, b) => remaining[b]! - remaining[a]! || a - b,
}

/** List scheduling by the book, without lorc: whenever a slot is free, the first ready task starts. Variants: the order. */
export async function open({ variant }: OpenOptions): Promise<Contender> {
  checkGraphs()
  const order = ORDERS[variant]
  return {
    version: '',
    settings: '',
    tasks: {
      schedule: async (size, options) => {
        const graph = readGraph(size, options)
        return { measured: order ? makespan(graph, order(graph)) : graph.boundMs }
      },
    },
    close: async () => {},
  }
}

function makespan({ plan, deps, times, slots }: WorkflowGraph, order: (a: number, b: number) => number): number {
  const waits = deps.map((list) => list.length)
  const followers: number[][] = deps.map(() => [])
  deps.forEach((list, i) => list.forEach((dep) => followers[dep]!.push(i)))
  const ready = waits.flatMap((count, i) => (count === 0 ? [i] : []))
  const running: { task: number; end: number }[] = []
  for (let now = 0; ;) {
    ready.sort(order)
    for (const task of ready.splice(0, slots - running.length)) running.push({ task, end: now + times.get(plan.steps[task]!.name)! })
    running.sort((a, b) => a.end - b.end)
    const next = running.shift()
    if (!next) return now
    now = next.end
    for (const follower of followers[next.task]!) {
      const left = (waits[follower] ?? 0) - 1
      waits[follower] = left
      if (left === 0) ready.push(follower)
    }
  }
}
