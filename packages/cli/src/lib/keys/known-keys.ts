import { mergeShapes, shapeOf, type Shape } from '@lorc/context'
import type { JsonObject, Plan, Runner, RunStore } from '@lorc/runner'

/** Runs that are looked at. */
const RUNS = 20

/** The shape of a key as a JSON Schema; an empty one: any value. */
export type KeySchemas = Map<string, JsonObject>

/** What the steps of a plan say that they produce: of a `for_each` step, a list of it. */
export function declaredKeys(plan: Plan): KeySchemas {
  const found: KeySchemas = new Map()
  for (const { produces = {}, forEach } of plan.steps) {
    for (const [key, schema] of Object.entries(produces)) {
      const own = schema === true ? {} : schema
      found.set(key, forEach ? { type: 'array', items: { anyOf: [own, { type: 'null' }] } } : own)
    }
  }
  return found
}

/** The shapes of the keys that the newest runs of a plan's name left, all of them together. */
export async function recordedKeys({ runner, store }: { runner: Runner; store: RunStore }, name?: string): Promise<Map<string, Shape>> {
  const found = new Map<string, Shape>()
  for (const { runId } of await store.list({ limit: RUNS, ...(name === undefined ? {} : { name }) })) {
    const { context } = await runner.view(runId)
    for (const key of context.keys()) {
      if (key.startsWith('_runner.')) continue
      const shape = shapeOf(context.get(key) ?? null)
      const before = found.get(key)
      found.set(key, before === undefined ? shape : mergeShapes(before, shape))
    }
  }
  return found
}

/** What is declared, and what runs recorded of the rest. */
export async function knownKeys(open: { runner: Runner; store: RunStore }, plan: Plan): Promise<KeySchemas> {
  const declared = declaredKeys(plan)
  for (const [key, shape] of await recordedKeys(open, plan.name)) {
    const said = declared.get(key)
    if (said === undefined || Object.keys(said).length === 0) declared.set(key, shape as unknown as JsonObject)
  }
  return new Map([...declared].sort(([a], [b]) => (a < b ? -1 : 1)))
}
