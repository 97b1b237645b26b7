import { isUnknown, propertyOf, type Shape } from './shape.ts'

/**
 * The shape of values that have either shape: types are united, fields that one side lacks are not required, and a map
 * takes in the fields of the other side. Commutative, associative and idempotent.
 */
export function mergeShapes(a: Shape, b: Shape): Shape {
  if (a === b || isWithin(b, a)) return a
  const items = mergeOptional(a.items, b.items)
  return Object.freeze({
    type: Object.freeze([...new Set([...a.type, ...b.type])].sort()),
    ...(items === undefined ? {} : { items }),
    ...mergeObjects(a, b),
  })
}

/** The parts of a shape that are about objects. */
type ObjectPart = Pick<Shape, 'properties' | 'required' | 'additionalProperties'>

/** Whether merging scalars can be skipped: b has no structure and no type that a has not. */
function isWithin(b: Shape, a: Shape): boolean {
  return b.items === undefined && b.additionalProperties === undefined && b.type.every((type) => a.type.includes(type))
}

function mergeObjects(a: Shape, b: Shape): ObjectPart {
  if (b.additionalProperties === undefined) return objectPart(a)
  if (a.additionalProperties === undefined) return objectPart(b)
  if (a.additionalProperties !== false || b.additionalProperties !== false) {
    const values = [...valueShapes(a), ...valueShapes(b)].reduce(mergeShapes)
    return { additionalProperties: values }
  }
  const properties: { [field: string]: Shape } = {}
  const names = new Set([...Object.keys(a.properties ?? {}), ...Object.keys(b.properties ?? {})])
  for (const name of [...names].sort()) {
    const merged = mergeOptional(propertyOf(a, name), propertyOf(b, name))
    if (merged !== undefined) properties[name] = merged
  }
  const others = new Set(b.required)
  const required = (a.required ?? []).filter((name) => others.has(name))
  return { properties: Object.freeze(properties), required: Object.freeze(required), additionalProperties: false }
}

function objectPart({ properties, required, additionalProperties }: Shape): ObjectPart {
  return {
    ...(properties === undefined ? {} : { properties }),
    ...(required === undefined ? {} : { required }),
    ...(additionalProperties === undefined ? {} : { additionalProperties }),
  }
}

/** The shapes of all values of the objects: of a map the one it has, of others each field's. */
function valueShapes(shape: Shape): Shape[] {
  const { additionalProperties: values } = shape
  return values === undefined || values === false ? Object.values(shape.properties ?? {}) : [values]
}

function mergeOptional(a: Shape | undefined, b: Shape | undefined): Shape | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return mergeShapes(a, b)
}

/**
 * Whether two shapes are one up to what is not known yet: null beside a type, an empty array, an empty object beside
 * a map, a field that is not required.
 */
export function areOneShape(a: Shape, b: Shape): boolean {
  if (a === b || isUnknown(a) || isUnknown(b)) return true
  const others = b.type.filter((type) => type !== 'null')
  const types = a.type.filter((type) => type !== 'null')
  if (types.length !== others.length || !types.every((type) => others.includes(type))) return false
  if (a.items !== undefined && b.items !== undefined && !areOneShape(a.items, b.items)) return false
  return areOneObject(a, b)
}

function areOneObject(a: Shape, b: Shape): boolean {
  if (a.additionalProperties !== false || b.additionalProperties !== false) {
    return valueShapes(a).every((shape) => valueShapes(b).every((other) => areOneShape(shape, other)))
  }
  return fieldsFit(a, b) && fieldsFit(b, a)
}

function fieldsFit(a: Shape, b: Shape): boolean {
  const required = new Set(a.required)
  return Object.entries(a.properties ?? {}).every(([name, shape]) => {
    const other = propertyOf(b, name)
    return other === undefined ? !required.has(name) : areOneShape(shape, other)
  })
}
