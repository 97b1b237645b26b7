import { describe, expect, it } from 'vitest'
import { byName, compareRuns } from './compare-runs.ts'
import { firstDifference } from './first-difference.ts'
import { insightOf, rowOf } from './picture.fixture.ts'
import { takeIn, type RunPicture } from './run-picture.ts'

const facts = insightOf([]).facts
const runOf = (steps: Parameters<typeof insightOf>[0], more = {}): RunPicture => takeIn(undefined, insightOf(steps, { facts: { ...facts, ...more } }))!

describe('two runs', () => {
  it('differ in what they were made of, and in their steps', () => {
    const a = runOf([rowOf('load', 0, { status: 'completed', started: 0, ended: 10 }), rowOf('fit', 1, { status: 'failed', started: 10, ended: 20 }), rowOf('old', 2)], { params: { days: 1 }, versions: { lorc: '1' } })
    const b = runOf([rowOf('load', 0, { status: 'completed', started: 0, ended: 30 }), rowOf('fit', 1, { status: 'completed', started: 30 }), rowOf('new', 2)], { params: { days: 2 }, versions: { lorc: '1' }, seed: 7 })
    const { causes, steps } = compareRuns(a, b)
    expect(causes).toEqual([
      { title: 'Parameters', differences: [{ name: 'days', path: '$', a: 1, b: 2 }] },
      { title: 'Made of', differences: [{ name: 'seed', path: '$', a: 1, b: 7 }] },
    ])
    expect(steps.map(({ name, tookA, tookB, otherOutcome }) => [name, tookA, tookB, otherOutcome])).toEqual([
      ['load', 10, 30, false],
      ['fit', 10, null, true],
      ['old', null, null, true],
      ['new', null, null, true],
    ])
  })

  it('differ in the time that they are for, where one is for another than when it was created', () => {
    const [late, ofADay] = [runOf([], {}), runOf([], { time: '2026-01-30T00:00:00.000Z' })]
    expect(compareRuns(late, ofADay).causes).toEqual([{ title: 'Made of', differences: [{ name: 'time', path: '$', a: '2026-01-31T08:00:00.000Z', b: '2026-01-30T00:00:00.000Z' }] }])
  })

  it('may be the same', () => {
    const run = runOf([rowOf('load', 0, { status: 'completed' })])
    expect(compareRuns(run, run).causes).toEqual([])
    expect(byName({ a: [1, { b: null }] }, { a: [1, { b: null }] })).toEqual([])
  })
})

describe('two values', () => {
  it.each([
    [[1, 2], [1, 3], '$[1]', 2, 3],
    [[1], [1, 2], '$[1]', undefined, 2],
    [{ a: { b: 1 } }, { a: { b: '1' } }, '$.a.b', 1, '1'],
    [{ 'x y': 1 }, {}, '$["x y"]', 1, undefined],
    [{}, { constructor: 1 }, '$.constructor', undefined, 1],
    [null, {}, '$', null, {}],
  ])('%j and %j differ at', (a, b, path, before, after) => {
    expect(firstDifference(a, b)).toEqual({ path, a: before, b: after })
  })

  it('are the same whatever the order of their fields', () => {
    expect(firstDifference({ a: 1, b: [2] }, { b: [2], a: 1 })).toBeUndefined()
  })
})
