import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkJson } from './json-check.ts'
import type { JsonValue } from './json-value.ts'
import { fit, mismatch } from './shape-fit.ts'
import { areOneShape, mergeShapes } from './shape-merge.ts'
import { shapeOf } from './shape-of.ts'
import type { Shape } from './shape.ts'

/** JSON values with few names and types, so that shapes often nearly agree. */
const values: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, 1, 2.5, 'a', ''),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '2020-01-01', 'max temp', '7'), tie('value'), { maxKeys: 3 }),
  ),
})).value

const number: Shape = { type: ['number'] }
const string: Shape = { type: ['string'] }
const struct = (properties: Record<string, Shape>, required = Object.keys(properties)): Shape => ({
  type: ['object'],
  properties,
  required,
  additionalProperties: false,
})
const map = (additionalProperties: Shape): Shape => ({ type: ['object'], additionalProperties })
const list = (...items: Shape[]): Shape => ({ type: ['array'], ...(items[0] === undefined ? {} : { items: items[0] }) })

/** The shape after these values were written in turn, or the first mismatch. */
function write(...written: JsonValue[]): Shape | string {
  let shape: Shape | undefined
  for (const value of written) {
    if (shape === undefined) {
      shape = shapeOf(value)
      continue
    }
    const result = fit(shape, value)
    if ('mismatch' in result) return `${result.mismatch.path} ${result.mismatch.reason}`
    shape = result.shape
  }
  return shape ?? 'nothing was written'
}

describe('shapeOf', () => {
  it.each<[string, JsonValue, Shape]>([
    ['a number, whole or not', 1.5, number],
    ['a text', 'x', string],
    ['null', null, { type: ['null'] }],
    ['an empty list', [], list()],
    ['a list', [1, 2.5], list(number)],
    ['a list of mixed types', ['2020', 1, null], list({ type: ['null', 'number', 'string'] })],
    ['an object', { b: 1, a: 2 }, struct({ a: number, b: number })],
    ['an empty object', {}, struct({})],
    ['a map', { '2020-01-01': 1, '2020-01-02': 2 }, map(number)],
    ['a map in which some keys look like identifiers', { Seattle: 1, 'New York': 2 }, map(number)],
    ['a map of objects', { 'a-1': { n: 1 }, 'a-2': { n: null } }, map(struct({ n: { type: ['null', 'number'] } }))],
    ['a map with an empty list', { 'a-1': [], 'a-2': [1] }, map(list(number))],
    ['no map: values of several types', { 'max temp': 1, name: 'x' }, struct({ 'max temp': number, name: string })],
    [
      'no map: values with other fields',
      { 'a-1': { n: 1 }, 'a-2': { m: 1 } },
      struct({ 'a-1': struct({ n: number }), 'a-2': struct({ m: number }) }),
    ],
    ['no map: lists of other elements', { 'a-1': [1], b: ['x'] }, struct({ 'a-1': list(number), b: list(string) })],
    ['objects, some without a field', [{ a: 1 }, { a: 1, b: 2 }], list(struct({ a: number, b: number }, ['a']))],
    ['a list of objects and maps with one shape of values', [{ '2020': 1 }, { x: 2 }, {}], list(map(number))],
    ['a list of lists', [[1], [], ['a']], list(list({ type: ['number', 'string'] }))],
    ['a field named like a method', { toString: 1 }, struct({ toString: number })],
  ])('of %s', (_name, value, shape) => {
    expect(shapeOf(value)).toEqual(shape)
  })

  it('is frozen', () => {
    const shape = shapeOf({ a: [1] })
    expect([shape, shape.type, shape.properties, shape.required].every((part) => Object.isFrozen(part))).toBe(true)
  })
})

