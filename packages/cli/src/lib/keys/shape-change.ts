import type { Shape } from '@lorc/context'
import type { JsonObject } from '@lorc/runner'
import { fieldsOf, isObject, typesOf } from './type-text.ts'

/** Where a shape departs from the one that is locked, and how: `$[].date is gone`. */
export interface ShapeChange {
  path: string
  reason: string
}

/** The first change that readers of the locked shape would notice; undefined: there is none. */
export function shapeChange(locked: Shape, now: Shape, path = '$'): ShapeChange | undefined {
  const known = locked.type.filter((type) => type !== 'null')
  const types = now.type.filter((type) => type !== 'null')
  // Where only null was seen, nothing is known.
  if (known.length === 0 || types.length === 0) return undefined
  const other = types.find((type) => !known.includes(type))
  if (other !== undefined) return { path, reason: `is now of type ${other}, and was of type ${known.join(' or ')}` }
  if (now.type.includes('null') && !locked.type.includes('null')) return { path, reason: 'can now be null' }
  return (locked.items && now.items && shapeChange(locked.items, now.items, `${path}[]`)) ?? fieldChange(locked, now, path)
}

function fieldChange(locked: Shape, now: Shape, path: string): ShapeChange | undefined {
  const { properties: before, additionalProperties: values } = locked
  if (typeof values === 'object') {
    const inner = typeof now.additionalProperties === 'object' ? { '*': now.additionalProperties } : (now.properties ?? {})
    return firstOf(Object.entries(inner), ([name, shape]) => shapeChange(values, shape, `${path}.${name}`))
  }
  const after = now.properties
  if (before === undefined || after === undefined) return undefined
  const gone = (locked.required ?? []).find((name) => !(now.required ?? []).includes(name))
  if (gone !== undefined) return { path: `${path}.${gone}`, reason: after[gone] === undefined ? 'is gone' : 'can now be missing' }
  return firstOf(Object.entries(after), ([name, shape]) => {
    const was = Object.hasOwn(before, name) ? before[name] : undefined
    return was === undefined ? { path: `${path}.${name}`, reason: 'was added' } : shapeChange(was, shape, `${path}.${name}`)
  })
}

function firstOf<T, R>(list: readonly T[], find: (one: T) => R | undefined): R | undefined {
  for (const one of list) {
    const found = find(one)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * The shape that a JSON Schema declares; undefined where it says more or less than shapes can: an object that may have fields
 * beyond those that are named has no shape that values of it keep to.
 */
export function declaredShape(schema: JsonObject): Shape | undefined {
  if (schema.anyOf !== undefined || schema.oneOf !== undefined || typesOf(schema).length === 0) return undefined
  const type = [...new Set(typesOf(schema).map((name) => (name === 'integer' ? 'number' : name)))].sort() as Shape['type']
  const items = isObject(schema.items) ? declaredShape(schema.items) : undefined
  if (isObject(schema.items) && !items) return undefined
  if (!type.includes('object')) return { type, ...(items && { items }) }
  if (!isObject(schema.properties) || schema.additionalProperties !== false) return undefined
  const fields = fieldsOf(schema).map(({ name, schema: field }) => [name, declaredShape(field)] as const)
  if (fields.some(([, shape]) => shape === undefined)) return undefined
  const required = Array.isArray(schema.required) ? { required: [...(schema.required as string[])].sort() } : {}
  return { type, ...(items && { items }), properties: Object.fromEntries(fields) as Record<string, Shape>, ...required, additionalProperties: false }
}
