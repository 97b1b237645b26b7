import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalize } from './canonical-json.ts'
import { canonicalEvent } from './canonical-event.ts'
import type { EventData } from '../events.ts'
import { GENESIS, seal, unseal } from './hash-chain.ts'

describe('canonicalize', () => {
  it('sorts members by UTF-16 code units, however many and in whatever order', () => {
    const name = fc.string({ unit: 'grapheme', maxLength: 4 }).filter((key) => key !== '__proto__')
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 60 }), (names) => {
        const object = Object.fromEntries([...names].map((key) => [key, 0]))
        const members = [...names].sort().map((key) => `${JSON.stringify(key)}:0`)
        expect(canonicalize(object)).toBe(`{${members.join(',')}}`)
      }),
    )
  })

  it('sorts by UTF-16 code units at every depth, also keys that look like integers', () => {
    expect(canonicalize({ b: 1, a: { z: [{ y: 1, x: 2 }], 10: 1, 9: 2 } })).toBe('{"a":{"10":1,"9":2,"z":[{"x":2,"y":1}]},"b":1}')
  })

  it('writes the example of RFC 8785, section 3.2.2', () => {
    const value = { numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001], string: '€$\nA\'B"\\"/' }
    expect(canonicalize(value)).toBe('{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\nA\'B\\"\\\\\\"/"}')
  })

  it('writes any number and any name of a member as JSON.stringify does', () => {
    const entries = [-0, 0.1, -1e21, 5e-324, 2 ** 53].map((value, at): [string, number] => [`"\\\n${at}é`, value])
    const many = Array.from({ length: 600 }, (_, at): [string, number] => [`k${String(at).padStart(3, '0')}`, at])
    const sorted = Object.fromEntries([...entries, ...many])
    for (let round = 0; round < 2; round += 1) {
      expect(canonicalize({ z: sorted, a: {} })).toBe(`{"a":{},"z":${JSON.stringify(sorted)}}`)
    }
  })

  it('leaves out undefined members in either path', () => {
    expect(canonicalize({ a: undefined, b: 1 })).toBe('{"b":1}')
    expect(canonicalize({ b: 1, a: undefined })).toBe('{"b":1}')
  })
})

describe('canonicalEvent', () => {
  const metrics = { wallMs: 0.123, cpuUserMs: null, cpuSystemMs: 1e-7, peakRssBytes: 2 ** 53, exitCode: 0 }
  const chained = { seq: 7, ts: 1763700000000, prev: GENESIS }
  const plain: EventData = { type: 'step.completed', step: 'a', attempt: 1, writes: {}, outputs: [], artifacts: [], metrics: null }
  const events: EventData[] = [
    { type: 'step.started', step: 'a.b-c_d', attempt: 12 },
    plain,
    { ...plain, metrics },
    { ...plain, log: ['one "line"', ''], meta: { a: 1 } },
    { ...plain, cached: 'key:"x"', importedFrom: 'run_1', meta: { z: 1, a: [{ y: 1, b: 2 }] }, outputs: ['b', 'a'] },
    { ...plain, writes: { 'b.c_v1': { value: { z: 'é"', a: 1 }, who: 'x' }, 'a.b_v1': { value: null } } },
    { ...plain, artifacts: [{ sha256: 'ab', path: 'x', bytes: 1 }] },
    { type: 'run.completed' },
  ]

  it.each(events)('writes $type as canonicalize does', (event) => {
    const whole = { ...event, ...chained }
    expect(canonicalEvent(whole)).toBe(canonicalize(whole))
  })
})

describe('seal and unseal', () => {
  const { event, line } = seal({ type: 'step.started', step: 'a', attempt: 1 }, 3, 1000, GENESIS)

  it('gives back what was sealed', () => {
    expect(unseal(line, 3, GENESIS)).toEqual({ event })
  })

  it('accepts the same event written in another order', () => {
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(line) as object).reverse()))
    expect(unseal(reordered, 3, GENESIS)).toEqual({ event })
  })

  it.each([
    ['another seq', line, 4, GENESIS, /says seq 3/],
    ['another prev', line, 3, 'f'.repeat(64), /prev/],
    ['a changed byte', line.replace('"a"', '"b"'), 3, GENESIS, /hash/],
    ['no JSON', line.slice(1), 3, GENESIS, /not JSON/],
    ['no object', 'null', 3, GENESIS, /not an event/],
  ])('refuses %s', (_, text, seq, prev, reason) => {
    expect(unseal(text, seq, prev)).toEqual({ broken: expect.stringMatching(reason) as string })
  })
})
