import { runInNewContext, runInThisContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ContextError } from './errors.ts'
import { checkJson, copyJson } from './json-check.ts'
import { DEFAULT_LIMITS, type ContextLimits } from './limits.ts'

function refusal(value: unknown, limits?: Partial<ContextLimits>): ContextError {
  try {
    checkJson(value, limits)
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('the value was accepted')
}

function nested(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

function sparse(): unknown[] {
  const array: unknown[] = [1]
  array[2] = 3
  return array
}

function withAccessor(get: () => unknown): object {
  return Object.defineProperty({ before: 1 }, 'computed', { get, enumerable: true })
}

class Point {
  x = 1
}
class List extends Array<number> {}

describe('what is not JSON', () => {
  it.each<[string, unknown, string, string?]>([
    ['undefined', undefined, 'undefined'],
    ['NaN', Number.NaN, 'NaN'],
    ['Infinity', Number.NEGATIVE_INFINITY, '-Infinity'],
    ['a BigInt', 1n, 'String(value)'],
    ['a function', () => 1, 'function'],
    ['a symbol', Symbol('s'), 'symbol'],
    ['a Date', new Date(0), 'toISOString'],
    ['a Map', new Map(), 'Object.fromEntries'],
    ['a Set', new Set(), '[...set]'],
    ['an Error', new Error('e'), 'message'],
    ['a Promise', Promise.resolve(), 'Await'],
    ['a typed array', new Uint8Array(2), 'Uint8Array'],
    ['a class instance', new Point(), 'Point'],
    ['an array of a class', new List(), 'List'],
    ['an instance of an unnamed class', new (class { readonly x = 1 })(), 'unnamed class'],
    ['an object that inherits data', Object.create({ x: 1 }), 'Object'],
    ['an object under one without prototype', Object.create(Object.create(null) as object), 'unnamed class'],
    ['an array without prototype', Object.setPrototypeOf([], null), 'unnamed class'],
    ['a boxed number', Object(1), 'Number'],
    ['arguments', runInThisContext('(function () { return arguments })(1)'), 'instance'],
    ['a namespace object', Math, 'instance'],
    ['a class instance of another realm', runInNewContext('new (class Other {})()'), 'Other'],
    ['a toJSON method', { toJSON: () => 1 }, 'function', '.toJSON'],
    ['a field named by a symbol', { [Symbol('secret')]: 1 }, 'Symbol(secret)'],
    ['an array with a symbol', Object.assign([1], { [Symbol('secret')]: 1 }), 'Symbol(secret)'],
    ['a named property of an array', Object.assign([1], { total: 1 }), '[...array]', '.total'],
    ['a match of a regular expression', /a/.exec('a'), '[...array]', '.index'],
    ['a hole in an array', sparse(), 'sparse', '[1]'],
    ['undefined in an array', [1, undefined], 'undefined', '[1]'],
    ['half of a surrogate pair', 'a\ud83d', 'surrogate'],
    ['the second half alone', '\udc00', 'surrogate'],
    ['two second halves', '\udc00\udc01', 'surrogate'],
    ['a first half before what follows the second ones', '\ud83d\ue000', 'surrogate'],
    ['a first half before something else', '\ud83dx', 'surrogate'],
    ['a field name with half of a pair', { 'a\ud83d': 1 }, 'surrogate', '["a\\ud83d"]'],
    ['an integer beyond 2^53', 2 ** 53, 'Write it as a string.'],
    ['a negative integer beyond 2^53', -(2 ** 53), 'Write it as a string.'],
  ])('refuses %s, with its path', (_name, value, hint, below = '') => {
    const error = refusal({ rows: [{}, {}, {}, { date: value }] })
    expect(error.code).toBe('CONTEXT_NOT_JSON')
    expect(error.path).toBe(`$.rows[3].date${below}`)
    expect(error.message).toContain(error.path)
    expect(`${error.message} ${error.fix ?? ''}`).toContain(hint)
  })

  it('says "the value" at the root', () => {
    expect(refusal(undefined).message).toBe('The value is undefined, which is not JSON')
  })

  it('writes names that are not identifiers in brackets', () => {
    expect(refusal({ 'max temp': { '2020-01-01': { ok: undefined } } }).path).toBe('$["max temp"]["2020-01-01"].ok')
  })

  it('refuses an accessor that throws, with its error as the cause', () => {
    const cause = new Error('not now')
    const error = refusal({
      deep: withAccessor(() => {
        throw cause
      }),
    })
    expect(error).toMatchObject({ code: 'CONTEXT_NOT_JSON', path: '$.deep.computed', cause })
  })

  it('refuses a revoked proxy', () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    expect(refusal([proxy])).toMatchObject({ code: 'CONTEXT_NOT_JSON', path: '$[0]' })
  })

  it.each(['__proto__', 'constructor', 'prototype'])('refuses a field named %s at any depth', (name) => {
    const value: unknown = JSON.parse(`{"a":[{"${name}":{"polluted":true}}]}`)
    expect(refusal(value)).toMatchObject({ code: 'CONTEXT_NAME_FORBIDDEN', path: `$.a[0].${name}` })
  })
})

describe('what is nested', () => {
  it('refuses a cycle, with the place that closes it and where it leads', () => {
    const rows: unknown[] = [1]
    const value = { data: { rows } }
    rows.push({ parent: value.data })
    const error = refusal(value)
    expect(error).toMatchObject({ code: 'CONTEXT_CYCLE', path: '$.data.rows[1].parent' })
    expect(error.message).toContain('leads back to $.data')
  })

  it('tells a cycle from a large value', () => {
    const value: Record<string, unknown> = { text: 'x'.repeat(1000) }
    value.self = value
    expect(refusal(value, { valueBytes: 1500 }).code).toBe('CONTEXT_CYCLE')
  })

  it('accepts a value that occurs twice, as two copies', () => {
    const shared = { x: 1 }
    expect(checkJson([shared, shared])).toEqual([{ x: 1 }, { x: 1 }])
  })

  it('refuses what is deeper than the limit', () => {
    expect(checkJson(nested(100))).toEqual(nested(100))
    expect(refusal(nested(101))).toMatchObject({ code: 'CONTEXT_TOO_DEEP', path: `$${'[0]'.repeat(100)}` })
    expect(refusal({ a: { b: {} } }, { depth: 2 })).toMatchObject({ code: 'CONTEXT_TOO_DEEP', path: '$.a.b' })
  })

  it('walks the deepest value that can be configured', () => {
    expect(() => checkJson(nested(1000), { depth: 1000 })).not.toThrow()
  })
})

describe('size', () => {
  it.each<[string, unknown, number]>([
    ['null', null, 4],
    ['a boolean', true, 4],
    ['a number', 0.25, 8],
    ['a string, in UTF-8', 'aé€😀', 2 + 1 + 2 + 3 + 4],
    ['an array', [null, null], 2 + 2 + 8],
    ['an object', { ab: null }, 2 + 2 + 4 + 4],
  ])('counts %s', (_name, value, bytes) => {
    expect(copyJson(value, DEFAULT_LIMITS).bytes).toBe(bytes)
    expect(() => checkJson(value, { valueBytes: bytes })).not.toThrow()
    if (bytes > 1) expect(refusal(value, { valueBytes: bytes - 1 }).code).toBe('CONTEXT_TOO_LARGE')
  })

  it('says where the value grows beyond the limit, and the limit', () => {
    const error = refusal({ small: 1, big: 'x'.repeat(2000) }, { valueBytes: 1536 })
    expect(error.path).toBe('$.big')
    expect(error.message).toBe('$.big is where the value grows beyond 1.5 KiB, the limit of one value')
    expect(refusal('x'.repeat(2000), { valueBytes: 1536 }).message).toBe('The value is larger than 1.5 KiB, the limit of one value')
    expect(error.fix).toBe('Write it to a file and name the file as an output.')
  })

  it('stops before it copies an array that cannot fit', () => {
    expect(refusal(new Array(2 ** 31)).code).toBe('CONTEXT_TOO_LARGE')
  })
})

describe('the copy', () => {
  it('is private and frozen at every depth', () => {
    const original = { rows: [{ x: 1 }] }
    const copy = checkJson(original) as typeof original
    original.rows[0] = { x: 2 }
    expect(copy).toEqual({ rows: [{ x: 1 }] })
    expect([copy, copy.rows, copy.rows[0]].every((part) => Object.isFrozen(part))).toBe(true)
  })

  it('turns -0 into 0', () => {
    expect(Object.is(checkJson(-0), 0)).toBe(true)
    expect(Object.is((checkJson([-0]) as number[])[0], 0)).toBe(true)
  })

  it('accepts the largest exact integers, and large numbers that are marked as floats', () => {
    expect(checkJson([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])).toEqual([2 ** 53 - 1, 1 - 2 ** 53])
    expect(copyJson(1e300, DEFAULT_LIMITS, true).value).toBe(1e300)
    expect(copyJson({ a: [1, 1e20] }, DEFAULT_LIMITS, { a: { 1: true } }).value).toEqual({ a: [1, 1e20] })
    expect(() => copyJson({ a: [1e20, 1] }, DEFAULT_LIMITS, { a: { 1: true } })).toThrow('$.a[0]')
  })

  it('reads an accessor once', () => {
    let reads = 0
    expect(checkJson(withAccessor(() => ++reads))).toEqual({ before: 1, computed: 1 })
    expect(reads).toBe(1)
  })

  it('leaves out what is not enumerable', () => {
    const value = Object.defineProperty({ a: 1 }, 'hidden', { value: () => 1 })
    Object.defineProperty(value, Symbol('hidden'), { value: 1 })
    expect(checkJson(value)).toEqual({ a: 1 })
  })

  it('takes objects without prototype and literals of other realms', () => {
    expect(checkJson(Object.assign(Object.create(null) as object, { a: 1 }))).toEqual({ a: 1 })
    expect(checkJson(runInNewContext('({ rows: [{ x: 1 }] })'))).toEqual({ rows: [{ x: 1 }] })
  })

  it('equals what JSON itself makes of any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3, noUnicodeString: false }), (value) => {
        fc.pre(!/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)))
        const json = JSON.stringify(value, (_key, part: unknown) => {
          return typeof part === 'number' && Math.abs(part) >= 2 ** 53 ? 0.5 : part
        })
        const plain: unknown = JSON.parse(json)
        expect(checkJson(plain)).toEqual(plain)
      }),
    )
  })

  it('has its fields by name, whatever the order in which they were written', () => {
    expect(JSON.stringify(checkJson({ b: [{ z: 1, y: { d: 1, c: 2 } }], a: 2 }))).toBe('{"a":2,"b":[{"y":{"c":2,"d":1},"z":1}]}')
  })

  it('only ever fails with a code', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }), (value) => {
        try {
          checkJson(value)
        } catch (error) {
          expect(error).toBeInstanceOf(ContextError)
        }
      }),
    )
  })
})
