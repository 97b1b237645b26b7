import { canonicalize } from '../../journal/canonical-json.ts'
import type { JsonObject, JsonValue } from '../../json.ts'
import { isObject } from '../../json-object.ts'
import { schemaFaults, TYPES, type SchemaFault } from '../../json-schema/json-schema.ts'
import { valueFaults } from '../../json-schema/validate.ts'
import { parseKey } from '@lorc/context'
import type { RecipePath } from '../text/problem.ts'
import type { RuleFinding } from '../step-rules.ts'
import { suggest } from '../../suggest.ts'
import { quote } from '../../wording.ts'

/** What people call the types elsewhere. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  int: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  bool: 'boolean',
  str: 'string',
  text: 'string',
  list: 'array',
  map: 'object',
  dict: 'object',
  json: 'any',
}

const NAMES: readonly string[] = [...TYPES.filter((type) => type !== 'null'), 'any']

/** A schema that was written shortly, and what is wrong with it. */
interface Read {
  schema: JsonObject
  findings: RuleFinding[]
}

/**
 * The JSON Schema of a recipe's `params`, with what is wrong with it. Each parameter is a default (`days: 7`), the name
 * of a type (`name: string`: it must be given), or a JSON Schema. `{ type: object, properties: {...} }` is taken as it is.
 */
export function readParams(params: JsonValue): Read {
  if (!isObject(params)) return { schema: { type: 'object' }, findings: [] }
  if (params.type === 'object' && isObject(params.properties)) {
    const faults = schemaFaults(params).map((fault) => finding(fault, ['params']))
    const wrongDefaults = Object.entries(params.properties).flatMap(([name, schema]) =>
      faults.length === 0 && isObject(schema) ? defaultFault(schema, ['params', 'properties', name]) : [],
    )
    return { schema: params, findings: [...faults, ...wrongDefaults] }
  }
  const properties: JsonObject = {}
  const required: string[] = []
  const findings: RuleFinding[] = []
  for (const [name, value] of Object.entries(params)) {
    const at = ['params', name]
    if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name))
      findings.push({
        code: 'RECIPE_FIELD_VALUE',
        message: `${quote(name)} is not the name of a parameter`,
        at,
        of: 'key',
        fix: 'use letters, digits and `_`, beginning with a letter',
      })
    const read = readParameter(value, at)
    findings.push(...read.findings)
    properties[name] = read.schema
    if (!Object.hasOwn(read.schema, 'default')) required.push(name)
  }
  const schema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}), additionalProperties: false }
  return { schema, findings }
}

/** The short form of parameters, where that says the same as the schema. */
export function shortParams(schema: JsonObject): JsonObject {
  if (!isObject(schema.properties)) return schema
  const short = Object.fromEntries(Object.entries(schema.properties).map(([name, one]) => [name, isObject(one) ? paramOf(one) : one]))
  return canonicalize(readParams(short).schema) === canonicalize(schema) ? short : schema
}

function paramOf(schema: JsonObject): JsonValue {
  if (isTypeAlone(schema)) return schema.type!
  const { type, default: value } = schema
  const inferred = Object.keys(schema).length === 2 && type !== undefined && value !== undefined
  if (!inferred || typeof value === 'object') return schema
  return typeof value === 'string' ? { default: value } : value
}

/** Whether a schema says a type and nothing else. */
export function isTypeAlone(schema: JsonObject): boolean {
  return typeof schema.type === 'string' && Object.keys(schema).length === 1
}

function readParameter(value: JsonValue, at: RecipePath): Read {
  if (typeof value === 'string') {
    if (NAMES.includes(value)) return { schema: schemaOfType(value), findings: [] }
    const meant = OTHER_WORDS[value.toLowerCase()] ?? (value.length > 3 ? suggest(value, NAMES) : undefined)
    if (meant !== undefined) {
      const fix = `did you mean ${quote(meant)}? Else write \`{ default: ${quote(value).slice(1, -1)} }\``
      const message = `${quote(value)} is not a type of a parameter`
      return { schema: {}, findings: [{ code: 'RECIPE_SCHEMA', message, at, fix }] }
    }
  }
  if (!isObject(value)) return { schema: schemaOfDefault(value), findings: [] }
  const inferred = value.type === undefined && value.default !== undefined && !saysTypes(value) ? schemaOfDefault(value.default) : {}
  const any = value.type === 'any'
  const { type: _, ...untyped } = value
  const schema: JsonObject = any ? untyped : { ...inferred, ...value }
  const faults = schemaFaults(schema).map((fault) => finding(fault, at))
  if (faults.length > 0) return { schema, findings: isOwnMap(value, faults) ? [mapAsDefault(value, at)] : faults }
  return { schema, findings: defaultFault(schema, at) }
}

