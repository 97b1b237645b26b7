import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import type { JsonObject, JsonValue } from '../json.ts'
import { schemaFaults, type JsonSchema } from './json-schema.ts'
import { valueFaults } from './validate.ts'

const told = (value: JsonValue, schema: JsonSchema) => valueFaults(value, schema).map(({ path, message }) => `${path.join('.')}: ${message}`)

describe('valueFaults', () => {
  test.each<[JsonValue, JsonSchema, string[]]>([
    [1, true, []],
    [1, false, [': must not be there']],
    ['x', { type: 'integer' }, [': must be a whole number, not "x"']],
    [1.5, { type: ['integer', 'null'] }, [': must be a whole number or null, not 1.5']],
    [null, { type: ['integer', 'null'] }, []],
    [{ a: 1 }, { type: 'array' }, [': must be a list, not a map']],
    [[1], { type: 'object' }, [': must be a map, not a list']],
    ['x'.repeat(80), { type: 'boolean' }, [`: must be true or false, not "${'x'.repeat(56)}...`]],
    [2, { const: 1 }, [': must be 1, not 2']],
    [{ a: [1] }, { enum: [{ a: [1] }] }, []],
    ['c', { enum: ['a', 'b'] }, [': must be one of "a", "b", not "c"']],
    ['ab', { minLength: 3 }, [': must have at least 3 characters, not 2']],
    ['\u{1F600}\u{1F600}', { maxLength: 1 }, [': must have at most 1 characters, not 2']],
    ['ab', { pattern: '^b' }, [': must match the pattern ^b, not "ab"']],
    ['2026-13-01', { format: 'date' }, [': must be in the format date, not "2026-13-01"']],
    ['2026-12-01T10:00:00Z', { format: 'date-time' }, []],
    [1, { minimum: 2 }, [': must be at least 2, not 1']],
    [3, { maximum: 2 }, [': must be at most 2, not 3']],
    [2, { exclusiveMinimum: 2 }, [': must be more than 2, not 2']],
    [2, { exclusiveMaximum: 2 }, [': must be less than 2, not 2']],
    [0.3, { multipleOf: 0.1 }, []],
    [5, { multipleOf: 2 }, [': must be a multiple of 2, not 5']],
    [[], { minItems: 1 }, [': must have at least 1 items, not 0']],
    [[1, 2], { maxItems: 1 }, [': must have at most 1 items, not 2']],
    [[{ a: 1, b: 2 }, { b: 2, a: 1 }], { uniqueItems: true }, [': must not have the same item twice']],
    [[{ a: 1 }, { a: 2 }, '1', 1], { uniqueItems: true }, []],
    [[1, 1], { uniqueItems: false }, []],
    [['a', 1, 'b'], { prefixItems: [{ type: 'string' }], items: { type: 'number' } }, ['2: must be a number, not "b"']],
    [{}, { required: ['a'] }, ['a: is missing']],
    [{ a: 1, b: 2 }, { properties: { a: { type: 'string' } }, additionalProperties: false }, ['a: must be a text, not 1', 'b: is not known']],
    [{ b: 'x' }, { additionalProperties: { type: 'number' } }, ['b: must be a number, not "x"']],
    [{ B: 1 }, { propertyNames: { pattern: '^[a-z]$' } }, ['B: must match the pattern ^[a-z]$, not "B"']],
    [{}, { minProperties: 1 }, [': must have at least 1 members, not 0']],
    [{ a: 1 }, { maxProperties: 0 }, [': must have at most 0 members, not 1']],
    [true, { anyOf: [{ type: 'string' }, { type: 'number' }] }, [': fits none of the 2 schemas of `anyOf`']],
    [1, { oneOf: [{ type: 'integer' }, { type: 'number' }] }, [': must fit exactly one schema of `oneOf`, not 2']],
    [1, { allOf: [{ minimum: 2 }, { minimum: 3 }] }, [': must be at least 2, not 1', ': must be at least 3, not 1']],
    [1, { not: { type: 'number' } }, [': fits the schema of `not`, which it must not']],
  ])('%j with %j', (value, schema, faults) => {
    expect(told(value, schema)).toEqual(faults)
  })

  test('stops counting', () => {
    expect(valueFaults(new Array<number>(500).fill(1), { items: { type: 'string' } })).toHaveLength(100)
  })
})

