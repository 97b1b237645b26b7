import type { PlanGraph } from '@lorc/runner/insight'
import type { Query } from '../model/route.ts'

/** The node of the step that is open beside the graph; of an item, that of its step. */
export function stepChosen({ nodes }: PlanGraph, query: Query): number | undefined {
  const step = query['step']?.replace(/\[\d+\]$/, '')
  if (step === undefined) return undefined
  const found = nodes.findIndex(({ kind, label }) => kind === 'step' && label === step)
  return found < 0 ? undefined : found
}
