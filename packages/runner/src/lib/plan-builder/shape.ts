import type { JsonObject, JsonValue } from '../json.ts'
import { readParams, readProduces } from '../recipe/schema/parameter-schema.ts'
import type { ParameterShape, Shape, StandardShape } from './schema-types.ts'

/** The JSON Schema of parameters, each written as a recipe writes it or as a schema of a library. */
export function paramsSchema(params: StandardShape | Readonly<Record<string, ParameterShape>>): JsonObject {
  return readParams(isStandard(params) ? jsonSchemaOf(params) : plainShapes(params)).schema
}

/** The JSON Schemas of the keys that a step produces. */
export function producedSchemas(produces: readonly string[] | Readonly<Record<string, Shape | true>>): Record<string, JsonObject | true> {
  return readProduces(Array.isArray(produces) ? [...(produces as string[])] : plainShapes(produces as Record<string, Shape>), []).schemas
}

function plainShapes(shapes: Readonly<Record<string, unknown>>): JsonObject {
  return Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, isStandard(shape) ? jsonSchemaOf(shape) : (shape as JsonValue)]))
}

function isStandard(shape: unknown): shape is StandardShape {
  return typeof shape === 'object' && shape !== null && '~standard' in shape
}

function jsonSchemaOf(shape: StandardShape): JsonObject {
  const { $schema: _, ...schema } = shape['~standard'].jsonSchema.input({ target: 'draft-2020-12' })
  return schema as JsonObject
}
