import { describe, expect, it } from 'vitest'
import { planOf } from '../scheduler/scheduler.fixture.ts'
import { simulate } from './simulation.ts'

const known = (durations: Record<string, number>) => (step: string) => durations[step]

/** A fan of four behind `load`, gathered by `sum`; written longest last. */
const fan = planOf(
  { name: 'load', stage: 0 },
  ...['a', 'b', 'c', 'long'].map((name) => ({ name, stage: 1 })),
  { name: 'sum', stage: 2 },
  { name: 'mend', stage: 3, phase: 'on_failure' },
  { name: 'tell', stage: 4, phase: 'always' },
)
const times = { load: 100, a: 10, b: 10, c: 10, long: 40, sum: 5, mend: 9999, tell: 5 }

describe('a simulation', () => {
  it('predicts the run, what no order could beat, and what a slot more or fewer comes to', () => {
    expect(simulate(fan, 2, known(times))).toMatchObject({
      slots: 2,
      makespanMs: 150,
      workMs: 180,
      boundMs: 150,
      order: 'longest path',
      oneMoreMs: 150,
      oneFewerMs: 180,
      widest: 4,
      assumed: [],
    })
  })

  it('tells the longest chain, and the waves', () => {
    const { chain, waves } = simulate(fan, 1, known(times))!
    expect(chain).toEqual([
      { step: 'load', ms: 100 },
      { step: 'long', ms: 40 },
      { step: 'sum', ms: 5 },
      { step: 'tell', ms: 5 },
    ])
    expect(waves).toEqual([
      { steps: 1, workMs: 100, startMs: 0, endMs: 100 },
      { steps: 4, workMs: 70, startMs: 100, endMs: 170 },
      { steps: 1, workMs: 5, startMs: 170, endMs: 175 },
      { steps: 1, workMs: 5, startMs: 175, endMs: 180 },
    ])
  })

  it('tells what each step that made it long had to wait for', () => {
    const plan = planOf({ name: 'a', dependsOn: [], stage: 0 }, { name: 'b', dependsOn: [], stage: 0 }, { name: 'c', dependsOn: ['b'], stage: 0 })
    const { course, oneFewerMs, order } = simulate(plan, 1, known({ a: 10, b: 10, c: 10 }))!
    expect(course.map(({ step, waitedFor }) => `${step} ${waitedFor}`)).toEqual(['a nothing', 'b slot', 'c step'])
    expect([oneFewerMs, order]).toEqual([null, 'list'])
  })

  it('takes what is not known to be as the others, and says so; it knows nothing of nothing', () => {
    const { assumed, assumedMs } = simulate(fan, 2, known({ load: 1, a: 3, b: 50 }))!
    expect([assumed, assumedMs]).toEqual([['c', 'long', 'sum', 'tell'], 3])
    expect(simulate(fan, 2, known({}))).toBeUndefined()
  })

  it('has a `for_each` step take as long as its items do, at most so many at once', () => {
    const plan = planOf({ name: 'a' }, { name: 'each', forEach: { items: 'x', maxParallel: 2 } }, { name: 'b' })
    const items = (step: string) => (step === 'each' ? { count: 5, medianMs: 10 } : undefined)
    const { makespanMs, workMs, boundMs, widest, course, waves, steps, items: taken } = simulate(plan, 4, known({ a: 1, each: 999, b: 1 }), items)!
    expect({ makespanMs, workMs, boundMs, widest, taken }).toEqual({ makespanMs: 32, workMs: 52, boundMs: 32, widest: 2, taken: [{ step: 'each', count: 5, ms: 10 }] })
    expect(course.map(({ waitedFor }) => waitedFor)).toEqual(['nothing', 'step', 'parallel', 'parallel', 'step'])
    expect(waves.map((wave) => wave.steps)).toEqual([1, 5, 1])
    expect(steps.map(({ step }) => step)).toEqual(['a', 'each[0]', 'each[1]', 'each[2]', 'each[3]', 'each[4]', 'b'])
    expect(simulate(plan, 1, known({ a: 1, b: 1 }), items)).toMatchObject({ makespanMs: 52, assumed: ['each'] })
    expect(simulate(plan, 4, known({ a: 1, each: 30, b: 1 }))).toMatchObject({ makespanMs: 32, items: [] })
  })

  it('has steps wait for the slots of their groups, of those that are known before a run', () => {
    const db = { name: 'db-${{ params.day }}', limit: 2 }
    const own = { name: 'row-${{ item }}', limit: 1 }
    const plan = planOf(
      ...['a', 'b', 'c', 'd'].map((name) => ({ name, stage: 0, concurrencyGroup: db })),
      { name: 'each', stage: 0, forEach: { items: 'x' }, concurrencyGroup: own },
      { name: 'free', stage: 0 },
    )
    const times = known({ a: 10, b: 20, c: 30, d: 10, free: 5 })
    const items = () => ({ count: 3, medianMs: 5 })
    const { makespanMs, boundMs, groups, course, chain, steps } = simulate(plan, 9, times, items)!
    expect({ makespanMs, boundMs, groups }).toEqual({ makespanMs: 40, boundMs: 35, groups: [{ name: db.name, limit: 2, workMs: 70 }] })
    expect(course.map(({ step, waitedFor }) => `${step} ${waitedFor}`)).toEqual(['a nothing', 'c group'])
    expect(chain).toEqual([{ step: 'c', ms: 30 }])
    expect(steps.filter(({ startMs }) => startMs === 0).map(({ step }) => step)).toEqual(['a', 'b', 'each[0]', 'each[1]', 'each[2]', 'free'])
  })

  it('goes through 10,000 items that wait for a group', () => {
    const plan = planOf({ name: 'each', forEach: { items: 'x' }, concurrencyGroup: { name: 'db', limit: 10 } })
    expect(simulate(plan, 100, () => 1, () => ({ count: 10_000, medianMs: 10 }))).toMatchObject({ makespanMs: 10_000, boundMs: 10_000 })
  })

  it('goes through a plan whose steps take no time', () => {
    const { makespanMs, chain, course } = simulate(fan, 1, () => 0)!
    expect([makespanMs, chain.length, course.length]).toEqual([0, 1, 1])
  })

  it('goes through 10,000 steps at once', () => {
    const plan = planOf(...Array.from({ length: 10_000 }, (_, i) => ({ name: `s${i}`, stage: i % 10 })))
    const { steps, makespanMs } = simulate(plan, 100, () => 10)!
    expect([steps.length, makespanMs]).toEqual([10_000, 1000])
  })
})
