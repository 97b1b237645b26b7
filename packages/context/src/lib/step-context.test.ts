import { describe, expect, it } from 'vitest'
import { Context } from './context.ts'
import { ContextError } from './errors.ts'

const KEY = 'numbers.stats_v1'
const OTHER = 'numbers.other_v1'
const me = { who: 'me' }
const one = { who: 'compute', step: 'one', attempt: 1 }
const two = { who: 'compute', step: 'two', attempt: 1 }

function refusal(run: () => unknown): ContextError {
  try {
    run()
  } catch (error) {
    if (error instanceof ContextError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

describe('what a step sees', () => {
  it('is the context as it was when it began, and its own writes', () => {
    const context = new Context()
    context.set(KEY, 1, me)
    const step = context.begin(one)
    context.set(KEY, 2, me)
    context.set(OTHER, 2, me)
    expect([step.get(KEY), step.get(OTHER), step.has(OTHER), step.keys()]).toEqual([1, undefined, false, [KEY]])
    step.set('a.a_v1', 3, { floats: true })
    step.set(KEY, 4)
    expect([step.get(KEY), step.has(KEY), step.get('a.a_v1'), step.floats('a.a_v1'), step.keys()]).toEqual([
      4, true, 3, true, ['a.a_v1', KEY],
    ])
  })

  it('is seen by nobody else before the commit', () => {
    const context = new Context()
    const step = context.begin(one)
    step.set(KEY, 1)
    expect([context.has(KEY), context.begin(two).has(KEY), context.keys()]).toEqual([false, false, []])
  })

  it('tells who wrote it; own writes have version 0 until the commit', () => {
    let time = 10
    const context = new Context({ now: () => time })
    context.set(KEY, 1, { who: 'me', floats: true })
    const step = context.begin(one)
    expect([step.blame(KEY), step.history(KEY), step.floats(KEY), step.history(OTHER)]).toEqual([
      context.blame(KEY), context.history(KEY), true, [],
    ])
    time = 20
    step.set(KEY, 2, { who: 'ann' })
    const own = { value: 2, who: 'ann', step: 'one', attempt: 1, at: 20, version: 0 }
    expect(step.blame(KEY)).toEqual(own)
    expect(step.history(KEY)).toEqual([...context.history(KEY), own])
    expect(step.floats(KEY)).toBeUndefined()
    step.set(KEY, 3, { floats: true })
    expect(step.blame(KEY)).toEqual({ value: 3, ...one, at: 20, version: 0, floats: true })
  })

  it('records what was read by name and not written before, present or not', () => {
    const context = new Context()
    for (const key of ['d.d_v1', 'b.b_v1', 'a.a_v1']) context.set(key, 1, me)
    const step = context.begin(one)
    expect(step.reads()).toEqual([])
    step.keys()
    step.set('a.a_v1', 2)
    for (const method of ['get', 'has', 'blame', 'history', 'floats'] as const) step[method]('a.a_v1')
    expect(step.reads()).toEqual([])
    step.get('d.d_v1')
    step.has('c.missing_v1')
    step.blame('b.b_v1')
    step.history('e.e_v1')
    step.floats('f.f_v1')
    step.set('d.d_v1', 2)
    expect(() => step.get('Nonsense')).toThrow(ContextError)
    expect(step.reads()).toEqual(['b.b_v1', 'c.missing_v1', 'd.d_v1', 'e.e_v1', 'f.f_v1'])
  })
})

describe('what a step writes', () => {
  it('is listed with who and floats only where they tell something', () => {
    const step = new Context().begin(one)
    step.set('a.a_v1', 1)
    step.set('a.b_v1', 2, { who: 'ann', floats: true })
    step.set('a.c_v1', 3, { who: 'compute' })
    step.set('a.a_v1', 4)
    expect(step.writes()).toEqual({
      'a.a_v1': { value: 4 },
      'a.b_v1': { value: 2, who: 'ann', floats: true },
      'a.c_v1': { value: 3 },
    })
    expect(new Context().begin(one).writes()).toEqual({})
  })

  it('becomes visible at once, under one version and time', () => {
    const context = new Context({ now: () => 5 })
    const step = context.begin(one)
    step.set(KEY, 1)
    step.set(OTHER, 2, { who: 'ann' })
    context.commit(step)
    expect(context.blame(KEY)).toEqual({ value: 1, ...one, at: 5, version: 1 })
    expect(context.blame(OTHER)).toEqual({ value: 2, ...one, who: 'ann', at: 5, version: 1 })
  })

  it('is committed at the time that is given', () => {
    const context = new Context({ now: () => 5 })
    const step = context.begin(one)
    step.set(KEY, 1)
    context.commit(step, { at: 99 })
    expect(context.blame(KEY)?.at).toBe(99)
  })

  it('makes the same context when it is applied elsewhere', () => {
    const [live, replayed] = [new Context(), new Context()]
    const step = live.begin(one)
    step.set(KEY, [1], { floats: { 0: true } })
    step.set(OTHER, 2, { who: 'ann' })
    const writes = step.writes()
    live.commit(step, { at: 7 })
    replayed.apply(writes, { ...one, at: 7 })
    expect(replayed.toJSON()).toEqual(live.toJSON())
  })

  it('must fit the shape it saw, and its own first write', () => {
    const context = new Context()
    context.set(KEY, { a: 1 }, me)
    const step = context.begin(one)
    expect(refusal(() => { step.set(KEY, { a: 'x' }) })).toMatchObject({ code: 'CONTEXT_SHAPE', path: '$.a' })
    step.set(OTHER, { a: null })
    step.set(OTHER, { a: 1 })
    expect(refusal(() => { step.set(OTHER, { a: 'x' }) }).code).toBe('CONTEXT_SHAPE')
    expect(step.get(OTHER)).toEqual({ a: 1 })
  })

  it('is refused after the commit, when nobody would see it', () => {
    const context = new Context()
    const step = context.begin(one)
    step.set(KEY, 1)
    context.commit(step)
    const error = refusal(() => { step.set(KEY, 2) })
    expect(error).toMatchObject({ code: 'CONTEXT_STEP_CLOSED', key: KEY })
    expect(error.message).toContain('The step one')
    expect(step.get(KEY)).toBe(1)
    expect(refusal(() => { context.commit(step) }).code).toBe('CONTEXT_STEP_CLOSED')
    expect(context.history(KEY)).toHaveLength(1)
  })

  it('names the author where there is no step', () => {
    const context = new Context()
    const step = context.begin(me)
    context.commit(step)
    expect(context.snapshot().version).toBe(0)
    expect(refusal(() => { step.set(KEY, 2) }).message).toContain('me set')
    expect(refusal(() => { context.commit(step) }).message).toContain('me was committed')
  })
})

describe('steps that write the same key', () => {
  function race(conflict?: 'last_write_wins'): { context: Context; late: () => void } {
    const context = new Context(conflict === undefined ? {} : { conflict })
    context.set(KEY, { n: 0 }, me)
    const [first, second] = [context.begin(one), context.begin(two)]
    second.set(OTHER, 2)
    second.set(KEY, { n: 2 })
    first.set(KEY, { n: 1 })
    context.commit(first)
    return { context, late: () => { context.commit(second) } }
  }

  it('conflict: the later one is refused, with all it wrote, and both are named', () => {
    const { context, late } = race()
    const error = refusal(late)
    expect(error).toMatchObject({ code: 'CONTEXT_CONFLICT', key: KEY, details: { writers: ['one', 'two'] } })
    expect(error.message).toContain('one and by two')
    expect(error.fix).toContain('last_write_wins')
    expect([context.get(KEY), context.has(OTHER)]).toEqual([{ n: 1 }, false])
  })

  it('overwrite one another under last_write_wins, with both in the history', () => {
    const { context, late } = race('last_write_wins')
    late()
    expect(context.get(KEY)).toEqual({ n: 2 })
    expect(context.history(KEY).map((write) => write.step)).toEqual([undefined, 'one', 'two'])
  })

  it('conflict over a key that neither saw', () => {
    const context = new Context()
    const [first, second] = [context.begin(one), context.begin(two)]
    for (const step of [first, second]) step.set(KEY, 1)
    context.commit(first)
    expect(refusal(() => { context.commit(second) }).code).toBe('CONTEXT_CONFLICT')
  })

  it('conflict with somebody who is not a step, who is named', () => {
    const context = new Context()
    const step = context.begin({ who: 'ann' })
    step.set(KEY, 1)
    context.set(KEY, 2, me)
    expect(refusal(() => { context.commit(step) }).details).toEqual({ writers: ['me', 'ann'] })
  })

  it('do not conflict when one began after the other had completed', () => {
    const context = new Context()
    for (const author of [one, two]) {
      const step = context.begin(author)
      step.set(KEY, author.step.length)
      context.commit(step)
    }
    expect(context.history(KEY)).toHaveLength(2)
  })

  it('do not conflict when they are attempts of one step', () => {
    const context = new Context()
    const [first, second] = [context.begin(one), context.begin({ ...one, attempt: 2 })]
    first.set(KEY, 1)
    second.set(KEY, 2, { who: 'ann' })
    context.commit(first)
    context.commit(second)
    expect(context.get(KEY)).toBe(2)
  })

  it('do not conflict by reading', () => {
    const context = new Context()
    context.set(KEY, 1, me)
    const [first, second] = [context.begin(one), context.begin(two)]
    second.get(KEY)
    second.set(OTHER, 1)
    first.set(KEY, 2)
    context.commit(first)
    context.commit(second)
    expect(context.get(OTHER)).toBe(1)
  })

  it('are held to the shape that came first, though neither saw the other', () => {
    const context = new Context({ conflict: 'last_write_wins' })
    const [first, second] = [context.begin(one), context.begin(two)]
    first.set(KEY, { n: 1 })
    second.set(OTHER, 1)
    second.set(KEY, { n: 'x' })
    context.commit(first)
    expect(refusal(() => { context.commit(second) })).toMatchObject({ code: 'CONTEXT_SHAPE', key: KEY, path: '$.n' })
    expect([context.get(KEY), context.has(OTHER)]).toEqual([{ n: 1 }, false])
  })
})
