import { isSchema, plainSchema, valuesOf, type Schema } from './plain-schema.ts'

/**
 * How a value is entered. `choices`: several of a few. `lines`: a list, one a line. `json`: as JSON. `any`: as JSON, and
 * what is none as text. `group`: by fields of its own.
 */
export type FieldKind = 'text' | 'long' | 'number' | 'integer' | 'flag' | 'choice' | 'choices' | 'lines' | 'json' | 'any' | 'group'

export interface Field {
  /** A JSON Pointer: where its value belongs. */
  at: string
  name: string
  title: string
  description: string
  kind: FieldKind
  /** It has to be given. */
  required: boolean
  /** Where nothing is entered, null is given if it has to be something. */
  nullable: boolean
  /** Left out: it has none. */
  fallback?: unknown
  /** Of a choice. */
  choices: readonly unknown[]
  /** What JSON Schema calls the type: of a list's lines, and of JSON. */
  type: string | undefined
  format: string | undefined
  min: number | undefined
  max: number | undefined
  /** An example of what may be entered; empty: there is none. */
  example: string
  /** What the schema demands, in words. */
  limits: readonly string[]
  /** Of a group. */
  fields: readonly Field[]
}

/** Objects in objects in objects are entered as JSON from here on. */
const DEEPEST = 3

/**
 * The fields of a form for an object's schema, in its order, those that have to be given first. `at` is the JSON Pointer of
 * the object. A schema that leaves all of the object open is one field of JSON.
 */
export function fieldsOf(schema: Schema | null, at = ''): Field[] {
  return schema === null ? [] : objectFields(plainSchema(schema, schema).schema, at, schema, 0)
}

function objectFields(schema: Schema, at: string, root: Schema, depth: number): Field[] {
  const properties = isSchema(schema['properties']) ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? new Set<unknown>(schema['required']) : new Set()
  const fields = Object.entries(properties).map(([name, property]) => fieldOf({ name, at: `${at}/${pointerPart(name)}`, property, required: required.has(name), root, depth }))
  return [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)]
}

interface Property {
  name: string
  at: string
  property: unknown
  required: boolean
  root: Schema
  depth: number
}

function fieldOf({ name, at, property, required, root, depth }: Property): Field {
  const { schema, nullable } = plainSchema(property, root)
  const isNeeded = required && !('default' in schema)
  const items = plainSchema(schema['items'], root).schema
  const kind = kindOf(schema, items, { isNeeded, nullable, depth })
  const choices = kind === 'choices' ? (valuesOf(items) ?? []) : (valuesOf(schema) ?? (schema['type'] === 'boolean' ? [true, false] : []))
  return {
    at,
    name,
    title: text(schema, 'title') || name,
    description: text(schema, 'description'),
    kind,
    required: isNeeded,
    nullable,
    ...('default' in schema && { fallback: schema['default'] }),
    choices,
    type: text(kind === 'lines' ? items : schema, 'type') || undefined,
    format: schema['writeOnly'] === true ? 'password' : text(schema, 'format') || undefined,
    min: count(schema, 'minimum'),
    max: count(schema, 'maximum'),
    example: exampleOf(schema),
    limits: limitsOf(schema, items, kind),
    fields: kind === 'group' ? objectFields(schema, at, root, depth + 1) : [],
  }
}

function kindOf(schema: Schema, items: Schema, { isNeeded, nullable, depth }: { isNeeded: boolean; nullable: boolean; depth: number }): FieldKind {
  if (valuesOf(schema) !== undefined) return 'choice'
  switch (schema['type']) {
    case 'string':
      return (count(schema, 'maxLength') ?? 0) > 200 || 'contentMediaType' in schema ? 'long' : 'text'
    case 'number':
      return 'number'
    case 'integer':
      return 'integer'
    case 'boolean':
      // A box that is not ticked would say false where nothing was said.
      return (isNeeded || 'default' in schema) && !nullable ? 'flag' : 'choice'
    case 'array':
      if (valuesOf(items) !== undefined) return 'choices'
      return ['string', 'number', 'integer'].includes(text(items, 'type')) ? 'lines' : 'json'
    case 'object':
      return isSchema(schema['properties']) && Object.keys(schema['properties']).length > 0 && isClosed(schema) && depth < DEEPEST ? 'group' : 'json'
    default:
      return isSchema(schema['properties']) ? 'json' : 'any'
  }
}

/** Whether an object has the properties that it names, and no others. */
function isClosed({ additionalProperties: more, patternProperties }: Schema): boolean {
  return (more === undefined || more === false) && patternProperties === undefined
}

function exampleOf(schema: Schema): string {
  const [example] = Array.isArray(schema['examples']) ? (schema['examples'] as unknown[]) : []
  if (example !== undefined) return typeof example === 'string' ? example : JSON.stringify(example)
  return schema['format'] === 'date-time' ? '2026-01-31T08:00:00Z' : ''
}

function limitsOf(schema: Schema, items: Schema, kind: FieldKind): string[] {
  const limits: string[] = []
  const [min, max] = [count(schema, 'minimum'), count(schema, 'maximum')]
  if (min !== undefined && max !== undefined) limits.push(`${min} to ${max}`)
  else if (min !== undefined) limits.push(`at least ${min}`)
  else if (max !== undefined) limits.push(`at most ${max}`)
  const [above, below, step] = [count(schema, 'exclusiveMinimum'), count(schema, 'exclusiveMaximum'), count(schema, 'multipleOf')]
  if (above !== undefined) limits.push(`more than ${above}`)
  if (below !== undefined) limits.push(`less than ${below}`)
  if (step !== undefined) limits.push(`in steps of ${step}`)
  if (text(schema, 'format') !== '' && text(schema, 'format') !== 'date') limits.push(text(schema, 'format'))
  if (text(schema, 'pattern') !== '') limits.push(`fits ${text(schema, 'pattern')}`)
  limits.push(...span(schema, 'minLength', 'maxLength', 'sign'), ...span(schema, 'minItems', 'maxItems', kind === 'lines' ? 'line' : 'item'))
  if (kind === 'lines') limits.push(text(items, 'type') === 'string' ? 'one a line' : 'one number a line')
  if (kind === 'json') limits.push(schema['type'] === 'array' ? 'a list, as JSON' : schema['type'] === 'object' ? 'an object, as JSON' : 'JSON')
  if (kind === 'any') limits.push('JSON, or a text')
  return limits
}

function span(schema: Schema, least: string, most: string, what: string): string[] {
  const [min, max] = [count(schema, least), count(schema, most)]
  const words = (limit: number): string => `${limit} ${what}${limit === 1 ? '' : 's'}`
  return [...(min !== undefined && min > 0 ? [`at least ${words(min)}`] : []), ...(max === undefined ? [] : [`at most ${words(max)}`])]
}

function text(schema: Schema, key: string): string {
  return typeof schema[key] === 'string' ? schema[key] : ''
}

function count(schema: Schema, key: string): number | undefined {
  return typeof schema[key] === 'number' ? schema[key] : undefined
}

/** A name as a part of a JSON Pointer (RFC 6901). */
export function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}
