import type { JsonValue } from './json-value.ts'

export type ShapeType = 'array' | 'boolean' | 'null' | 'number' | 'object' | 'string'

/**
 * What values of one key, at one version, have in common, as a subset of JSON Schema. `type` is sorted; `['null']`
 * alone means that the type is not known yet. `items` is missing while every array was empty. An object has either
 * `properties` with `additionalProperties: false`, or, as a map, whose keys are data, one shape for all its values.
 */
export interface Shape {
  readonly type: readonly ShapeType[]
  readonly items?: Shape
  readonly properties?: { readonly [field: string]: Shape }
  /** Sorted. Only fields of objects inside an array can be missing here. */
  readonly required?: readonly string[]
  readonly additionalProperties?: false | Shape
}

/** The type of a value in the words of JSON Schema. */
export function typeOf(value: JsonValue): ShapeType {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as 'boolean' | 'number' | 'object' | 'string'
}

/** The shape of a field, if the shape has one of that name. */
export function propertyOf(shape: Shape, name: string): Shape | undefined {
  return shape.properties !== undefined && Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined
}

/** Whether nothing but null was seen: any type may still come. */
export function isUnknown(shape: Shape): boolean {
  return shape.type.length === 1 && shape.type[0] === 'null'
}
