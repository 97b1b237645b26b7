import { describe, expect, it } from 'vitest'
import { fieldsOf } from './form-fields.ts'
import { enteredOf, fieldAt, valuesOf } from './form-values.ts'

const fields = fieldsOf(
  {
    required: ['version', 'days', 'mode', 'note'],
    properties: {
      version: { type: 'string' },
      days: { type: 'integer', default: 3 },
      mode: { enum: ['fast', 'slow'] },
      note: { type: ['string', 'null'] },
      rate: { type: 'number' },
      dry: { type: 'boolean', default: true },
      loud: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' }, default: ['a', 'b'] },
      sizes: { type: 'array', items: { type: 'integer' } },
      kinds: { type: 'array', items: { enum: ['x', 'y'] } },
      more: { type: 'object', default: { a: 1 } },
      rows: { type: 'array', items: { type: 'object' } },
      any: true,
      range: { type: 'object', required: ['from'], properties: { from: { type: 'string' }, wide: { type: 'boolean', default: false } } },
    },
  },
  '/params',
)
const values = (entered: Record<string, string | boolean>): ReturnType<typeof valuesOf> =>
  valuesOf(fields, { ...enteredOf(fields), ...Object.fromEntries(Object.entries(entered).map(([name, value]) => [`/params/${name}`, value])) })

describe('what is entered into a form', () => {
  it('begins with defaults, or with what is given', () => {
    expect(enteredOf(fields)).toMatchObject({ '/params/version': '', '/params/days': '3', '/params/dry': true, '/params/tags': 'a\nb', '/params/more': '{\n  "a": 1\n}', '/params/rate': '', '/params/range/from': '' })
    const given = { params: { version: 'v2', dry: false, tags: [], mode: 'slow', days: null, note: null, any: 'x', kinds: ['y'], range: { from: '2026', wide: true } } }
    expect(enteredOf(fields, given)).toMatchObject({
      '/params/version': 'v2',
      '/params/dry': false,
      '/params/tags': '',
      '/params/mode': '"slow"',
      '/params/days': '',
      '/params/note': '',
      '/params/any': 'x',
      '/params/kinds': '["y"]',
      '/params/range/from': '2026',
      '/params/range/wide': true,
      '/params/more': '{\n  "a": 1\n}',
    })
  })

  it('is read as what it is to be; what is empty is left out', () => {
    const { body, problems } = values({ version: ' v1', days: '7', mode: '"fast"', rate: '0.5', dry: false, tags: 'x\n\ny', sizes: '1\n2', kinds: '["x"]', more: '', rows: '[{}]', any: '[1]' })
    expect(problems).toEqual({})
    expect(body).toEqual({ params: { version: ' v1', days: 7, mode: 'fast', note: null, rate: 0.5, dry: false, tags: ['x', 'y'], sizes: [1, 2], kinds: ['x'], rows: [{}], any: [1] } })
    expect(values({ version: 'v', mode: '"fast"', any: 'plain words', loud: 'false' }).body).toMatchObject({ params: { any: 'plain words', loud: false } })
  })

  it('holds an object as soon as anything in it was entered', () => {
    expect(values({ 'range/wide': true }).problems).toMatchObject({ '/params/range/from': 'It has to be given.' })
    expect(values({ version: 'v', mode: '"fast"', 'range/from': 'x' }).body).toMatchObject({ params: { range: { from: 'x', wide: false } } })
    const needed = fieldsOf({ required: ['o', 'list'], properties: { o: { type: 'object', properties: { a: { type: 'string' } } }, list: { type: 'array', items: { enum: [1] } } } })
    expect(valuesOf(needed, enteredOf(needed))).toEqual({ body: { o: {}, list: [] }, problems: {} })
  })

  it('is told what is wrong with it', () => {
    expect(values({ days: '1.5', rate: 'much', sizes: '1\ntwo', more: '[1]', rows: '{}', any: '{' }).problems).toEqual({
      '/params/version': 'It has to be given.',
      '/params/mode': 'It has to be given.',
      '/params/days': '1.5 is not a whole number.',
      '/params/rate': 'much is not a number.',
      '/params/sizes': 'two is not a number.',
      '/params/more': 'It has to be an object: `{ … }`.',
      '/params/rows': 'It has to be a list: `[ … ]`.',
    })
    expect(values({ more: '{' }).problems['/params/more']).toContain('It is not JSON')
  })

  it('is found by its place, or by that of what holds it', () => {
    const at = (place: string): string | undefined => fieldAt(fields, place)?.at
    expect(at('/params/days')).toBe('/params/days')
    expect(at('/params/tags/0')).toBe('/params/tags')
    expect(at('/params/range/from')).toBe('/params/range/from')
    expect(at('/params/range/other')).toBe('/params/range')
    expect(at('/params/daysoff')).toBeUndefined()
  })
})
