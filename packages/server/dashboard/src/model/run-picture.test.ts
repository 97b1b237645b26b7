import { describe, expect, it } from 'vitest'
import { insightOf, rowOf } from './picture.fixture.ts'
import { lengthOfRun, takeIn, tookOf } from './run-picture.ts'

const all = insightOf([rowOf('a', 0, { status: 'completed', started: 0, ended: 5 }), rowOf('b', 1), rowOf('c', 2)], { path: [[0, 5, 0]] })

describe('the picture of a run', () => {
  it('takes in all steps, then those that changed', () => {
    const before = takeIn(undefined, all)!
    expect([...before.path]).toEqual([0])
    const change = insightOf([rowOf('b', 1, { status: 'running', started: 6 })], { seq: 12, since: 10, at: [1], step_count: 3 })
    const after = takeIn(before, change)!
    expect(after.lines?.map(({ name, status }) => [name, status])).toEqual([['a', 'completed'], ['b', 'running'], ['c', 'waiting']])
    expect(before.lines?.[1]?.status).toBe('waiting')
  })

  it('has no steps as long as they are many and nobody has asked for them', () => {
    const few = { ...insightOf([], { step_count: 3 }), steps: null }
    const before = takeIn(undefined, few)!
    expect(before.lines).toBeUndefined()
    expect(takeIn(before, insightOf([rowOf('b', 1)], { since: 10, at: [1], step_count: 3 }))).toBeUndefined()
    expect(takeIn(before, all)?.lines).toHaveLength(3)
  })

  it('asks for all where a change does not go with what is known', () => {
    const change = insightOf([rowOf('b', 1)], { since: 10, at: [1], step_count: 3 })
    expect(takeIn(undefined, change)).toBeUndefined()
    expect(takeIn(takeIn(undefined, all), { ...change, step_count: 4 })).toBeUndefined()
    expect(takeIn(takeIn(undefined, all), { ...change, since: 11 })).toBeUndefined()
  })

  it('knows how long steps and the run have taken', () => {
    const lines = takeIn(undefined, insightOf([rowOf('a', 0, { started: 2, ended: 9 }), rowOf('b', 1, { started: 2 }), rowOf('c', 2), rowOf('d', 3, { status: 'skipped', started: 1, ended: 2 })]))!.lines
    expect(lines?.map((line) => tookOf(line, 50))).toEqual([7, 48, null, null])
    const created = Date.parse(all.created_at)
    expect(lengthOfRun(all, created + 700)).toBe(700)
    expect(lengthOfRun(all, created - 700)).toBe(100)
    expect(lengthOfRun({ ...all, status: 'failed', ended_at: '2026-01-31T08:00:02.000Z' }, created + 9e9)).toBe(2000)
    expect(lengthOfRun({ ...all, status: 'failed' }, created + 9e9)).toBe(100)
  })
})
