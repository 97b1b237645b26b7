import { evaluateItems, loadExpressions } from '../expressions/expressions.ts'
import type { Scope } from '../expressions/scope.ts'
import { expressionUses } from '../expressions/step-expressions.ts'
import type { JsonObject } from '../json.ts'
import { parametersOf } from '../plan/params.ts'
import type { Plan } from '../plan.ts'

/** How many items `for_each` steps have, by their names, where the plan itself tells: lists that are written out, or that come of the defaults of its parameters. */
export async function writtenItems(plan: Plan): Promise<Map<string, number>> {
  await loadExpressions(expressionUses(plan))
  const defaults = parametersOf(plan).flatMap(({ name, default: given }) => (given === undefined ? [] : [[name, given] as const]))
  const scope = scopeOf(plan, Object.fromEntries(defaults))
  const known = new Map<string, number>()
  for (const { name, forEach } of plan.steps) {
    const count = forEach && countOf(forEach.items, scope)
    if (count !== undefined) known.set(name, count)
  }
  return known
}

function countOf(items: string, scope: Scope): number | undefined {
  try {
    return evaluateItems(items, scope).length
  } catch {
    // It depends on what only a run knows.
    return undefined
  }
}

function scopeOf({ name }: Plan, params: JsonObject): Scope {
  const nothing = (): undefined => undefined
  return { params, ctx: nothing, steps: nothing, run: { id: '', name, attempt: 1, seed: 0, time: '' }, env: () => ({}) }
}
