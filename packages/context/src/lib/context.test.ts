import { describe, expect, it } from 'vitest'
import { Context } from './context.ts'
import { CONTEXT_ERRORS, ContextError } from './errors.ts'
import { DEFAULT_LIMITS, formatBytes } from './limits.ts'
import { shapeOf } from './shape-of.ts'
import type { StepContext } from './step-context.ts'

const KEY = 'numbers.stats_v1'
const me = { who: 'me' }

function refusal(run: () => unknown): ContextError {
  try {
    run()
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

function ticking(): () => number {
  let time = 1000
  return () => time++
}

describe('set and get', () => {
  it('keeps a private, frozen copy', () => {
    const context = new Context()
    const value = { rows: [{ x: 1 }] }
    context.set(KEY, value, me)
    value.rows.push({ x: 2 })
    const kept = context.get(KEY) as typeof value
    expect(kept).toEqual({ rows: [{ x: 1 }] })
    expect(() => kept.rows.push({ x: 3 })).toThrow(TypeError)
  })

  it('has nothing under a key that was not written', () => {
    const context = new Context()
    expect([context.get(KEY), context.has(KEY), context.blame(KEY), context.floats(KEY)]).toEqual([
      undefined,
      false,
      undefined,
      undefined,
    ])
    expect([context.history(KEY), context.keys(), context.shape(KEY)]).toEqual([[], [], undefined])
  })

  it('tells null from nothing', () => {
    const context = new Context()
    context.set(KEY, null, me)
    expect([context.get(KEY), context.has(KEY)]).toEqual([null, true])
  })

  it.each<[string, (context: Context) => unknown]>([
    ['get', (context) => context.get('Stats')],
    ['has', (context) => context.has('Stats')],
    ['history', (context) => context.history('Stats')],
    ['blame', (context) => context.blame('Stats')],
    ['floats', (context) => context.floats('Stats')],
    ['shape', (context) => context.shape('Stats')],
    ['set', (context) => { context.set('Stats', 1, me) }],
    ['apply', (context) => { context.apply({ Stats: { value: 1 } }, me) }],
    ['snapshot().get', (context) => context.snapshot().get('Stats')],
    ['begin().set', (context) => { context.begin(me).set('Stats', 1) }],
    ['begin().get', (context) => context.begin(me).get('Stats')],
  ])('%s refuses a malformed key', (_name, run) => {
    expect(refusal(() => run(new Context())).code).toBe('CONTEXT_KEY_MALFORMED')
  })

  it('lists its keys sorted', () => {
    const context = new Context()
    for (const key of ['b.b_v1', 'a.b_v1', 'a.a_v1']) context.set(key, 1, me)
    expect(context.keys()).toEqual(['a.a_v1', 'a.b_v1', 'b.b_v1'])
  })

  it('names key and path of what it refuses, and keeps the value that was there', () => {
    const context = new Context()
    context.set(KEY, { a: 1 }, me)
    const error = refusal(() => { context.set(KEY, { a: [new Date(0)] }, me) })
    expect(error).toMatchObject({ code: 'CONTEXT_NOT_JSON', key: KEY, path: '$.a[0]' })
    expect(error.message).toContain(KEY)
    expect(error.fix).toContain('toISOString')
    expect(context.get(KEY)).toEqual({ a: 1 })
  })

  it('keeps the cause of a refusal', () => {
    const cause = new Error('no')
    const hostile = { get x(): never { throw cause } }
    expect(refusal(() => { new Context().set(KEY, hostile, me) })).toMatchObject({ key: KEY, path: '$.x', cause })
  })
})

describe('who', () => {
  it('tells who wrote what, when and for which attempt', () => {
    const context = new Context({ now: ticking() })
    context.set(KEY, 1, { who: 'ann' })
    context.set(KEY, 2, { who: 'compute', step: 'stats', attempt: 2 })
    expect(context.history(KEY)).toEqual([
      { value: 1, who: 'ann', at: 1000, version: 1 },
      { value: 2, who: 'compute', step: 'stats', attempt: 2, at: 1001, version: 2 },
    ])
    expect(context.blame(KEY)).toEqual(context.history(KEY)[1])
    expect(Object.isFrozen(context.blame(KEY))).toBe(true)
  })

  it('takes the time from Date.now by default', () => {
    const before = Date.now()
    const context = new Context()
    context.set(KEY, 1, me)
    expect(context.blame(KEY)?.at).toBeGreaterThanOrEqual(before)
  })

  it.each<[string, unknown]>([
    ['nobody', undefined],
    ['null', null],
    ['an empty name', { who: '' }],
    ['no name', {}],
    ['a blank name', { who: '  ' }],
    ['a number', { who: 1 }],
    ['a name that is too long', { who: 'x'.repeat(201) }],
    ['a name that UTF-8 cannot hold', { who: '\ud800' }],
    ['an empty step', { who: 'me', step: '' }],
    ['a step that is an object', { who: 'me', step: {} }],
    ['attempt 0', { who: 'me', attempt: 0 }],
    ['half an attempt', { who: 'me', attempt: 1.5 }],
    ['an attempt as a text', { who: 'me', attempt: '1' }],
  ])('refuses %s as author', (_name, by) => {
    const context = new Context()
    const author = by as { who: string }
    const runs = [
      () => { context.set(KEY, 1, author) },
      () => context.begin(author),
      () => { context.apply({}, author) },
    ]
    for (const run of runs) expect(refusal(run).code).toBe('CONTEXT_AUTHOR_INVALID')
    expect(context.has(KEY)).toBe(false)
  })

  it('says what to pass when the author is missing', () => {
    expect(refusal(() => { new Context().set(KEY, 1, {} as { who: string }) }).fix).toContain('{ who }')
  })
})

describe('the runner\'s namespace', () => {
  const RUNNER_KEY = '_runner.step_metrics_v1'

  it('is written by the runner only', () => {
    const context = new Context()
    context.set(RUNNER_KEY, 1, { who: '_runner' })
    const error = refusal(() => { context.set(RUNNER_KEY, 2, me) })
    expect(error).toMatchObject({ code: 'CONTEXT_KEY_RESERVED', key: RUNNER_KEY })
    expect(refusal(() => { context.begin(me).set(RUNNER_KEY, 2) }).code).toBe('CONTEXT_KEY_RESERVED')
    expect(refusal(() => { context.apply({ [RUNNER_KEY]: { value: 2 } }, me) }).code).toBe('CONTEXT_KEY_RESERVED')
    expect(context.get(RUNNER_KEY)).toBe(1)
  })

  it('is closed to a step that calls itself the runner', () => {
    const step = new Context().begin({ who: 'compute', step: 'stats' })
    for (const key of [RUNNER_KEY, KEY]) {
      expect(refusal(() => { step.set(key, 1, { who: '_runner' }) }).code).toBe('CONTEXT_KEY_RESERVED')
    }
  })

  it('is open to a step of the runner, and to its replay', () => {
    const context = new Context()
    const step = context.begin({ who: '_runner' })
    step.set(RUNNER_KEY, { one: 1 })
    context.commit(step)
    context.apply({ [RUNNER_KEY]: { value: { one: 1, two: 2 }, who: '_runner' } }, me)
    expect(context.get(RUNNER_KEY)).toEqual({ one: 1, two: 2 })
  })
})

describe('shape', () => {
  it('is fixed by the first write, and a departure proposes the next version', () => {
    const context = new Context()
    context.set(KEY, { rows: [{ date: 'x' }] }, me)
    const error = refusal(() => { context.set(KEY, { rows: [{ date: 'x' }, { date: 'y', rain: 1 }] }, me) })
    expect(error).toMatchObject({
      code: 'CONTEXT_SHAPE',
      key: KEY,
      path: '$.rows[1].rain',
      details: { next: 'numbers.stats_v2', change: 'added' },
    })
    expect(error.message).toContain('$.rows[1].rain is a field that was added')
    expect(error.fix).toContain('numbers.stats_v2')
    expect(error.fix).toContain('{ name, value }')
    expect(context.history(KEY)).toHaveLength(1)
  })

  it('proposes no list where only a type changed', () => {
    const context = new Context()
    context.set(KEY, 1, me)
    const error = refusal(() => { context.set(KEY, 'x', me) })
    expect(error.message).toContain('$ is a string where it has been a number')
    expect(error.fix).not.toContain('{ name, value }')
  })

  it('is one for each version', () => {
    const context = new Context()
    context.set('numbers.stats_v1', { a: 1 }, me)
    context.set('numbers.stats_v2', { a: 1, b: 2 }, me)
    expect(context.keys()).toEqual(['numbers.stats_v1', 'numbers.stats_v2'])
  })

  it('can be asked for, and grows only where it was open', () => {
    const context = new Context()
    context.set(KEY, { a: null, b: [] }, me)
    context.set(KEY, { a: 1, b: ['x'] }, me)
    expect(context.shape(KEY)?.properties).toEqual({
      a: { type: ['null', 'number'] },
      b: { type: ['array'], items: { type: ['string'] } },
    })
    expect(refusal(() => { context.set(KEY, { a: 'x', b: [] }, me) }).code).toBe('CONTEXT_SHAPE')
  })
})

describe('floats', () => {
  it('are kept as marks beside the value, frozen', () => {
    const context = new Context()
    const floats: Record<string, true> = { mean: true }
    context.set(KEY, { mean: 1, n: 2 }, { who: 'me', floats })
    floats.n = true
    expect(context.floats(KEY)).toEqual({ mean: true })
    expect(Object.isFrozen(context.floats(KEY))).toBe(true)
    context.set(KEY, { mean: 1, n: 2 }, me)
    expect(context.floats(KEY)).toBeUndefined()
  })

  it('may mark lists by index, and whole values', () => {
    const context = new Context()
    context.set(KEY, [[1, 2], 3], { who: 'me', floats: { 0: { 1: true } } })
    expect(context.floats(KEY)).toEqual({ 0: { 1: true } })
    context.set(KEY, [[1e20], 3], { who: 'me', floats: true })
    expect([context.floats(KEY), context.get(KEY)]).toEqual([true, [[1e20], 3]])
  })

  it.each<[string, unknown, string]>([
    ['false', false, '$'],
    ['null', null, '$'],
    ['a list', [true], '$'],
    ['a field that is not there', { b: true }, '$.b'],
    ['a field that objects inherit', { toString: true }, '$.toString'],
    ['an index beyond the list', { a: { 2: true } }, '$.a["2"]'],
    ['a name in a list', { a: { length: true } }, '$.a.length'],
    ['an index with a leading zero', { a: { '01': true } }, '$.a["01"]'],
    ['a part of a number', { a: { 0: { x: true } } }, '$.a["0"].x'],
    ['a number for a mark', { a: { 0: 1 } }, '$.a["0"]'],
  ])('are refused when they are %s', (_name, floats, path) => {
    const context = new Context()
    const error = refusal(() => { context.set(KEY, { a: [1, 2] }, { who: 'me', floats: floats as true }) })
    expect(error).toMatchObject({ code: 'CONTEXT_FLOATS_INVALID', key: KEY, path })
    expect(context.has(KEY)).toBe(false)
  })
})

describe('limits', () => {
  it('bound a value', () => {
    const context = new Context({ limits: { valueBytes: 100, depth: 2 } })
    const [large, deep] = ['x'.repeat(100), [[[]]]].map((value) => refusal(() => { context.set(KEY, value, me) }))
    expect(large).toMatchObject({ code: 'CONTEXT_TOO_LARGE', key: KEY })
    expect(deep).toMatchObject({ code: 'CONTEXT_TOO_DEEP', key: KEY })
  })

  it('bound a key', () => {
    const context = new Context({ limits: { keyLength: 10 } })
    context.set('a.bcdef_v1', 1, me)
    expect(refusal(() => { context.set('a.bcdefg_v1', 1, me) }).code).toBe('CONTEXT_KEY_MALFORMED')
  })

  it('bound the number of keys, all or none of a commit', () => {
    const context = new Context({ limits: { keys: 2 } })
    context.set('a.a_v1', 1, me)
    const step = context.begin(me)
    for (const key of ['a.a_v1', 'a.b_v1', 'a.c_v1']) step.set(key, 2)
    expect(refusal(() => { context.commit(step) })).toMatchObject({ code: 'CONTEXT_TOO_MANY_KEYS', key: 'a.c_v1' })
    expect([context.keys(), context.get('a.a_v1')]).toEqual([['a.a_v1'], 1])
    context.apply({ 'a.a_v1': { value: 3 }, 'a.b_v1': { value: 3 } }, me)
    expect(context.keys()).toEqual(['a.a_v1', 'a.b_v1'])
  })

  it('bound all values together, history included', () => {
    const context = new Context({ limits: { totalBytes: 2500 } })
    context.set(KEY, 'x'.repeat(1000), me)
    context.set(KEY, 'y'.repeat(1000), me)
    const error = refusal(() => { context.set(KEY, 'z'.repeat(1000), me) })
    expect(error).toMatchObject({ code: 'CONTEXT_FULL', key: KEY })
    expect(error.message).toContain('2.4 KiB')
    expect(context.history(KEY)).toHaveLength(2)
  })

  it.each<[string, object]>([
    ['an unknown one', { bytes: 1 }],
    ['zero', { keys: 0 }],
    ['half', { depth: 1.5 }],
    ['text', { totalBytes: '1' }],
    ['a depth that could exhaust the stack', { depth: 1001 }],
  ])('refuse %s', (_name, limits) => {
    expect(refusal(() => new Context({ limits })).code).toBe('CONTEXT_OPTION_INVALID')
  })

  it('keep their default where none is given', () => {
    const limits: object = { depth: undefined }
    expect(() => { new Context({ limits }).set(KEY, [[]], me) }).not.toThrow()
    expect(DEFAULT_LIMITS).toMatchObject({ valueBytes: 16 * 1024 ** 2, depth: 100 })
  })

  it('are worded in units', () => {
    expect([0, 1023, 1024, 1536, 16 * 1024 ** 2, 3 * 1024 ** 4].map(formatBytes)).toEqual([
      '0 B', '1023 B', '1 KiB', '1.5 KiB', '16 MiB', '3072 GiB',
    ])
  })
})

describe('apply', () => {
  it('takes writes in under one version, as they were written', () => {
    const context = new Context({ now: ticking() })
    const by = { who: 'compute', step: 'stats', attempt: 1, at: 77 }
    context.apply({ 'a.a_v1': { value: 1, floats: true }, 'a.b_v1': { value: 2, who: 'other' } }, by)
    expect(context.blame('a.a_v1')).toEqual({
      value: 1, who: 'compute', step: 'stats', attempt: 1, at: 77, version: 1, floats: true,
    })
    expect(context.blame('a.b_v1')).toEqual({ value: 2, who: 'other', step: 'stats', attempt: 1, at: 77, version: 1 })
  })

  it('takes the time of now where none is given', () => {
    const context = new Context({ now: () => 5 })
    context.apply({ [KEY]: { value: 1 } }, me)
    expect(context.blame(KEY)?.at).toBe(5)
  })

  it('writes nothing if one write is refused', () => {
    const context = new Context()
    context.set('a.b_v1', 1, me)
    const before = JSON.stringify(context)
    const writes = { 'a.a_v1': { value: 1 }, 'a.b_v1': { value: 'text' } }
    expect(refusal(() => { context.apply(writes, me) }).code).toBe('CONTEXT_SHAPE')
    const broken = { 'a.a_v1': { value: 1 }, 'a.b_v1': undefined } as unknown as typeof writes
    expect(refusal(() => { context.apply(broken, me) }).code).toBe('CONTEXT_NOT_JSON')
    expect(JSON.stringify(context)).toBe(before)
  })

  it('does not look for conflicts', () => {
    const context = new Context()
    const step = context.begin({ who: 'a', step: 'a' })
    step.set(KEY, 1)
    context.apply({ [KEY]: { value: 2 } }, { who: 'b', step: 'b' })
    context.apply(step.writes(), { who: 'a', step: 'a' })
    expect(context.get(KEY)).toBe(1)
  })

  it('makes no version of no writes', () => {
    const context = new Context()
    context.apply({}, me)
    expect(context.snapshot().version).toBe(0)
  })
})

describe('snapshot', () => {
  it('stays as it was', () => {
    const context = new Context()
    context.set('a.a_v1', 1, { who: 'me', floats: true })
    const snapshot = context.snapshot()
    context.set('a.a_v1', 2, me)
    context.set('a.b_v1', 2, me)
    expect([snapshot.get('a.a_v1'), snapshot.floats('a.a_v1'), snapshot.has('a.b_v1')]).toEqual([1, true, false])
    expect([snapshot.keys(), snapshot.version]).toEqual([['a.a_v1'], 1])
    expect([context.get('a.a_v1'), context.floats('a.a_v1')]).toEqual([2, undefined])
    expect(context.keys()).toEqual(['a.a_v1', 'a.b_v1'])
    expect(Object.isFrozen(snapshot)).toBe(true)
  })

  it('finds its value among many later and earlier ones', () => {
    const context = new Context()
    const snapshots = Array.from({ length: 20 }, (_, index) => {
      context.set(KEY, index, me)
      return context.snapshot()
    })
    expect(snapshots.map((snapshot) => snapshot.get(KEY))).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })
})

describe('options', () => {
  it.each<[unknown, string]>([
    [null, 'must be an object, not null'],
    [{ conflct: 'last_write_wins' }, 'has no option conflct: it has now, conflict, limits'],
    [{ now: 3 }, 'now must be a function, not 3'],
  ])('refuse what is none: %o', (options, message) => {
    const error = refusal(() => new Context(options as object))
    expect([error.code, error.message]).toEqual(['CONTEXT_OPTION_INVALID', expect.stringContaining(message)])
  })

  it('refuse an unknown conflict policy', () => {
    const error = refusal(() => new Context({ conflict: 'merge' as 'last_write_wins' }))
    expect(error.code).toBe('CONTEXT_OPTION_INVALID')
    expect(error.message).toContain('"merge"')
  })
})

describe('the codes', () => {
  it('have one prefix and a sentence each', () => {
    for (const [code, meaning] of Object.entries(CONTEXT_ERRORS)) {
      expect(code).toMatch(/^CONTEXT_[A-Z_]+$/)
      expect(meaning).toMatch(/^[A-Z].*\.$/)
    }
  })
})

describe('a foreign step', () => {
  it.each<[string, () => StepContext]>([
    ['of another context', () => new Context().begin(me)],
    ['that is not a step', () => ({}) as StepContext],
  ])('%s is refused', (_name, make) => {
    expect(refusal(() => { new Context().commit(make()) }).code).toBe('CONTEXT_STEP_FOREIGN')
  })
})

describe('shapes that are expected', () => {
  const expected = { 'a.b_v1': shapeOf({ x: 1 }) }

  it('are what the first value has to fit, whoever writes it, and what it makes wider', () => {
    const context = new Context()
    context.set('a.old_v1', 'x', { who: 'me' })
    context.expectShapes({ ...expected, 'a.old_v1': shapeOf(1) })
    expect(() => context.set('a.b_v1', { x: 'one' }, { who: 'me' })).toThrow('a.b_v1 has one shape')
    const step = context.begin({ who: 'step' })
    step.set('a.b_v1', {})
    expect(() => context.commit(step)).toThrow('$.x is gone')
    expect(context.keys()).toEqual(['a.old_v1'])
    context.set('a.b_v1', { x: 2 }, { who: 'me' })
    context.set('a.old_v1', 'y', { who: 'me' })
    context.set('a.new_v1', true, { who: 'me' })
    expect(context.keys()).toEqual(['a.b_v1', 'a.new_v1', 'a.old_v1'])
  })
})
