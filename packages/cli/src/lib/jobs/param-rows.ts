import type { ParamsSchema } from '@lorc/jobs-registry'
import type { JsonObject, JsonValue } from '@lorc/runner'
import { alternativesOf, isObject, literalsOf, typesOf } from '../keys/type-text.ts'

/** A parameter of a job, as people are shown it. */
export interface ParamRow {
  name: string
  /** `string`, `number`, `"a" | "b"`, `string[]`, `any`. */
  type: string
  /** All that it may be, where they are few. */
  values?: readonly JsonValue[]
  required: boolean
  default?: JsonValue
  description?: string
}

/** The parameters that a schema of an object describes, in its order. */
export function paramRows(schema: ParamsSchema): ParamRow[] {
  const { properties, required } = schema as JsonObject
  const must = Array.isArray(required) ? required : []
  return Object.entries(isObject(properties) ? properties : {}).map(([name, property]) => {
    const field = isObject(property) ? property : {}
    const { default: given, description } = field
    const values = literalsOf(field) ?? (field['type'] === 'boolean' ? [true, false] : undefined)
    return {
      name,
      type: typeText(field),
      ...(values && { values }),
      required: must.includes(name) && given === undefined,
      ...(given === undefined ? {} : { default: given }),
      ...(typeof description === 'string' ? { description } : {}),
    }
  })
}

function typeText(schema: JsonObject): string {
  const literals = literalsOf(schema)
  if (literals !== undefined) return literals.map((one) => JSON.stringify(one)).join(' | ')
  const alternatives = alternativesOf(schema)
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeText))].join(' | ')
  const types = typesOf(schema).map((type) => (type === 'array' ? listText(schema) : type === 'string' ? stringText(schema) : type))
  return types.length === 0 ? 'any' : types.join(' | ')
}

function listText({ items }: JsonObject): string {
  const text = isObject(items) ? typeText(items) : 'any'
  return text.includes(' ') ? `(${text})[]` : `${text}[]`
}

/** `string (date-time)`. */
function stringText({ format }: JsonObject): string {
  return typeof format === 'string' ? `string (${format})` : 'string'
}
