import { isObject } from '../json-object.ts'
import type { JsonObject, JsonValue } from '../json.ts'

/** A JSON Schema (draft 2020-12): an object of keywords, `true` (anything) or `false` (nothing). */
export type JsonSchema = JsonObject | boolean

export const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'null'] as const

/** Keywords that are checked. */
const CHECKED = {
  type: 'types',
  enum: 'list',
  const: 'any',
  minimum: 'number',
  maximum: 'number',
  exclusiveMinimum: 'number',
  exclusiveMaximum: 'number',
  multipleOf: 'positive',
  minLength: 'count',
  maxLength: 'count',
  pattern: 'pattern',
  format: 'format',
  items: 'schema',
  prefixItems: 'schemas',
  minItems: 'count',
  maxItems: 'count',
  uniqueItems: 'boolean',
  properties: 'map of schemas',
  propertyNames: 'schema',
  additionalProperties: 'schema',
  required: 'texts',
  minProperties: 'count',
  maxProperties: 'count',
  anyOf: 'schemas',
  oneOf: 'schemas',
  allOf: 'schemas',
  not: 'schema',
} as const

/** Keywords that only describe. */
const DESCRIBING: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
])

export const FORMATS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  time: /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i,
  'date-time':
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i,
  email: /^[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+$/,
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/,
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
}

/** What is wrong with a schema, at which path in it. */
export interface SchemaFault {
  path: (string | number)[]
  message: string
  /** It is about the last key of the path, not about its value. */
  ofKey?: true
  /** Words of which one may be meant: `suggest` finds it. */
  near?: { word: string; candidates: readonly string[] }
}

const MOST_PARTS = 10_000

/**
 * What keeps a value from being a JSON Schema that is checked in full: a keyword that is not known or not supported
 * (`$ref`, `if`, `patternProperties`, ...) is a fault, so that nothing that is written is ignored.
 */
export function schemaFaults(schema: JsonValue): SchemaFault[] {
  const faults: SchemaFault[] = []
  let parts = 0
  const visit = (at: JsonValue, path: (string | number)[]): void => {
    if (typeof at === 'boolean') return
    if (++parts > MOST_PARTS) return
    if (!isObject(at)) {
      faults.push({ path, message: 'a schema is a map of keywords, `true` or `false`' })
      return
    }
    for (const [keyword, value] of Object.entries(at)) {
      if (DESCRIBING.has(keyword)) continue
      const kind = Object.hasOwn(CHECKED, keyword) ? CHECKED[keyword as keyof typeof CHECKED] : undefined
      const place = [...path, keyword]
      if (kind === undefined) {
        const candidates = [...Object.keys(CHECKED), ...DESCRIBING]
        faults.push({ path: place, message: `\`${keyword}\` is not a keyword of a schema here`, ofKey: true, near: { word: keyword, candidates } })
        continue
      }
      const fault = keywordFault(kind, value)
      if (fault) faults.push({ path: place, ...fault, message: `\`${keyword}\` must be ${fault.message}` })
      else if (kind === 'schema') visit(value, place)
      else if (kind === 'schemas') (value as JsonValue[]).forEach((member, index) => visit(member, [...place, index]))
      else if (kind === 'map of schemas')
        for (const [name, member] of Object.entries(value as JsonObject)) visit(member, [...place, name])
    }
  }
  visit(schema, [])
  if (parts > MOST_PARTS) faults.push({ path: [], message: `a schema has at most ${MOST_PARTS} parts` })
  return faults
}

type Kind = (typeof CHECKED)[keyof typeof CHECKED]

function keywordFault(kind: Kind, value: JsonValue): Omit<SchemaFault, 'path'> | undefined {
  switch (kind) {
    case 'any':
    case 'schema':
      return undefined
    case 'types':
      return typesFault(value)
    case 'list':
      return Array.isArray(value) && value.length > 0 ? undefined : { message: 'a list of values' }
    case 'number':
      return typeof value === 'number' ? undefined : { message: 'a number' }
    case 'positive':
      return typeof value === 'number' && value > 0 ? undefined : { message: 'a number above 0' }
    case 'count':
      return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
        ? undefined
        : { message: 'a whole number from 0' }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : { message: 'true or false' }
    case 'texts':
      return Array.isArray(value) && value.every((item) => typeof item === 'string')
        ? undefined
        : { message: 'a list of names' }
    case 'schemas':
      return Array.isArray(value) && value.length > 0 ? undefined : { message: 'a list of schemas' }
    case 'map of schemas':
      return isObject(value) ? undefined : { message: 'a map of schemas' }
    case 'pattern':
      return patternFault(value)
    case 'format':
      if (typeof value === 'string' && Object.hasOwn(FORMATS, value)) return undefined
      return { message: `one of ${Object.keys(FORMATS).join(', ')}`, near: nearOf(value, Object.keys(FORMATS)) }
  }
}

function typesFault(value: JsonValue): Omit<SchemaFault, 'path'> | undefined {
  const all = Array.isArray(value) ? value : [value]
  const wrong = all.find((type) => !(TYPES as readonly JsonValue[]).includes(type))
  if (all.length > 0 && wrong === undefined) return undefined
  return { message: `one of ${TYPES.join(', ')}, or a list of them`, near: nearOf(wrong ?? null, TYPES) }
}

function nearOf(value: JsonValue, candidates: readonly string[]): { word: string; candidates: readonly string[] } {
  return { word: typeof value === 'string' ? value : '', candidates }
}

/** Patterns are matched by the engine of JavaScript: one that may backtrack without end is refused by its form. */
function patternFault(value: JsonValue): Omit<SchemaFault, 'path'> | undefined {
  if (typeof value !== 'string') return { message: 'a regular expression' }
  if (value.length > 500) return { message: 'a regular expression of at most 500 characters' }
  try {
    new RegExp(value, 'u')
  } catch {
    return { message: 'a regular expression' }
  }
  // A repeated group that holds a repetition or an alternative: `(a+)+`, `(a|aa)*`.
  if (/\([^()]*(?:[*+}]|\|)[^()]*\)(?:[*+]|\{\d+,\d*\})|\)\)+(?:[*+]|\{\d+,)/.test(value))
    return { message: 'a regular expression without repetitions or alternatives inside a repeated group' }
  return undefined
}
