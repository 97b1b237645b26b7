import type { JsonObject, JsonValue } from '@lorc/runner'

/** Types of a recipe's keys and parameters. */
export interface Described {
  recipe: string
  keys: ReadonlyMap<string, JsonObject>
  /** JSON Schema of an object; null: none are declared. */
  params: JsonObject | null
}

/** `nightly-sales` as `NightlySales`. */
export function typeName(text: string): string {
  const name = text.replace(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, next: string) => next.toUpperCase())
  return /^[A-Za-z]/.test(name) ? name : `Recipe${name}`
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The types that a schema allows, by their names; none: any. */
export function typesOf(schema: JsonObject): string[] {
  const { type } = schema
  return typeof type === 'string' ? [type] : Array.isArray(type) ? (type as string[]) : []
}

/** Fields with their schemas, and whether each must be there. */
export function fieldsOf(schema: JsonObject): { name: string; schema: JsonObject; required: boolean }[] {
  const required = Array.isArray(schema.required) ? schema.required : []
  return Object.entries(isObject(schema.properties) ? schema.properties : {}).map(([name, field]) => ({
    name,
    schema: isObject(field) ? field : {},
    required: required.includes(name) || (isObject(field) && field.default !== undefined),
  }))
}

/** The schema of all values of a map; undefined: it is not a map. */
export function valuesOf(schema: JsonObject): JsonObject | undefined {
  return isObject(schema.properties) || !isObject(schema.additionalProperties) ? undefined : schema.additionalProperties
}

/** Alternatives of a schema that is nothing but those. */
export function alternativesOf(schema: JsonObject): JsonObject[] | undefined {
  const list = schema.anyOf ?? schema.oneOf
  return Array.isArray(list) ? list.map((one) => (isObject(one) ? one : {})) : undefined
}

/** The values that a schema allows, where it names them. */
export function literalsOf(schema: JsonObject): JsonValue[] | undefined {
  if (schema.const !== undefined) return [schema.const]
  const simple = Array.isArray(schema.enum) && schema.enum.every((one) => typeof one !== 'object' || one === null)
  return simple ? (schema.enum as JsonValue[]) : undefined
}
