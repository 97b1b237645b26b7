import { formatPath } from './json-path.ts'
import type { JsonValue } from './json-value.ts'
import { mergeShapes } from './shape-merge.ts'
import { shapeOf } from './shape-of.ts'
import { isUnknown, propertyOf, typeOf, type Shape } from './shape.ts'

/** Where and how a value departs from a shape. */
export interface Mismatch {
  /** As `$.rows[3].date`. */
  path: string
  /** What happened to the place: a field is gone, a field was added, or it is of another type. */
  change: 'gone' | 'added' | 'type'
  /** Completes a sentence that begins with the path. */
  reason: string
}

/** How a value departs from a shape, at the first place that does; undefined if it fits. In O(size of the value). */
export function mismatch(shape: Shape, value: JsonValue): Mismatch | undefined {
  return new ShapeFit().mismatch(shape, value)
}

/** The shape after a value was written: wider where the value tells what was not known yet, else the same object. */
export function fit(shape: Shape, value: JsonValue): { shape: Shape } | { mismatch: Mismatch } {
  const walk = new ShapeFit()
  const found = walk.mismatch(shape, value)
  if (found !== undefined) return { mismatch: found }
  return { shape: walk.learns ? mergeShapes(shape, shapeOf(value)) : shape }
}

type Problem = Omit<Mismatch, 'path'>

class ShapeFit {
  /** Whether the value fits where the shape was open: where only null, an empty array or an empty object was seen. */
  learns = false
  readonly #path: (string | number)[] = []

  mismatch(shape: Shape, value: JsonValue): Mismatch | undefined {
    const problem = this.#check(shape, value)
    return problem === undefined ? undefined : { path: formatPath(this.#path), ...problem }
  }

  /** Why the value does not fit; the path then leads to the place. */
  #check(shape: Shape, value: JsonValue): Problem | undefined {
    const type = typeOf(value)
    if (!shape.type.includes(type)) {
      if (type === 'null') return { change: 'type', reason: `is null where it has always been ${nameTypes(shape)}` }
      if (!isUnknown(shape)) {
        return { change: 'type', reason: `is ${article(type)} where it has been ${nameTypes(shape)}` }
      }
      this.learns = true
    } else if (Array.isArray(value)) {
      return this.#array(shape.items, value)
    } else if (typeof value === 'object' && value !== null) {
      return this.#object(shape, value)
    }
    return undefined
  }

  #array(items: Shape | undefined, value: readonly JsonValue[]): Problem | undefined {
    if (items === undefined) {
      if (value.length > 0) this.learns = true
      return undefined
    }
    for (let index = 0; index < value.length; index++) {
      const problem = this.#at(index, items, value[index] ?? null)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #object(shape: Shape, value: { readonly [field: string]: JsonValue }): Problem | undefined {
    const { additionalProperties: values } = shape
    if (values === false && this.#isFirstMap(shape, value)) {
      this.learns = true
      return undefined
    }
    for (const name of shape.required ?? []) {
      if (!Object.hasOwn(value, name)) return this.#field(name, { change: 'gone', reason: 'is gone' })
    }
    for (const name of Object.keys(value)) {
      const field = values === undefined || values === false ? propertyOf(shape, name) : values
      if (field === undefined) return this.#field(name, { change: 'added', reason: 'is a field that was added' })
      const problem = this.#at(name, field, value[name] ?? null)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  /** An empty object may have been an empty map: a map fits it. */
  #isFirstMap(shape: Shape, value: { [field: string]: JsonValue }): boolean {
    return Object.keys(shape.properties ?? {}).length === 0 && shapeOf(value).additionalProperties !== false
  }

  #at(part: string | number, shape: Shape, value: JsonValue): Problem | undefined {
    this.#path.push(part)
    const problem = this.#check(shape, value)
    if (problem === undefined) this.#path.pop()
    return problem
  }

  #field(name: string, problem: Problem): Problem {
    this.#path.push(name)
    return problem
  }
}

function nameTypes(shape: Shape): string {
  return shape.type.map(article).join(' or ')
}

function article(type: string): string {
  if (type === 'null') return type
  return /^[ao]/.test(type) ? `an ${type}` : `a ${type}`
}
