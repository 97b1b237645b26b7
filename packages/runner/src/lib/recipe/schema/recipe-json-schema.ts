import * as z from 'zod'
import { STEP_TYPES } from '../compile-options.ts'
import { MAX_DURATION_MS } from '../duration.ts'
import { contextKey, duration, recipeSchema, retrySchema, scheduleSchema, stepSchema } from './schema.ts'

/**
 * The JSON Schema (draft 2020-12) of recipe files, for editors: completion, descriptions, and most problems while typing.
 * `lorc validate` finds the rest. It is made of the schema that recipes are checked with.
 */
export function recipeJsonSchema(): Record<string, unknown> {
  const names = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries({ step: stepSchema, retry: retrySchema, schedule: scheduleSchema, duration, contextKey })) names.add(schema, { id })
  const made = z.toJSONSchema(recipeSchema, {
    metadata: names,
    override({ zodSchema, jsonSchema }) {
      const { description } = z.globalRegistry.get(zodSchema) ?? {}
      if (description !== undefined) jsonSchema.description = description
      // Programs that embed the runner may have further types.
      if ((zodSchema as unknown) === stepSchema.shape.type) jsonSchema.anyOf = [{ enum: [...STEP_TYPES] }, {}]
      // What a function checks, said as a pattern.
      if ((zodSchema as unknown) === contextKey) Object.assign(jsonSchema, CONTEXT_KEY)
      if ((zodSchema as unknown) === duration) Object.assign(jsonSchema, DURATION)
    },
  })
  const { $schema, ...rest } = made
  return { $schema, title: 'lorc recipe', ...rest }
}

const CONTEXT_KEY = {
  pattern: '^(_runner|[a-z][a-z0-9]*(_[a-z0-9]+)*)(\\.[a-z][a-z0-9]*(_[a-z0-9]+)*)*\\.[a-z][a-z0-9]*(_[a-z0-9]+)*_v[1-9][0-9]{0,8}$',
  description: 'A context key: namespace.entity_v1',
}

const DURATION = {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0, maximum: MAX_DURATION_MS / 1000 },
    { type: 'string', pattern: '^\\d+(\\.\\d+)?\\s*(ms|s|m|h)$' },
  ],
}
