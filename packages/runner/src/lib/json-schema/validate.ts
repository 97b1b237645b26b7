import { isDeepStrictEqual } from 'node:util'
import { canonicalize } from '../journal/canonical-json.ts'
import type { JsonObject, JsonValue } from '../json.ts'
import { isObject } from '../json-object.ts'
import { FORMATS, type JsonSchema } from './json-schema.ts'

/** What is wrong with a value, at which path in it. The message completes "`path` ...". */
export interface ValueFault {
  path: (string | number)[]
  message: string
}

/** What keeps a value from fitting a schema (one without `schemaFaults`); the first ones, where there are many. */
export function valueFaults(value: JsonValue, schema: JsonSchema, most = 100): ValueFault[] {
  const faults: ValueFault[] = []
  check(value, schema, [], (fault) => {
    if (faults.length < most) faults.push(fault)
  })
  return faults
}

type Path = (string | number)[]
type Report = (fault: ValueFault) => void

function check(value: JsonValue, schema: JsonSchema, path: Path, report: Report): void {
  if (schema === true) return
  if (schema === false) {
    report({ path, message: 'must not be there' })
    return
  }
  const fail = (message: string): void => report({ path, message })
  const { type } = schema
  if (type !== undefined) {
    const types = (Array.isArray(type) ? type : [type]) as string[]
    if (!types.some((name) => isOfType(value, name))) {
      fail(`must be ${types.map((name) => WORDS[name] ?? name).join(' or ')}, not ${show(value)}`)
      return
    }
  }
  if ('const' in schema && !isDeepStrictEqual(value, schema.const)) fail(`must be ${JSON.stringify(schema.const)}, not ${show(value)}`)
  if (Array.isArray(schema.enum) && !schema.enum.some((one) => isDeepStrictEqual(value, one)))
    fail(`must be one of ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}, not ${show(value)}`)
  if (typeof value === 'string') checkText(value, schema, fail)
  else if (typeof value === 'number') checkNumber(value, schema, fail)
  else if (Array.isArray(value)) checkList(value, schema, path, report)
  else if (isObject(value)) checkObject(value, schema, path, report)
  checkCombined(value, schema, path, report)
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  null: 'null',
}

function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value === type
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
    default:
      return value === null
  }
}

function checkText(value: string, schema: JsonObject, fail: (message: string) => void): void {
  const { minLength, maxLength, pattern, format } = schema
  if (typeof minLength === 'number' || typeof maxLength === 'number') {
    // JSON Schema counts code points.
    const length = value.replaceAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, '_').length
    if (typeof minLength === 'number' && length < minLength) fail(`must have at least ${minLength} characters, not ${length}`)
    if (typeof maxLength === 'number' && length > maxLength) fail(`must have at most ${maxLength} characters, not ${length}`)
  }
  if (typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value))
    fail(`must match the pattern ${pattern}, not ${show(value)}`)
  if (typeof format === 'string' && FORMATS[format]?.test(value) === false)
    fail(`must be in the format ${format}, not ${show(value)}`)
}

function checkNumber(value: number, schema: JsonObject, fail: (message: string) => void): void {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (typeof minimum === 'number' && value < minimum) fail(`must be at least ${minimum}, not ${value}`)
  if (typeof maximum === 'number' && value > maximum) fail(`must be at most ${maximum}, not ${value}`)
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) fail(`must be more than ${exclusiveMinimum}, not ${value}`)
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) fail(`must be less than ${exclusiveMaximum}, not ${value}`)
  if (typeof multipleOf === 'number' && !isMultiple(value, multipleOf)) fail(`must be a multiple of ${multipleOf}, not ${value}`)
}

function isMultiple(value: number, of: number): boolean {
  const quotient = value / of
  return Math.abs(quotient - Math.round(quotient)) < 1e-9
}

function checkList(value: JsonValue[], schema: JsonObject, path: Path, report: Report): void {
  const { items, prefixItems, minItems, maxItems, uniqueItems } = schema
  const fail = (message: string): void => report({ path, message })
  if (typeof minItems === 'number' && value.length < minItems) fail(`must have at least ${minItems} items, not ${value.length}`)
  if (typeof maxItems === 'number' && value.length > maxItems) fail(`must have at most ${maxItems} items, not ${value.length}`)
  if (uniqueItems === true && new Set(value.map(canonicalize)).size < value.length)
    fail('must not have the same item twice')
  const first = Array.isArray(prefixItems) ? (prefixItems as JsonSchema[]) : []
  value.forEach((item, index) => {
    const own = first[index] ?? (items as JsonSchema | undefined)
    if (own !== undefined) check(item, own, [...path, index], report)
  })
}

function checkObject(value: JsonObject, schema: JsonObject, path: Path, report: Report): void {
  const { required, properties, additionalProperties, propertyNames, minProperties, maxProperties } = schema
  const fail = (message: string): void => report({ path, message })
  const names = Object.keys(value)
  if (typeof minProperties === 'number' && names.length < minProperties) fail(`must have at least ${minProperties} members, not ${names.length}`)
  if (typeof maxProperties === 'number' && names.length > maxProperties) fail(`must have at most ${maxProperties} members, not ${names.length}`)
  for (const name of (required ?? []) as string[])
    if (!Object.hasOwn(value, name)) report({ path: [...path, name], message: 'is missing' })
  const known = isObject(properties) ? properties : {}
  for (const name of names) {
    const place = [...path, name]
    if (propertyNames !== undefined) check(name, propertyNames as JsonSchema, place, report)
    if (Object.hasOwn(known, name)) check(value[name]!, known[name] as JsonSchema, place, report)
    else if (additionalProperties === false) report({ path: place, message: 'is not known' })
    else if (additionalProperties !== undefined) check(value[name]!, additionalProperties as JsonSchema, place, report)
  }
}

function checkCombined(value: JsonValue, schema: JsonObject, path: Path, report: Report): void {
  const { anyOf, oneOf, allOf, not } = schema
  const fits = (one: JsonValue): boolean => valueFaults(value, one as JsonSchema, 1).length === 0
  if (Array.isArray(anyOf) && !anyOf.some(fits)) report({ path, message: `fits none of the ${anyOf.length} schemas of \`anyOf\`` })
  if (Array.isArray(oneOf)) {
    const count = oneOf.filter(fits).length
    if (count !== 1) report({ path, message: `must fit exactly one schema of \`oneOf\`, not ${count}` })
  }
  for (const one of Array.isArray(allOf) ? allOf : []) check(value, one as JsonSchema, path, report)
  if (not !== undefined && fits(not)) report({ path, message: 'fits the schema of `not`, which it must not' })
}

function show(value: JsonValue): string {
  if (Array.isArray(value)) return 'a list'
  if (isObject(value)) return 'a map'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}
