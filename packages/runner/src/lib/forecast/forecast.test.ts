import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forecast, type ForecastOptions } from './forecast.ts'
import type { Plan, PlanStep } from '../plan.ts'

type Given = Partial<PlanStep> & { name: string; takes?: number }

function planOf(...steps: Given[]): { plan: Plan; duration: ForecastOptions['duration'] } {
  const takes = new Map(steps.map(({ name, takes = 10 }) => [name, takes]))
  const plan: Plan = { lorc: 1, name: 'p', steps: steps.map(({ takes: _, ...step }) => ({ type: 'node', stage: 0, ...step })) }
  return { plan, duration: ({ name }) => takes.get(name) ?? 0 }
}

describe('a forecast', () => {
  it('starts as many steps as there are slots, and each stage after the one before', () => {
    const { plan, duration } = planOf({ name: 'a', takes: 30 }, { name: 'b' }, { name: 'c' }, { name: 'd', stage: 1 })
    expect(forecast(plan, { duration, concurrency: 2 })).toEqual({
      makespanMs: 40,
      steps: [
        { step: 'a', startMs: 0, endMs: 30 },
        { step: 'b', startMs: 0, endMs: 10 },
        { step: 'c', startMs: 10, endMs: 20 },
        { step: 'd', startMs: 30, endMs: 40 },
      ],
    })
  })

  it('follows dependsOn', () => {
    const { plan, duration } = planOf({ name: 'a' }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: [] })
    expect(forecast(plan, { duration, concurrency: 9 }).steps.map(({ startMs }) => startMs)).toEqual([0, 0, 10])
  })

  it('goes on from what is settled and what runs, also where it runs for longer than it should', () => {
    const { plan, duration } = planOf({ name: 'a' }, { name: 'b', stage: 1, takes: 20 }, { name: 'c', stage: 1 }, { name: 'd', stage: 2 })
    const now = { settled: ['a'], running: [['b', 5], ['c', 99]] as const }
    expect(forecast(plan, { duration, concurrency: 2, ...now })).toEqual({
      makespanMs: 25,
      steps: [
        { step: 'b', startMs: -5, endMs: 15 },
        { step: 'c', startMs: -99, endMs: 0 },
        { step: 'd', startMs: 15, endMs: 25 },
      ],
    })
  })

  it('takes the run to complete', () => {
    const { plan, duration } = planOf(
      { name: 'a', when: 'params.x' },
      { name: 'rescue', phase: 'on_failure', stage: 1 },
      { name: 'tell', phase: 'always', stage: 2, dependsOn: ['rescue'] },
    )
    const { steps } = forecast(plan, { duration, concurrency: 1 })
    expect(steps.map(({ step }) => step)).toEqual(['a', 'tell'])
  })

  it('takes every kind of step for one that runs', () => {
    const { plan, duration } = planOf(
      { name: 'each', forEach: { items: '[1]' } },
      { name: 'ask', type: 'approval', stage: 1 },
      { name: 'child', type: 'recipe', stage: 2 },
      { name: 'group', concurrencyGroup: { name: 'g', limit: 1 }, stage: 3, when: 'false' },
      { name: 'last', phase: 'always', stage: 4 },
    )
    const { steps, makespanMs } = forecast(plan, { duration, concurrency: 1 })
    expect([makespanMs, steps.map(({ step }) => step)]).toEqual([50, ['each', 'ask', 'child', 'group', 'last']])
  })

  it('is nothing when everything is settled', () => {
    const { plan, duration } = planOf({ name: 'a' })
    expect(forecast(plan, { duration, concurrency: 1, settled: ['a'] })).toEqual({ makespanMs: 0, steps: [] })
  })

  it('never runs more steps at once than there are slots, and wastes none: within twice the best there is', () => {
    const graph = fc.array(fc.record({ takes: fc.nat(50), deps: fc.array(fc.nat(20)) }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(graph, fc.integer({ min: 1, max: 5 }), (nodes, concurrency) => {
        const { plan, duration } = planOf(
          ...nodes.map(({ takes, deps }, i) => ({
            name: `s${i}`,
            takes,
            dependsOn: [...new Set(deps.filter((dep) => dep < i).map((dep) => `s${dep}`))],
          })),
        )
        const { steps, makespanMs } = forecast(plan, { duration, concurrency })
        const ends = new Map(steps.map(({ step, endMs }) => [step, endMs]))
        for (const { step, startMs } of steps) {
          for (const dep of plan.steps.find(({ name }) => name === step)?.dependsOn ?? []) {
            expect(startMs).toBeGreaterThanOrEqual(ends.get(dep) as number)
          }
          const atOnce = steps.filter((other) => other.startMs <= startMs && other.endMs > startMs)
          expect(atOnce.length).toBeLessThanOrEqual(concurrency)
        }
        const work = nodes.reduce((sum, { takes }) => sum + takes, 0)
        const critical = new Map<string, number>()
        for (const step of plan.steps) {
          critical.set(step.name, duration(step) + Math.max(0, ...(step.dependsOn ?? []).map((dep) => critical.get(dep) as number)))
        }
        const bound = Math.max(work / concurrency, ...critical.values())
        expect(makespanMs).toBeGreaterThanOrEqual(bound)
        expect(makespanMs).toBeLessThanOrEqual(2 * bound)
      }),
      { numRuns: 200 },
    )
  })
})