/** Whether no key of a map is, or is like, a keyword of a schema: it is meant as the default, as a list or a number would be. */
function isOwnMap(value: JsonObject, faults: readonly RuleFinding[]): boolean {
  return faults.length === Object.keys(value).length && faults.every(({ of, fix }) => of === 'key' && fix === undefined)
}

function mapAsDefault(value: JsonObject, at: RecipePath): RuleFinding {
  const names = Object.keys(value).map(quote).join(', ')
  const message = `a map here is a schema, which has no keyword ${names}`
  return { code: 'RECIPE_SCHEMA', message, at, fix: 'write a default that is a map as `{ default: { ... } }`' }
}

/** Whether a schema without a `type` says by other words of which types its values are, maybe of more than one. */
function saysTypes({ enum: choices, anyOf, oneOf, allOf, default: value }: JsonObject): boolean {
  if (anyOf !== undefined || oneOf !== undefined || allOf !== undefined) return true
  const inferred = schemaOfDefault(value!)
  return Array.isArray(choices) && choices.some((choice) => valueFaults(choice, inferred).length > 0)
}

function schemaOfType(name: string): JsonObject {
  return name === 'any' ? {} : { type: name }
}

function schemaOfDefault(value: JsonValue): JsonObject {
  if (value === null) return { default: null }
  const type = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value
  return { type, default: value }
}

function defaultFault(schema: JsonObject, at: RecipePath): RuleFinding[] {
  if (schema.default === undefined) return []
  const [fault] = valueFaults(schema.default, schema, 1)
  if (!fault) return []
  return [{ code: 'RECIPE_SCHEMA', message: `the default ${fault.message}`, at: [...at, 'default'] }]
}

/** The schemas of the keys that a step's `produces` declares, with what is wrong with them. */
export function readProduces(
  produces: JsonValue,
  at: RecipePath,
): { schemas: Record<string, JsonObject | true>; findings: RuleFinding[] } {
  if (Array.isArray(produces))
    return { schemas: Object.fromEntries((produces as string[]).map((key) => [key, true as const])), findings: [] }
  const schemas: Record<string, JsonObject | true> = {}
  const findings: RuleFinding[] = []
  for (const [key, value] of Object.entries(isObject(produces) ? produces : {})) {
    const place = [...at, key]
    findings.push(...keyFindings(key, place))
    if (value === true || value === 'any') schemas[key] = true
    else if (typeof value === 'string') {
      schemas[key] = { type: value }
      findings.push(...schemaFaults({ type: value }).map((fault) => finding({ ...fault, path: [] }, place)))
    } else if (isObject(value)) {
      schemas[key] = value
      findings.push(...schemaFaults(value).map((fault) => finding(fault, place)))
    } else if (value === false)
      findings.push({ code: 'RECIPE_SCHEMA', message: 'no value fits `false`: nothing could be written', at: place })
  }
  return { schemas, findings }
}

/** What is wrong with a context key that is written as a key of a map. */
export function keyFindings(key: string, at: RecipePath): RuleFinding[] {
  try {
    parseKey(key)
    return []
  } catch {
    const message = `${quote(key)} is not a context key`
    return [{ code: 'RECIPE_CONTEXT_KEY', message, at, of: 'key', fix: 'write it like `sales.rows_v1`' }]
  }
}

function finding({ path, message, near, ofKey }: SchemaFault, at: RecipePath): RuleFinding {
  const meant = near && (OTHER_WORDS[near.word.toLowerCase()] ?? suggest(near.word, near.candidates))
  return {
    code: 'RECIPE_SCHEMA',
    message,
    at: [...at, ...path],
    ...(ofKey ? { of: 'key' } : {}),
    ...(meant === undefined ? {} : { fix: `did you mean ${quote(meant)}?` }),
  }
}
