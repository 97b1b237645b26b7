import { shapeOf, type JsonValue } from '@lorc/context'
import { describe, expect, it } from 'vitest'
import { declaredShape, shapeChange } from './shape-change.ts'

const change = (was: JsonValue, is: JsonValue): string | undefined => {
  const found = shapeChange(shapeOf(was), shapeOf(is))
  return found && `${found.path} ${found.reason}`
}

describe('a change of a shape', () => {
  it.each<[JsonValue, JsonValue, string | undefined]>([
    [1, 2.5, undefined],
    [null, 'x', undefined],
    ['x', null, undefined],
    [[], [1], undefined],
    [{ a: 1 }, { a: 2 }, undefined],
    [{ '2026-01-01': 1 }, { '2026-01-02': 2 }, undefined],
    [1, 'x', '$ is now of type string, and was of type number'],
    [[1], ['x'], '$[] is now of type string, and was of type number'],
    [[1], [1, null], '$[] can now be null'],
    [[{ a: 1 }], [{ a: 1, b: 2 }], '$[].b was added'],
    [{ a: { b: 1 } }, { a: {} }, '$.a.b is gone'],
    [[{ a: 1 }], [{ a: 1 }, {}], '$[].a can now be missing'],
    [{ 'a-1': 1 }, { 'a-2': 'x' }, '$.* is now of type string, and was of type number'],
    [{ 'a-1': 1 }, { b: 'x' }, '$.b is now of type string, and was of type number'],
  ])('of %j to %j: %s', (was, is, told) => {
    expect(change(was, is)).toBe(told)
  })
})

describe('the shape that a schema declares', () => {
  it('is one that values of it have', () => {
    expect(declaredShape({ type: 'array', items: { type: 'object', properties: { n: { type: ['integer', 'null'] } }, required: ['n'], additionalProperties: false } })).toEqual({
      type: ['array'],
      items: { type: ['object'], properties: { n: { type: ['null', 'number'] } }, required: ['n'], additionalProperties: false },
    })
    expect(declaredShape({ type: 'string' })).toEqual({ type: ['string'] })
  })

  it('is none where the schema says what shapes cannot', () => {
    for (const schema of [{}, { anyOf: [{ type: 'string' }] }, { type: 'object' }, { type: 'array', items: {} }, { type: 'object', properties: { a: {} }, additionalProperties: false }, { type: 'object', properties: { a: { type: 'string' } } }]) {
      expect(declaredShape(schema)).toBeUndefined()
    }
  })
})
