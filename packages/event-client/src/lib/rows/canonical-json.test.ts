import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson } from './canonical-json.ts'
import type { NotJson } from './not-json.ts'
import type { JsonValue } from '../json.ts'

/** By the letter of RFC 8785, slowly. */
function reference(value: JsonValue): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(reference).join(',')}]`
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1))
  return `{${names.map((name) => `${JSON.stringify(name)}:${reference(value[name]!)}`).join(',')}}`
}

const refusal = (value: unknown): NotJson => {
  const found = canonicalJson(value)
  if (typeof found === 'string') throw new Error(`it was taken: ${found}`)
  return found
}

describe('canonical JSON', () => {
  it('is what RFC 8785 says of any JSON value', () => {
    const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__proto__' && text !== 'constructor')
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        fc.constantFrom(null, true, false),
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(name, tie('value'), { maxKeys: 6 }),
      ),
    }))
    fc.assert(
      fc.property(value, (one) => {
        expect(canonicalJson(one)).toBe(reference(one))
        expect(JSON.parse(canonicalJson(one) as string)).toEqual(JSON.parse(JSON.stringify(one)))
      }),
    )
  })

  it.each<[unknown, string]>([
    [{ b: 1, a: { d: 1, c: 2 } }, '{"a":{"c":2,"d":1},"b":1}'],
    [{ '10': 1, '9': 2 }, '{"10":1,"9":2}'],
    [-0, '0'],
    [1e21, '1e+21'],
    ['a\\ud800b', '"a\\\\ud800b"'],
    [Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
    [runInNewContext('({ a: [1] })'), '{"a":[1]}'],
  ])('%j', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })
})

describe('what is not JSON is refused with its place', () => {
  const cycle: Record<string, unknown> = { list: [{}] }
  ;(cycle['list'] as unknown[]).push({ back: cycle })
  const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])
  const throws = Object.defineProperty({ a: 1 }, 'b', {
    enumerable: true,
    get() {
      throw new Error('not now')
    },
  })

  it.each<[string, unknown, string, string]>([
    ['undefined', { a: undefined }, '$.a', 'is undefined'],
    ['undefined itself', undefined, '$', 'is undefined'],
    ['a hole', Object.assign([1], { 2: 3 }), '$[1]', 'is undefined'],
    ['NaN', { a: [Number.NaN] }, '$.a[0]', 'is NaN'],
    ['infinity', -Infinity, '$', 'is -Infinity'],
    ['a BigInt', { 'a b': 1n }, '$["a b"]', 'is a BigInt'],
    ['a function', { toJSON: () => 1 }, '$.toJSON', 'is a function'],
    ['a symbol', [Symbol('s')], '$[0]', 'is a symbol'],
    ['a Date', { at: new Date(0) }, '$.at', 'is a Date'],
    ['a Map', { z: 1, a: new Map() }, '$.a', 'is an instance of Map'],
    ['a nameless instance', new (class { readonly x = 1 })(), '$', 'is an instance of a class'],
    ['an Error', [new Error('e')], '$[0]', 'is an instance of Error'],
    ['a cycle', cycle, '$.list[1].back', 'leads back to where it is in: a cycle'],
    ['too many levels', deep(501), `$${'[0]'.repeat(500)}`, 'is deeper than 500 levels'],
    ['half of a pair', { a: ['x', '\ud83d'] }, '$.a[1]', 'holds half of a surrogate pair'],
    ['half of a pair in a name', { '\udc00': 1 }, '$["\\udc00"]', 'holds half of a surrogate pair'],
    ['__proto__', JSON.parse('{"a":{"__proto__":{"x":1}}}'), '$.a.__proto__', 'has a name that is not let through'],
    ['constructor', { constructor: 1 }, '$.constructor', 'has a name that is not let through'],
    ['what throws', throws, '$', 'cannot be read'],
  ])('%s', (_name, value, path, what) => {
    expect(refusal(value)).toMatchObject({ path, what, fix: expect.any(String) as string })
  })

  it('and takes 500 levels, and a value that occurs twice', () => {
    const twice = { a: 1 }
    expect(canonicalJson([twice, twice])).toBe('[{"a":1},{"a":1}]')
    expect(canonicalJson(deep(500))).toHaveLength(1001)
  })
})
