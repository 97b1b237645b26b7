import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunHandle } from '../api.ts'
import type { AttemptOutcome } from '../executor.ts'
import { forecast } from './forecast.ts'
import { expectedDurations, learnedOrder } from './learned-order.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { RunWorld, scriptedPlan } from '../run-world.fixture.ts'
import { planOf } from '../scheduler/scheduler.fixture.ts'

const known = (durations: Record<string, number>) => (step: string) => durations[step]
const takes = (durations: Record<string, number>) => ({ name }: PlanStep) => durations[name]!

/** Two slots: started as listed, the long step comes last. */
const late = planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }, { name: 'c', stage: 0 }, { name: 'long', stage: 0 })
const times = { a: 10, b: 10, c: 10, long: 30 }

describe('the order that is learned', () => {
  it('starts the longest remaining path first where that ends the run sooner', () => {
    const order = learnedOrder(late, known(times), 2)
    expect(order?.('long')).toBe(30)
    expect(forecast(late, { duration: takes(times), concurrency: 2 }).makespanMs).toBe(40)
    expect(forecast(late, { duration: takes(times), concurrency: 2, learned: order }).makespanMs).toBe(30)
  })

  it('leaves the order of the plan where that is as good, where nothing is known, and where there is no choice', () => {
    expect(learnedOrder(late, known({ a: 10, b: 10, c: 10, long: 12 }), 2)).toBeUndefined()
    expect(learnedOrder(late, known({}), 2)).toBeUndefined()
    expect(learnedOrder(late, known(times), 4)).toBeUndefined()
    expect(learnedOrder(planOf({ name: 'a' }, { name: 'b' }), known({ a: 1, b: 9 }), 1)).toBeUndefined()
  })

  it('takes what is not known to need what most others need', () => {
    expect(expectedDurations(late, known({ a: 1, b: 5, c: 100 }))?.('long')).toBe(5)
    expect(expectedDurations(late, known({}))).toBeUndefined()
  })

  it('never makes a run longer than the order of the plan does', () => {
    const graph = fc.array(fc.record({ takes: fc.nat(500), deps: fc.array(fc.nat(20)) }), { minLength: 1, maxLength: 25 })
    fc.assert(
      fc.property(graph, fc.integer({ min: 1, max: 5 }), (nodes, concurrency) => {
        const name = (i: number) => `s${i}`
        const plan: Plan = planOf(
          ...nodes.map(({ deps }, i) => ({ name: name(i), stage: 0, dependsOn: [...new Set(deps.filter((dep) => dep < i).map(name))] })),
        )
        const duration = takes(Object.fromEntries(nodes.map((node, i) => [name(i), node.takes])))
        const learned = learnedOrder(plan, (step) => nodes[Number(step.slice(1))]!.takes, concurrency)
        const listed = forecast(plan, { duration, concurrency }).makespanMs
        expect(forecast(plan, { duration, concurrency, learned }).makespanMs).toBeLessThanOrEqual(listed)
      }),
    )
  })
})

describe('a runner', () => {
  let world: RunWorld
  beforeEach(() => void (world = new RunWorld()))
  afterEach(() => world.remove())

  it('starts steps in the order that the last runs taught it, also on a resume', async () => {
    const plan = scriptedPlan(...['a', 'b', 'c', 'long'].map((name) => ({ name, stage: 0 })))
    const wait = (ms: number, outcome: AttemptOutcome = { status: 'ok', outputs: null }) => () =>
      new Promise<AttemptOutcome>((resolve) => void world.clock.sleep(ms, () => resolve(outcome)))
    const drive = async (run: RunHandle) => {
      await world.clock.advance(500)
      return run.result
    }
    const scripts = { a: wait(10), b: wait(10), c: wait(10), long: wait(60) }
    const first = await world.runner(scripts, { concurrency: 2 })
    await drive(await first.start(plan))
    expect(first.begun).toEqual(['a#1', 'b#1', 'c#1', 'long#1'])
    await first.close()
    const second = await world.runner({ ...scripts, long: wait(5, { status: 'error', error: { code: 'X', message: 'no' } }) }, { concurrency: 2 })
    const { runId } = await drive(await second.start(plan))
    expect(second.begun).toEqual(['long#1', 'a#1'])
    await second.close()
    const third = await world.runner(scripts, { concurrency: 2 })
    await drive(await third.resume(runId))
    expect(third.begun).toEqual(['long#2', 'b#1', 'c#1'])
    await third.close()
  })
})
