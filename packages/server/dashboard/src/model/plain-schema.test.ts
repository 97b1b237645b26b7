import { describe, expect, it } from 'vitest'
import { plainSchema, type Schema } from './plain-schema.ts'

const root: Schema = {
  $defs: {
    day: { type: 'string', format: 'date' },
    'a/b': { $ref: '#/$defs/day' },
    loop: { $ref: '#/$defs/loop' },
  },
}
const plain = (schema: unknown): unknown => {
  const { schema: found, nullable } = plainSchema(schema, root)
  return nullable ? [found, 'or null'] : found
}

describe('a schema for people who fill in forms', () => {
  it.each<[string, unknown, unknown]>([
    ['is itself', { type: 'string', minLength: 1 }, { type: 'string', minLength: 1 }],
    ['is what it refers to, with what it says besides', { $ref: '#/$defs/day', title: 'From' }, { type: 'string', format: 'date', title: 'From' }],
    ['is what is referred to in turn, by a name that has to be written otherwise', { $ref: '#/$defs/a~1b' }, { type: 'string', format: 'date' }],
    ['that refers to itself is anything', { $ref: '#/$defs/loop' }, {}],
    ['that refers to nothing, or elsewhere, is anything', { $ref: '#/$defs/none' }, {}],
    ['that refers elsewhere keeps what it says', { $ref: 'https://example.org/day', title: 'Day' }, { title: 'Day' }],
    ['of one part is that part', { allOf: [{ type: 'integer' }], default: 3 }, { type: 'integer', default: 3 }],
    ['may be null', { anyOf: [{ type: 'number' }, { type: 'null' }], default: null }, [{ type: 'number', default: null }, 'or null']],
    ['may be null in the short way', { type: ['integer', 'null'] }, [{ type: 'integer' }, 'or null']],
    ['of several types is anything', { type: ['integer', 'string'], title: 'Both' }, { title: 'Both' }],
    ['of several values is a choice', { oneOf: [{ const: 'a' }, { enum: ['b', 'c'] }, { type: 'null' }] }, [{ enum: ['a', 'b', 'c'] }, 'or null']],
    ['of several kinds is anything', { anyOf: [{ type: 'string' }, { type: 'array' }] }, {}],
    ['that is none is anything', true, {}],
  ])('%s', (_, schema, expected) => {
    expect(plain(schema)).toEqual(expected)
  })

  it('that cannot be only one of its alternatives may not be null', () => {
    expect(plain({ anyOf: [{ type: 'integer' }] })).toEqual({ type: 'integer' })
  })
})
