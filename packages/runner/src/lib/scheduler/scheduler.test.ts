import { describe, expect, it } from 'vitest'
import { completed, failed, Harness, planOf } from './scheduler.fixture.ts'

describe('order', () => {
  it('runs stages one after the other, a stage together', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 1 }, { name: 'c', stage: 1 }, { name: 'd', stage: 2 }))
    expect(run.on()).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+b', '+c'])
    expect(run.on(completed('c'))).toEqual([])
    expect(run.on(completed('b'))).toEqual(['+d'])
    expect(run.on(completed('d'))).toEqual(['=completed'])
  })

  it('lets a step with dependsOn wait for exactly those', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b' }, { name: 'c', dependsOn: ['a'] }, { name: 'd', dependsOn: [] }))
    expect(run.on()).toEqual(['+a', '+d'])
    expect(run.on(completed('a'))).toEqual(['+b', '+c'])
    expect(run.on(completed('b'), completed('c'))).toEqual([])
    expect(run.on(completed('d'))).toEqual(['=completed'])
  })

  it('counts a step with dependsOn among what a later barrier waits for', () => {
    const run = new Harness(planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: ['a'] }, { name: 'c' }))
    expect(run.on()).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+b'])
    expect(run.on(completed('b'))).toEqual(['+c'])
  })

  it('keeps to its concurrency', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }, { name: 'c', stage: 0 }), { concurrency: 2 })
    expect(run.on()).toEqual(['+a', '+b'])
    expect(run.on(completed('b'))).toEqual(['+c'])
  })

  it('lets a skipped step satisfy its dependents', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b', dependsOn: ['a'] }, { name: 'c' }))
    expect(run.on({ type: 'steps.skipped', steps: ['a', 'b'], reason: '--skip' })).toEqual(['+c'])
  })

  it('does not start a step that was skipped while it waited', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b' }, { name: 'c' }))
    expect(run.on({ type: 'steps.skipped', steps: ['b'], reason: '--skip' })).toEqual(['+a'])
    expect(run.on(completed('a'))).toEqual(['+c'])
  })

  it('finishes at once when everything is skipped', () => {
    const run = new Harness(planOf({ name: 'a' }))
    expect(run.on({ type: 'steps.skipped', steps: ['a'], reason: '--skip' })).toEqual(['=completed'])
  })
})

describe('failure', () => {
  it('blocks dependents, and theirs, each naming what it waits for', () => {
    const run = new Harness(planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: ['b', 'a'] }))
    run.on()
    expect(run.on(failed('a'))).toEqual(['b<a', 'c<a', '=failed'])
  })

  it('blocks a diamond once', () => {
    const run = new Harness(
      planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: ['a'] }, { name: 'd', dependsOn: ['b', 'c'] }),
    )
    run.on()
    expect(run.on(failed('a'))).toEqual(['b<a', 'c<a', 'd<b', '=failed'])
  })

  it('blocks every later barrier', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b' }, { name: 'c' }))
    run.on()
    expect(run.on(failed('a'))).toEqual(['b<a', 'c<a', '=failed'])
  })

  it('waits for what is in flight, starts nothing more, and cancels what was ready', () => {
    const run = new Harness(
      planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] }, { name: 'c', dependsOn: [] }, { name: 'd', dependsOn: ['c'] }),
      { concurrency: 2 },
    )
    expect(run.on()).toEqual(['+a', '+b'])
    expect(run.on(failed('a'))).toEqual([])
    expect(run.on(completed('b'))).toEqual(['-c', 'd<c', '=failed'])
  })

  it('ends what is in flight under fail-fast', () => {
    const run = new Harness(planOf({ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: [] }), { failFast: true })
    run.on()
    expect(run.on(failed('a'))).toEqual(['~b'])
    expect(run.on({ type: 'step.cancelled', step: 'b', attempt: 1, reason: '', metrics: null })).toEqual(['=failed'])
  })

  it('goes on after a failure that the step tolerates', () => {
    const run = new Harness(planOf({ name: 'a', continueOnError: true }, { name: 'b' }))
    run.on()
    expect(run.on(failed('a'))).toEqual(['+b'])
    expect(run.on(completed('b'))).toEqual(['=completed'])
  })

  it('retries when the delay is over, and frees the slot meanwhile', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }), { concurrency: 1 })
    expect(run.on()).toEqual(['+a'])
    expect(run.on(failed('a', 10))).toEqual(['+b'])
    expect(run.scheduler.failures(0)).toBe(1)
    expect(run.on({ type: 'retry.due', step: 'a' })).toEqual([])
    expect(run.on(completed('b'))).toEqual(['+a'])
    expect(run.on({ ...completed('a') })).toEqual(['=completed'])
  })

  it('does not retry once the run is failing', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }))
    run.on()
    run.on(failed('a', 10))
    expect(run.on(failed('b'))).toEqual(['-a', '=failed'])
  })
})

describe('cancel', () => {
  it('ends what runs and cancels what was ready', () => {
    const run = new Harness(planOf({ name: 'a', stage: 0 }, { name: 'b', stage: 0 }, { name: 'c', stage: 1 }), { concurrency: 1 })
    run.on()
    expect(run.on({ type: 'run.cancel_requested', by: 'me', reason: 'x' })).toEqual(['~a'])
    expect(run.on({ type: 'step.cancelled', step: 'a', attempt: 1, reason: '', metrics: null })).toEqual(['c<a', '-b', '=cancelled'])
  })
})

describe('another driver', () => {
  it('opens again what did not complete', () => {
    const plan = planOf({ name: 'a' }, { name: 'b' }, { name: 'c', dependsOn: ['b'] }, { name: 'd' })
    const first = new Harness(plan)
    first.on()
    first.on(completed('a'))
    expect(first.on(failed('b'))).toEqual(['c<b', 'd<b', '=failed'])
    expect(first.on({ type: 'run.failed', step: 'b', error: { code: 'STEP_FAILED', message: '' } })).toEqual([])
    expect(first.on({ type: 'driver.started', epoch: 2, pid: 1, host: '' })).toEqual(['+b'])
    expect(first.scheduler.failures(1)).toBe(1)
    expect(first.on(completed('b'))).toEqual(['+c'])
    expect(first.on(completed('c'))).toEqual(['+d'])
  })

  it('blocks again what it opened again', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b' }))
    run.on()
    expect(run.on(failed('a'))).toEqual(['b<a', '=failed'])
    expect(run.on({ type: 'run.failed', step: 'a', error: { code: 'STEP_FAILED', message: '' } }, { type: 'driver.started', epoch: 2, pid: 1, host: '' })).toEqual(['+a'])
    expect(run.on(failed('a'))).toEqual(['b<a', '=failed'])
  })

  it('starts again what was in flight', () => {
    const run = new Harness(planOf({ name: 'a' }, { name: 'b' }))
    run.on()
    expect(run.on({ type: 'step.interrupted', step: 'a', attempt: 1 }, { type: 'driver.started', epoch: 2, pid: 1, host: '' })).toEqual(['+a'])
    expect(run.scheduler.failures(0)).toBe(1)
  })
})
