import { describe, expect, it } from 'vitest'
import { Context } from './context.ts'
import type { ContextJSON } from './context-json.ts'
import { ContextError } from './errors.ts'

function sample(): Context {
  let time = 0
  const context = new Context({ now: () => ++time })
  context.set('b.rows_v1', [], { who: 'ann' })
  const step = context.begin({ who: 'load', step: 'load', attempt: 2 })
  step.set('a.stats_v1', { mean: 1 }, { floats: { mean: true } })
  step.set('b.rows_v1', [{ n: 1 }])
  context.commit(step)
  return context
}

function refusal(json: unknown): ContextError {
  try {
    Context.fromJSON(json)
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('it was accepted')
}

interface Loose {
  [field: string]: unknown
  history: Record<string, Record<string, unknown>[]>
}

/** The sample's JSON with a change. */
function changed(change: (json: Loose) => void): unknown {
  const json = JSON.parse(JSON.stringify(sample())) as Loose
  change(json)
  return json
}

/** The sample's JSON with other fields in one of the two writes to b.rows_v1. */
function rewritten(index: 0 | 1, fields: Record<string, unknown>): unknown {
  return changed((json) => {
    Object.assign(json.history['b.rows_v1']?.[index] ?? {}, fields)
  })
}

describe('toJSON', () => {
  it('holds every write, by sorted key, oldest first', () => {
    const expected: ContextJSON = {
      format: 1,
      version: 2,
      history: {
        'a.stats_v1': [
          { value: { mean: 1 }, who: 'load', step: 'load', attempt: 2, at: 4, version: 2, floats: { mean: true } },
        ],
        'b.rows_v1': [
          { value: [], who: 'ann', at: 1, version: 1 },
          { value: [{ n: 1 }], who: 'load', step: 'load', attempt: 2, at: 4, version: 2 },
        ],
      },
    }
    expect(sample().toJSON()).toEqual(expected)
    expect(Object.keys(sample().toJSON().history)).toEqual(['a.stats_v1', 'b.rows_v1'])
  })
})

describe('fromJSON', () => {
  it('brings back values, history, floats, version and shapes', () => {
    const context = Context.fromJSON(JSON.parse(JSON.stringify(sample())))
    expect(context.toJSON()).toEqual(sample().toJSON())
    expect(context.floats('a.stats_v1')).toEqual({ mean: true })
    expect(context.shape('b.rows_v1')).toEqual(sample().shape('b.rows_v1'))
    expect(() => { context.set('b.rows_v1', [{ m: 1 }], { who: 'me' }) }).toThrow('$[0].n is gone')
    context.set('b.rows_v1', [{ n: 2 }], { who: 'me' })
    expect(context.blame('b.rows_v1')?.version).toBe(3)
  })

  it('takes options as the constructor does', () => {
    const context = Context.fromJSON(sample().toJSON(), { now: () => 99, limits: { keys: 2 } })
    expect(() => { context.set('c.c_v1', 1, { who: 'me' }) }).toThrow('one key more')
    context.set('b.rows_v1', [], { who: 'me' })
    expect(context.blame('b.rows_v1')?.at).toBe(99)
  })

  it('does not hold on to the input', () => {
    const json = changed(() => undefined) as ContextJSON
    const context = Context.fromJSON(json)
    json.history['b.rows_v1'] = []
    expect(context.get('b.rows_v1')).toEqual([{ n: 1 }])
  })

  it('brings back an empty context, and a version without writes', () => {
    expect(Context.fromJSON(new Context().toJSON()).toJSON()).toEqual({ format: 1, version: 0, history: {} })
    expect(Context.fromJSON({ format: 1, version: 7, history: {} }).snapshot().version).toBe(7)
  })

  it('keeps the keys of a version apart from those that came later', () => {
    const context = Context.fromJSON(sample().toJSON())
    const snapshot = context.snapshot()
    context.set('a.a_v1', 1, { who: 'me' })
    expect(snapshot.keys()).toEqual(['a.stats_v1', 'b.rows_v1'])
  })

  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'A context must be an object'],
    ['null', null, 'A context must be an object'],
    ['a list', [], 'A context must be an object'],
    ['a text', '{}', 'A context must be an object'],
    ['another format', changed((json) => { json.format = 2 }), 'format must be 1, not 2'],
    ['a field that is not known', changed((json) => { json.extra = 1 }), 'unknown field "extra"'],
    ['no version', changed((json) => { delete json.version }), 'version must be a whole number from 0 on'],
    ['a negative version', changed((json) => { json.version = -1 }), 'not -1'],
    ['no history', changed((json) => { json.history = undefined as never }), 'history must be an object'],
    ['a history that is not a list', changed((json) => { json.history['a.b_v1'] = {} as never }), 'must be a list'],
    ['a history that is null', changed((json) => { json.history['a.b_v1'] = null as never }), 'must be a list'],
    ['an empty history', changed((json) => { json.history['a.b_v1'] = [] }), 'one write or more'],
    ['a write that is not an object', changed((json) => { json.history['a.b_v1'] = [1 as never] }), 'must be an object'],
    ['a version of a later commit', changed((json) => { json.version = 1 }), 'but the context only 1'],
    ['version 0', rewritten(0, { version: 0 }), 'from 1 on, not 0'],
    ['writes out of order', changed((json) => { json.history['b.rows_v1']?.reverse() }), 'from 3 on, not 1'],
    ['a time that is not a number', rewritten(0, { at: 'now' }), 'at in the history'],
    ['an unknown field of a write', rewritten(0, { by: 1 }), '"by"'],
  ])('refuses %s', (_name, json, message) => {
    const error = refusal(json)
    expect(error.code).toBe('CONTEXT_JSON_INVALID')
    expect(error.message).toContain(message)
  })

  it.each<[string, string, Record<string, unknown>]>([
    ['a write without author', 'CONTEXT_AUTHOR_INVALID', { who: undefined }],
    ['a bad attempt', 'CONTEXT_AUTHOR_INVALID', { attempt: 0 }],
    ['a write without value', 'CONTEXT_NOT_JSON', { value: undefined }],
    ['a forbidden field', 'CONTEXT_NAME_FORBIDDEN', { value: JSON.parse('[{"__proto__":1}]') }],
    ['a value of another shape', 'CONTEXT_SHAPE', { value: 'x' }],
    ['float marks of nothing', 'CONTEXT_FLOATS_INVALID', { floats: { x: true } }],
  ])('refuses %s, with the broken rule as the cause', (_name, code, fields) => {
    const error = refusal(rewritten(1, fields))
    expect(error.code).toBe('CONTEXT_JSON_INVALID')
    expect(error.cause).toMatchObject({ code })
    expect(error.message).toContain('"b.rows_v1"')
  })

  it('refuses a malformed key, with key and cause', () => {
    const error = refusal(changed((json) => { json.history.Bad = json.history['b.rows_v1'] ?? [] }))
    expect(error).toMatchObject({ code: 'CONTEXT_JSON_INVALID', key: 'Bad', cause: { code: 'CONTEXT_KEY_MALFORMED' } })
  })

  it('passes on the path of a value', () => {
    const error = refusal(rewritten(1, { value: [{ prototype: 1 }] }))
    expect(error).toMatchObject({ key: 'b.rows_v1', path: '$[0].prototype' })
  })
})