describe('writing a key again', () => {
  it.each<[string, JsonValue[]]>([
    ['the same fields', [{ a: 1, b: 'x' }, { b: 'y', a: 2.5 }]],
    ['an empty array, whatever the elements', [[{ a: 1 }], [], [{ a: 2 }]]],
    ['elements after an empty array', [[], [1]]],
    ['null where there was null', [{ a: null }, { a: null }]],
    ['a first value after null', [{ a: null }, { a: 1 }, { a: null }, { a: 2 }]],
    ['null again in a list', [[1, null], [null], [2]]],
    ['other keys of a map', [{ '2020-01-01': 1 }, { '2020-01-02': 2, today: 3 }, {}]],
    ['a map after an empty object', [{}, { '2020-01-01': 1 }, { '2020-01-02': 1 }]],
    ['an object without a field that some elements lacked', [[{ a: 1 }, { a: 1, b: 1 }], [{ a: 2 }]]],
    ['a part of the types that elements had', [['x', 1], [2], ['y']]],
    ['objects with mixed elements where only null was', [[{ a: null }], [{ a: 1 }, { a: 'x' }], [{ a: 'y' }]]],
  ])('fits: %s', (_name, written) => {
    expect(write(...written)).toBeTypeOf('object')
  })

  it.each<[string, JsonValue[], string]>([
    ['a field gone', [{ a: 1, b: 2 }, { a: 1 }], '$.b is gone'],
    ['a field added', [{ a: 1 }, { a: 1, b: 2 }], '$.b is a field that was added'],
    ['a field added to an empty object', [{}, { a: 1 }], '$.a is a field that was added'],
    ['all fields gone', [{ a: 1 }, {}], '$.a is gone'],
    ['a type changed', [{ a: 1 }, { a: 'x' }], '$.a is a string where it has been a number'],
    ['a type changed at the root', [{ a: 1 }, [1]], '$ is an array where it has been an object'],
    ['null where there was none', [{ a: 1 }, { a: null }], '$.a is null where it has always been a number'],
    ['an element of another type', [[1], [1, 'x']], '$[1] is a string where it has been a number'],
    ['a type that no element had', [[1, 'x'], [true]], '$[0] is a boolean where it has been a number or a string'],
    ['a field gone deep in a list', [{ rows: [{ d: 1 }] }, { rows: [{ d: 1 }, {}] }], '$.rows[1].d is gone'],
    ['a field added in a list', [[{ a: 1 }], [{ a: 1, b: 1 }]], '$[0].b is a field that was added'],
    ['another type in a map', [{ 'a-1': 1 }, { 'a-2': 'x' }], '$["a-2"] is a string where it has been a number'],
    ['a type after null', [{ a: null }, { a: 1 }, { a: 'x' }], '$.a is a string where it has been null or a number'],
    ['a key of a map that no longer is one', [{ '2020-01-01': { n: 1 } }, { x: { m: 1 } }], '$.x.n is gone'],
    ['a map after fields', [{ rome: 1 }, { rome: 1, 'new york': 2 }], '$["new york"] is a field that was added'],
    ['a field that objects inherit', [{ a: 1 }, { a: 1, toString: 1 }], '$.toString is a field that was added'],
    ['mixed data after an empty object', [{}, { 'a b': 1, c: 'x' }], '$["a b"] is a field that was added'],
  ])('does not fit: %s', (_name, written, message) => {
    expect(write(...written)).toBe(message)
  })

  it('keeps the very shape while nothing new is learnt', () => {
    const shape = shapeOf({ rows: [{ a: 1, b: null }], tags: {} })
    const result = fit(shape, { rows: [{ a: 2, b: null }, { a: 3, b: null }], tags: {} })
    expect(result).toHaveProperty('shape', shape)
    expect('shape' in result && result.shape === shape).toBe(true)
  })

  it('names the change for programs', () => {
    const shape = shapeOf({ a: 1 })
    expect(mismatch(shape, {})).toMatchObject({ path: '$.a', change: 'gone' })
    expect(mismatch(shape, { a: 1, b: 1 })).toMatchObject({ path: '$.b', change: 'added' })
    expect(mismatch(shape, { a: true })).toMatchObject({ path: '$.a', change: 'type' })
    expect(mismatch(shape, { a: 1 })).toBeUndefined()
  })
})

