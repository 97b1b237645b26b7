import type { Plan } from '@lorc/runner'
import type { PlanGraph } from '@lorc/runner/insight'
import type * as z from 'zod'
import type { graphSchema } from '../contract/run-graph.ts'

export type GraphAnswer = z.output<typeof graphSchema>

/** Who waits for whom, in columns. O(steps + edges). */
export function graphAnswer(plan: Plan, { nodes, edges }: PlanGraph, planHash: string): GraphAnswer {
  const steps = nodes.slice(0, plan.steps.length)
  const types = [...new Set(plan.steps.map(({ type }) => type))]
  const indices = (fits: (node: (typeof steps)[number]) => boolean): number[] => steps.flatMap((node) => (fits(node) ? [node.id] : []))
  return {
    plan_hash: planHash,
    steps: plan.steps.map(({ name }) => name),
    types,
    type: plan.steps.map(({ type }) => types.indexOf(type)),
    phases: Object.fromEntries(steps.flatMap(({ id, phase }) => (phase === 'main' ? [] : [[String(id), phase]]))),
    conditional: indices(({ conditional }) => conditional),
    for_each: indices(({ forEach }) => forEach),
    joins: nodes.slice(plan.steps.length).map(({ label, phase }) => ({ label, phase })),
    edges: edges.flatMap(({ from, to }) => [from, to]),
  }
}
