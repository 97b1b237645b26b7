import { isIdentifier } from './json-path.ts'
import type { JsonValue } from './json-value.ts'
import { areOneShape, mergeShapes } from './shape-merge.ts'
import { typeOf, type Shape, type ShapeType } from './shape.ts'

/**
 * The shape of a value, in O(size of the value). The elements of an array share one shape: their types are united,
 * and a field that some of their objects lack is not required. An object is a map if one of its keys or more is not
 * an identifier and all its values have one shape.
 */
export function shapeOf(value: JsonValue): Shape {
  const observed = new ShapeObserver()
  observed.add(value)
  return observed.shape()
}

/** Shapes of one scalar type are shared: most fields have one. */
const SCALARS: ReadonlyMap<ShapeType, Shape> = new Map(
  (['boolean', 'null', 'number', 'string'] as const).map((type) => [
    type,
    Object.freeze({ type: Object.freeze([type]) }),
  ]),
)

/** Collects the values found at one position, so that an array is walked once, however its elements differ. */
class ShapeObserver {
  readonly #types = new Set<ShapeType>()
  #items: ShapeObserver | undefined
  #objects = 0
  #fields: Map<string, { seen: number; values: ShapeObserver }> | undefined

  add(value: JsonValue): void {
    this.#types.add(typeOf(value))
    if (typeof value !== 'object' || value === null) return
    if (Array.isArray(value)) {
      if (value.length > 0) this.#items ??= new ShapeObserver()
      for (const element of value) this.#items?.add(element)
    } else {
      this.#objects++
      for (const name of Object.keys(value)) this.#field(name).add(value[name] ?? null)
    }
  }

  #field(name: string): ShapeObserver {
    this.#fields ??= new Map()
    let field = this.#fields.get(name)
    if (field === undefined) {
      field = { seen: 0, values: new ShapeObserver() }
      this.#fields.set(name, field)
    }
    field.seen++
    return field.values
  }

  shape(): Shape {
    const [only] = this.#types
    const scalar = this.#types.size === 1 && only !== undefined ? SCALARS.get(only) : undefined
    if (scalar !== undefined) return scalar
    return Object.freeze({
      type: Object.freeze([...this.#types].sort()),
      ...(this.#items === undefined ? {} : { items: this.#items.shape() }),
      ...(this.#objects === 0 ? {} : this.#objectShape()),
    })
  }

  #objectShape(): Pick<Shape, 'properties' | 'required' | 'additionalProperties'> {
    const names = [...(this.#fields?.keys() ?? [])].sort()
    const properties: { [field: string]: Shape } = {}
    const required: string[] = []
    for (const name of names) {
      const field = this.#fields?.get(name)
      if (field === undefined) continue
      properties[name] = field.values.shape()
      if (field.seen === this.#objects) required.push(name)
    }
    const values = names.every(isIdentifier) ? undefined : oneShape(Object.values(properties))
    if (values !== undefined) return { additionalProperties: values }
    return { properties: Object.freeze(properties), required: Object.freeze(required), additionalProperties: false }
  }
}

/** The one shape that all these are of; undefined if they differ. */
function oneShape(shapes: readonly Shape[]): Shape | undefined {
  let merged = shapes[0]
  for (const shape of shapes) {
    if (merged === undefined || !areOneShape(merged, shape)) return undefined
    merged = mergeShapes(merged, shape)
  }
  return merged
}