describe('laws', () => {
  it('every value fits its own shape and teaches it nothing', () => {
    fc.assert(
      fc.property(values, (value) => {
        const shape = shapeOf(value)
        const result = fit(shape, value)
        expect('shape' in result && result.shape === shape).toBe(true)
      }),
    )
  })

  it('merging is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(values, values, values, (x, y, z) => {
        const [a, b, c] = [shapeOf(x), shapeOf(y), shapeOf(z)]
        expect(mergeShapes(a, b)).toEqual(mergeShapes(b, a))
        expect(mergeShapes(mergeShapes(a, b), c)).toEqual(mergeShapes(a, mergeShapes(b, c)))
        expect(mergeShapes(a, a)).toEqual(a)
        expect(mergeShapes(mergeShapes(a, b), b)).toEqual(mergeShapes(a, b))
      }),
    )
  })

  it('both sides fit what they were merged into', () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        const merged = mergeShapes(shapeOf(x), shapeOf(y))
        expect(mismatch(merged, x)).toBeUndefined()
        expect(mismatch(merged, y)).toBeUndefined()
      }),
    )
  })

  it('what fitted once fits for ever', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 2, maxLength: 5 }), ([first = null, ...rest]) => {
        let shape = shapeOf(first)
        const accepted = [first]
        for (const value of rest) {
          const result = fit(shape, value)
          if ('mismatch' in result) continue
          shape = result.shape
          accepted.push(value)
        }
        for (const value of accepted) expect(mismatch(shape, value)).toBeUndefined()
      }),
    )
  })

  it('being one shape is symmetric and holds between a value and itself', () => {
    fc.assert(
      fc.property(values, values, (x, y) => {
        const [a, b] = [shapeOf(x), shapeOf(y)]
        expect(areOneShape(a, b)).toBe(areOneShape(b, a))
        expect(areOneShape(a, shapeOf(x))).toBe(true)
      }),
    )
  })

  it('a shape is JSON', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(checkJson(shapeOf(value))).toEqual(shapeOf(value))
      }),
    )
  })
})

/** Counts how often a value's parts are read. */
function counted(value: JsonValue, count: { reads: number }): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  const target = Array.isArray(value)
    ? value.map((part) => counted(part, count))
    : Object.fromEntries(Object.entries(value).map(([name, part]) => [name, counted(part, count)]))
  return new Proxy(target, {
    get(object, name, receiver) {
      count.reads++
      return Reflect.get(object, name, receiver) as unknown
    },
  })
}

describe('growth', () => {
  const rows = (count: number): JsonValue =>
    Array.from({ length: count }, (_, index) => ({ id: index, tags: [['a'], []] }))

  it.each([
    ['shapeOf', (value: JsonValue) => void shapeOf(value)],
    ['fit', (value: JsonValue) => void fit(shapeOf(rows(1)), value)],
  ])('%s reads ten times as much of ten times the value', (_name, run) => {
    const [small, large] = [100, 1000].map((size) => {
      const count = { reads: 0 }
      run(counted(rows(size), count))
      return count.reads
    })
    expect(large).toBeLessThanOrEqual((small ?? 0) * 10)
  })

  it('does not depend on the depth of nesting more than on the size', () => {
    const deep = (levels: number): JsonValue => (levels === 0 ? [1] : [{ next: deep(levels - 1), 'a b': {} }])
    const [small, large] = [10, 90].map((levels) => {
      const count = { reads: 0 }
      shapeOf(counted(deep(levels), count))
      return count.reads
    })
    expect(large).toBeLessThanOrEqual((small ?? 0) * 10)
  })
})
