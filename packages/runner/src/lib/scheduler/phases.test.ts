import { describe, expect, it } from 'vitest'
import type { EventData } from '../events.ts'
import { cancelled, completed, failed, Harness, planOf, resumed } from './scheduler.fixture.ts'

const plan = planOf(
  { name: 'a', stage: 0 },
  { name: 'b', stage: 1 },
  { name: 'yes', stage: 0, phase: 'on_success' },
  { name: 'no', stage: 0, phase: 'on_failure' },
  { name: 'x', stage: 0, phase: 'always' },
  { name: 'y', stage: 1, phase: 'always' },
)
const cancel: EventData = { type: 'run.cancel_requested', by: '', reason: '' }

describe('phases', () => {
  it('run on_success and always after the main part completed', () => {
    const run = new Harness(plan)
    expect(run.on()).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+b'])
    expect(run.on(completed('b'))).toEqual(['+yes'])
    expect(run.scheduler.inMain).toBe(false)
    expect(run.on(completed('yes'))).toEqual(['/no', '+x'])
    expect(run.on(completed('x'))).toEqual(['+y'])
    expect(run.on(completed('y'))).toEqual(['=completed'])
  })

  it('run on_failure and always after it failed, and keep its outcome', () => {
    const run = new Harness(plan)
    run.on()
    expect(run.on(failed('a'))).toEqual(['b<a', '/yes', '+no'])
    expect(run.scheduler.stopping).toBe(false)
    expect(run.on(failed('no'))).toEqual(['+x'])
    expect(run.on(completed('x'))).toEqual(['+y'])
    expect(run.on(completed('y'))).toEqual(['=failed'])
    expect(run.scheduler.failed).toBe(0)
  })

  it('run always after a cancel, and not when the run is killed', () => {
    const run = new Harness(plan)
    run.on()
    expect(run.on(cancel)).toEqual(['~a'])
    expect(run.on(cancelled('a'))).toEqual(['b<a', '/yes', '/no', '+x'])
    expect(run.on(completed('x'), { ...cancel, kill: true })).toEqual(['-y', '=cancelled'])
    const killed = new Harness(plan)
    killed.on()
    expect(killed.on({ ...cancel, kill: true })).toEqual(['~a'])
    expect(killed.on(cancelled('a'))).toEqual(['b<a', '/yes', '/no', '/x', '/y', '=cancelled'])
  })

  it('take a time limit for a failure', () => {
    const run = new Harness(plan)
    run.on()
    expect(run.on({ type: 'run.cancel_requested', by: '', reason: '', code: 'RUN_DEADLINE' })).toEqual(['~a'])
    expect(run.on(cancelled('a'))).toEqual(['b<a', '/yes', '+no'])
    expect(run.on(completed('no'))).toEqual(['+x'])
    expect(run.on(completed('x'))).toEqual(['+y'])
    expect(run.on(completed('y'))).toEqual(['=failed'])
    expect(run.scheduler.failed).toBeUndefined()
  })

  it('fail a run that had completed, naming the step, and block within the phase only', () => {
    const run = new Harness(plan)
    run.on(completed('a'), completed('b'))
    expect(run.on(failed('yes'))).toEqual(['/no', '+x'])
    expect(run.on(failed('x'))).toEqual(['y<x', '=failed'])
    expect(run.scheduler.failed).toBe(2)
  })

  it('count stages and dependencies for themselves, however they are numbered', () => {
    const mixed = planOf(
      { name: 'z', stage: 7, phase: 'always' },
      { name: 'a', stage: 0 },
      { name: 'w', stage: 7, phase: 'always', dependsOn: ['z'] },
      { name: 'v', stage: 3, phase: 'always', dependsOn: [] },
    )
    const run = new Harness(mixed)
    expect(run.on()).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+v'])
    expect(run.on(completed('v'))).toEqual(['+z'])
    expect(run.on(completed('z'))).toEqual(['+w'])
    expect(() => new Harness(planOf({ name: 'a' }, { name: 'b', phase: 'always', dependsOn: ['a'] }))).toThrow(/another phase/)
  })

  it('begin at once where the main part has no steps, or is skipped', () => {
    expect(new Harness(planOf({ name: 'x', phase: 'always' })).on()).toEqual(['+x'])
    expect(new Harness(plan).on({ type: 'steps.skipped', steps: ['a', 'b'], reason: '--skip' })).toEqual(['+yes'])
  })

  it('go on where they were when the main part had completed', () => {
    const run = new Harness(plan)
    run.on(completed('a'), completed('b'))
    run.on(completed('yes'))
    expect(run.on(failed('x'))).toEqual(['y<x', '=failed'])
    expect(run.on(resumed)).toEqual(['+x'])
    expect(run.scheduler.stale()).toEqual([])
    expect(run.on(completed('x'), completed('y'))).toEqual(['=completed'])
  })

  it('are stale, too, where they ask or have items', () => {
    const asking = planOf({ name: 'a' }, { name: 'ask', type: 'approval', phase: 'always' }, { name: 'each', phase: 'always', stage: 1, forEach: { items: 'x' } })
    const run = new Harness(asking, {}, { each: 1 })
    run.on()
    expect(run.on(failed('a'))).toEqual(['?ask', '?each', '+each[0]'])
    expect(run.on({ type: 'step.interrupted', step: 'each[0]', attempt: 1 }, resumed)).toEqual(['+a'])
    expect(run.scheduler.stale()).toEqual([1, 2])
    expect(run.on({ type: 'step.interrupted', step: 'a', attempt: 2 }, resumed, { type: 'steps.reset', steps: ['ask', 'each'], by: '_runner', reason: '' })).toEqual(['+a'])
    expect(run.on(completed('a', 3))).toEqual(['?ask', '?each', '+each[0]'])
  })

  it('are stale, but for what was skipped on purpose, when the main part goes on', () => {
    const run = new Harness(plan)
    run.on({ type: 'steps.skipped', steps: ['y'], reason: '--skip' })
    run.on(failed('a'))
    run.on(completed('no'))
    run.on(completed('x'))
    run.on({ type: 'run.failed', step: 'a', error: { code: '', message: '' } })
    expect(run.on(resumed)).toEqual(['+a'])
    expect(run.scheduler.stale()).toEqual([2, 3, 4])
    run.on({ type: 'step.interrupted', step: 'a', attempt: 2 })
    expect(run.on(resumed, { type: 'steps.reset', steps: ['yes', 'no', 'x'], by: '_runner', reason: '' })).toEqual(['+a'])
    expect(run.on(completed('a', 3), completed('b'))).toEqual(['+yes'])
    expect(run.on(completed('yes'))).toEqual(['/no', '+x'])
    expect(run.on(completed('x', 2))).toEqual(['=completed'])
  })

  it('follow a main part that had completed though the run was cancelled, and is resumed', () => {
    const run = new Harness(plan)
    run.on(completed('a'))
    expect(run.on(cancel)).toEqual(['~b'])
    expect(run.on(completed('b'))).toEqual(['/yes', '/no', '+x'])
    run.on(completed('x'))
    expect(run.on(completed('y'))).toEqual(['=cancelled'])
    run.on({ type: 'run.cancelled', by: '', reason: '' }, resumed)
    expect(run.scheduler.stale()).toEqual([2, 3, 4, 5])
    expect(run.on({ type: 'steps.reset', steps: ['yes', 'no', 'x', 'y'], by: '_runner', reason: '' })).toEqual(['+yes'])
    expect(run.on(completed('yes'))).toEqual(['/no', '+x'])
  })

  it('are not left out for good as the run was killed', () => {
    const run = new Harness(plan)
    run.on(completed('a'), completed('b'))
    expect(run.on({ ...cancel, kill: true })).toEqual(['~yes'])
    expect(run.on(completed('yes'))).toEqual(['/no', '/x', '/y', '=cancelled'])
    run.on({ type: 'run.cancelled', by: '', reason: '' }, resumed)
    expect(run.scheduler.stale()).toEqual([4, 5])
    expect(run.on({ type: 'steps.reset', steps: ['x', 'y'], by: '_runner', reason: '' })).toEqual(['+x'])
  })
})
