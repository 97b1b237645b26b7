import { describe, expect, it } from 'vitest'
import { enteredOf, fieldsOf, valuesOf } from './form-fields.ts'

const schema = {
  type: 'object',
  required: ['version', 'days', 'mode'],
  properties: {
    days: { type: 'integer', default: 3, minimum: 1, maximum: 31, title: 'Days back', description: 'How many' },
    version: { type: 'string', pattern: '^v' },
    notes: { type: 'string', maxLength: 5000 },
    dry: { type: 'boolean', default: true },
    country: { enum: ['DR', 'ES', 3], default: 'ES' },
    rate: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' }, default: ['a', 'b'] },
    mode: { const: 'fast' },
    more: { type: 'object', default: { a: 1 } },
    any: true,
  },
}

describe('a form', () => {
  const fields = fieldsOf(schema)

  it('has a field for each property, those first that have to be given', () => {
    expect(fields.map(({ name, kind, required }) => [name, kind, required])).toEqual([
      ['version', 'text', true],
      ['mode', 'choice', true],
      ['days', 'integer', false],
      ['notes', 'long', false],
      ['dry', 'flag', false],
      ['country', 'choice', false],
      ['rate', 'number', false],
      ['tags', 'lines', false],
      ['more', 'json', false],
      ['any', 'json', false],
    ])
    expect(fields[2]).toMatchObject({ title: 'Days back', description: 'How many', min: 1, max: 31, fallback: 3 })
    expect(fieldsOf(null)).toEqual([])
    expect(fieldsOf({ type: 'object', properties: 3 })).toEqual([])
  })

  it('begins with defaults, or with what an earlier run had', () => {
    expect(enteredOf(fields)).toMatchObject({ version: '', days: '3', dry: true, country: '"ES"', tags: 'a\nb', more: '{\n  "a": 1\n}', rate: '' })
    expect(enteredOf(fields, { version: 'v2', dry: false, tags: [], country: 3, notes: 7 })).toMatchObject({ version: 'v2', dry: false, tags: '', country: '3', notes: '7' })
  })

  it('gives the values that were entered, and leaves out what is empty', () => {
    const entered = { version: ' v1', days: '7', notes: '', dry: false, country: '3', rate: '0.5', tags: 'x\n\ny', mode: '"fast"', more: '', any: '[1]' }
    expect(valuesOf(fields, entered)).toEqual({
      values: { version: ' v1', days: 7, dry: false, country: 3, rate: 0.5, tags: ['x', 'y'], mode: 'fast', any: [1] },
      problems: {},
    })
  })

  it('says what cannot be read', () => {
    const { problems } = valuesOf(fields, { days: '1.5', rate: 'much', more: '{', dry: false })
    expect(problems).toMatchObject({ version: 'It has to be given.', days: '1.5 is no whole number.', rate: 'much is no number.', more: expect.stringContaining('no JSON') as unknown })
  })
})
