import type { JsonValue } from '../json.ts'
import { isObject } from '../json-object.ts'

const SCALARS: Readonly<Record<string, string>> = { string: 'string', integer: 'int', boolean: 'bool' }

/** Makes a type of a name and the types of its fields. */
export type RegisterFields = (name: string, fields: Record<string, string>) => void

/**
 * The name of the CEL type of the values that fit a schema, as far as CEL has one: `dyn` for what may be of several
 * types, and for numbers, which may be ints or doubles. An object with `properties` that does not allow others becomes a
 * type of its own, called `name`; it is registered.
 */
export function typeOfSchema(schema: JsonValue, name: string, register: RegisterFields): string {
  if (!isObject(schema)) return 'dyn'
  const { type } = schema
  if (typeof type !== 'string') return 'dyn'
  const scalar = SCALARS[type]
  if (scalar !== undefined) return scalar
  if (type === 'array') return `list<${typeOfSchema(schema.items ?? true, `${name}.item`, register)}>`
  if (type !== 'object') return 'dyn'
  const { properties, additionalProperties } = schema
  if (isObject(properties) && (additionalProperties === undefined || additionalProperties === false)) {
    const fields = Object.fromEntries(
      Object.entries(properties).map(([field, inner]) => [field, typeOfSchema(inner, `${name}.${field}`, register)]),
    )
    register(name, fields)
    return name
  }
  return isObject(properties) || !isObject(additionalProperties ?? null)
    ? 'map'
    : `map<string, ${typeOfSchema(additionalProperties!, `${name}.value`, register)}>`
}