describe('schemaFaults', () => {
  test.each<[JsonValue, string[]]>([
    [true, []],
    [{ type: 'string', title: 'x', $comment: 'y' }, []],
    [3, ['']],
    [{ type: 'strin' }, ['type']],
    [{ type: [] }, ['type']],
    [{ minimun: 1 }, ['minimun']],
    [{ $ref: '#/x' }, ['$ref']],
    [{ enum: [] }, ['enum']],
    [{ minimum: '1' }, ['minimum']],
    [{ multipleOf: 0 }, ['multipleOf']],
    [{ minLength: -1 }, ['minLength']],
    [{ uniqueItems: 1 }, ['uniqueItems']],
    [{ required: 'a' }, ['required']],
    [{ anyOf: [] }, ['anyOf']],
    [{ anyOf: [{ type: 'x' }] }, ['anyOf.0.type']],
    [{ properties: { a: { type: 'x' } } }, ['properties.a.type']],
    [{ properties: [] }, ['properties']],
    [{ items: { items: 3 } }, ['items.items']],
    [{ format: 'dates' }, ['format']],
    [{ pattern: '(' }, ['pattern']],
    [{ pattern: 3 }, ['pattern']],
    [{ pattern: 'a'.repeat(501) }, ['pattern']],
    [{ pattern: '(a+)+$' }, ['pattern']],
    [{ pattern: '(a|aa)*$' }, ['pattern']],
    [{ pattern: '((a))+' }, ['pattern']],
    [{ pattern: '^[a-z]+(-[a-z])?$' }, []],
    [{ pattern: '^(\\d\\d)+$' }, []],
  ])('%j', (schema, paths) => {
    expect(schemaFaults(schema).map(({ path }) => path.join('.'))).toEqual(paths)
  })

  test('has a limit on the size of a schema', () => {
    const schema: JsonObject = { anyOf: new Array<JsonObject>(10_001).fill({}) }
    expect(schemaFaults(schema)).toEqual([{ path: [], message: 'a schema has at most 10000 parts' }])
  })
})

/** Schemas of the keywords that both know, and that zod takes as JSON Schema means them. */
const { schema } = fc.letrec<{ schema: JsonObject; scalar: JsonObject }>((tie) => ({
  scalar: fc.oneof(
    fc.record({ type: fc.constant('string'), minLength: fc.nat(3), maxLength: fc.integer({ min: 2, max: 5 }) }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -2, max: 2 }), exclusiveMaximum: fc.integer({ min: 0, max: 4 }) }, { requiredKeys: ['type'] }),
    fc.record({ type: fc.constantFrom('boolean', 'null') }),
    fc.record({ enum: fc.constantFrom<JsonValue>(['a', 'b'], [1, 'a'], [true, 2]) }),
    fc.record({ const: fc.constantFrom('a', 1, true) }),
  ),
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('scalar'),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(2), maxItems: fc.nat(3) }, { requiredKeys: ['type', 'items'] }),
    fc
      .record({ properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { noNullPrototype: true }), closed: fc.boolean(), must: fc.boolean() })
      .map(({ properties, closed, must }) => ({
        type: 'object',
        properties,
        ...(closed ? { additionalProperties: false } : {}),
        ...(must ? { required: Object.keys(properties) } : {}),
      })),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }) }),
  ),
}))

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonValue>(null, true, false, 0, 1, -1, 2.5, 'a', 'b', '', 'abcdef'),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
  ),
}))

test('agrees with zod', () => {
  fc.assert(
    fc.property(schema, value, (made, given) => {
      expect(schemaFaults(made)).toEqual([])
      const oracle = z.fromJSONSchema(made)
      expect(valueFaults(given, made).length === 0).toBe(oracle.safeParse(given).success)
    }),
    { numRuns: 1000 },
  )
})
