import { describe, expect, it } from 'vitest'
import { fieldsOf, type Field } from './form-fields.ts'

const one = (property: unknown, required = false): Field => fieldsOf({ properties: { x: property }, ...(required && { required: ['x'] }) })[0]!

describe('the fields of a form', () => {
  it('are those of the schema, those first that have to be given', () => {
    const fields = fieldsOf({ required: ['b', 'c'], properties: { a: { type: 'string' }, b: { type: 'string', default: 'x' }, c: { type: 'string' }, 'd/e': {} } }, '/params')
    expect(fields.map(({ name, at, required }) => [name, at, required])).toEqual([
      ['c', '/params/c', true],
      ['a', '/params/a', false],
      ['b', '/params/b', false],
      ['d/e', '/params/d~1e', false],
    ])
    expect(fieldsOf(null)).toEqual([])
    expect(fieldsOf({ type: 'object', properties: 3 })).toEqual([])
  })

  it.each<[string, unknown, Partial<Field>]>([
    ['a text', { type: 'string' }, { kind: 'text', limits: [] }],
    ['a long text', { type: 'string', maxLength: 5000 }, { kind: 'long', limits: ['at most 5000 signs'] }],
    ['a text of a type of its own', { type: 'string', contentMediaType: 'text/markdown' }, { kind: 'long' }],
    ['a day', { type: 'string', format: 'date' }, { kind: 'text', format: 'date', limits: [] }],
    ['an instant', { type: 'string', format: 'date-time' }, { format: 'date-time', example: '2026-01-31T08:00:00Z' }],
    ['a secret', { type: 'string', writeOnly: true }, { format: 'password' }],
    ['a text with an example', { type: 'string', examples: ['eu-1'], pattern: '^[a-z]' }, { example: 'eu-1', limits: ['fits ^[a-z]'] }],
    ['a number', { type: 'number', exclusiveMinimum: 0, multipleOf: 0.5, examples: [1.5] }, { kind: 'number', example: '1.5', limits: ['more than 0', 'in steps of 0.5'] }],
    ['a whole number', { type: 'integer', minimum: 1, maximum: 31, title: 'Days back', default: 3 }, { kind: 'integer', min: 1, max: 31, title: 'Days back', fallback: 3, limits: ['1 to 31'] }],
    ['a limit on one side', { type: 'integer', minimum: 1 }, { limits: ['at least 1'] }],
    ['a limit on the other side', { type: 'integer', maximum: 9, exclusiveMaximum: 8 }, { limits: ['at most 9', 'less than 8'] }],
    ['a flag with a default', { type: 'boolean', default: false }, { kind: 'flag' }],
    ['a flag of which nothing may be said', { type: 'boolean' }, { kind: 'choice', choices: [true, false] }],
    ['a flag that may be null', { type: ['boolean', 'null'], default: null }, { kind: 'choice', nullable: true }],
    ['a choice', { enum: ['DR', 3, null] }, { kind: 'choice', choices: ['DR', 3, null] }],
    ['a choice of one', { const: 'fast' }, { kind: 'choice', choices: ['fast'] }],
    ['several of a few', { type: 'array', items: { enum: ['a', 'b'] } }, { kind: 'choices', choices: ['a', 'b'] }],
    ['a list of texts', { type: 'array', items: { type: 'string' }, minItems: 1 }, { kind: 'lines', type: 'string', limits: ['at least 1 line', 'one a line'] }],
    ['a list of numbers', { type: 'array', items: { type: 'integer' } }, { kind: 'lines', type: 'integer', limits: ['one number a line'] }],
    ['a list of objects', { type: 'array', items: { type: 'object' }, maxItems: 2 }, { kind: 'json', type: 'array', limits: ['at most 2 items', 'a list, as JSON'] }],
    ['an open object', { type: 'object', additionalProperties: { type: 'number' } }, { kind: 'json', type: 'object', limits: ['an object, as JSON'] }],
    ['an object that takes more than it names', { type: 'object', properties: { a: {} }, additionalProperties: true }, { kind: 'json' }],
    ['an object without a type', { properties: { a: {} } }, { kind: 'json', limits: ['JSON'] }],
    ['anything', true, { kind: 'any', limits: ['JSON, or a text'] }],
  ])('is made for %s', (_, property, expected) => {
    expect(one(property)).toMatchObject(expected)
  })

  it('asks with a box for a flag that has to be given', () => {
    expect(one({ type: 'boolean' }, true)).toMatchObject({ kind: 'flag', required: true })
  })

  it('has fields of its own for an object, down to a depth', () => {
    const nested = (depth: number): object => ({ type: 'object', properties: { x: depth === 0 ? { type: 'string' } : nested(depth - 1) } })
    const kinds: string[] = []
    for (let field: Field | undefined = one(nested(5)); field !== undefined; field = field.fields[0]) kinds.push(`${field.at} ${field.kind}`)
    expect(kinds).toEqual(['/x group', '/x/x group', '/x/x/x group', '/x/x/x/x json'])
  })

  it('follows references from wherever they are', () => {
    const schema = { $defs: { range: { type: 'object', properties: { from: { $ref: '#/$defs/day' } } }, day: { type: 'string', format: 'date' } }, properties: { range: { $ref: '#/$defs/range' } } }
    expect(fieldsOf(schema)[0]).toMatchObject({ kind: 'group', fields: [{ at: '/range/from', format: 'date' }] })
  })
})
