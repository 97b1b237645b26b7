import { expect, test } from 'vitest'
import type { JsonValue } from '../json.ts'
import { typeOfSchema } from './schema-type.ts'

test.each<[JsonValue, string, string[]]>([
  [true, 'dyn', []],
  [{}, 'dyn', []],
  [{ type: ['string', 'null'] }, 'dyn', []],
  [{ type: 'number' }, 'dyn', []],
  [{ type: 'string' }, 'string', []],
  [{ type: 'integer' }, 'int', []],
  [{ type: 'boolean' }, 'bool', []],
  [{ type: 'array' }, 'list<dyn>', []],
  [{ type: 'array', items: { type: 'array', items: { type: 'integer' } } }, 'list<list<int>>', []],
  [{ type: 'object' }, 'map', []],
  [{ type: 'object', additionalProperties: { type: 'integer' } }, 'map<string, int>', []],
  [{ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: true }, 'map', []],
  [{ type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'integer' } }, 'map', []],
  [{ type: 'object', properties: { a: { type: 'object', properties: { b: { type: 'integer' } } } } }, 'x', ['x.a b:int', 'x a:x.a']],
])('%j', (schema, type, registered) => {
  const found: string[] = []
  const register = (name: string, fields: Record<string, string>) =>
    found.push(`${name} ${Object.entries(fields).map((pair) => pair.join(':')).join(' ')}`)
  expect(typeOfSchema(schema, 'x', register)).toBe(type)
  expect(found).toEqual(registered)
})
