import type { GraphNode, PlanGraph } from '@lorc/runner/insight'
import type { Neighbours } from './neighbours.ts'

/** What each way to draw a graph is given. */
export interface GraphViewProps {
  graph: PlanGraph
  /** The same without states: it stays the same object as long as nothing moves. */
  structure: PlanGraph
  neighbours: Neighbours
  selected: number | undefined
  isOnPath: (node: GraphNode) => boolean
  onOpen: (id: number) => void
}
