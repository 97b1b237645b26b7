import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunResult } from './api.ts'
import { systemClock } from './clock.ts'
import { definePlan } from './plan-builder/define-plan.ts'
import type { Attempt, StepExecutor } from './executor.ts'
import type { Plan } from './plan.ts'
import { RunWorld } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const plan = definePlan({ lorc: 1, name: 'odd', steps: [{ name: 'a', type: 'odd', stage: 0 }] })

/** The end of a run of one step, whose executor does this, whatever its types say. */
async function ended(execute: (attempt: Attempt) => unknown): Promise<RunResult> {
  const odd = { types: ['odd'], execute, close: async () => {} } as StepExecutor
  const runner = await world.runner({}, { executors: [odd], clock: systemClock })
  const run = await runner.start(plan)
  const result = await run.result
  expect(await runner.verify(run.runId)).toMatchObject({ ok: true })
  await runner.close()
  return result
}

const circle: { self?: object } = {}
circle.self = circle
const retry = { max: 2, delayMs: 0, backoff: 'fixed', factor: 1, maxDelayMs: 0, jitter: 0 }
const failed = { status: 'error', error: { code: 'X', message: 'x' } }

describe('an executor that answers', () => {
  it.each<[string, unknown, string]>([
    ['nothing', undefined, 'answered undefined: it is not an object'],
    ['null', null, 'it is not an object'],
    ['a list', [], 'it is not an object'],
    ['another status', { status: 'great' }, '`status` is neither `ok` nor `error`'],
    ['outputs that are not a list', { status: 'ok', outputs: 'x' }, '`outputs` is neither null nor a list of texts'],
    ['outputs that are not texts', { status: 'ok', outputs: [1] }, '`outputs` is neither null nor a list of texts'],
    ['writes without values', { status: 'ok', outputs: null, writes: { 'a.b_v1': null } }, '`writes` is not an object of { value }'],
    ['a log that is not a list', { status: 'ok', outputs: null, log: 'x' }, '`log` is not a list of texts'],
    ['meta that is not an object', { status: 'ok', outputs: null, meta: 5 }, '`meta` is not an object'],
    ['meta that is not JSON', { status: 'ok', outputs: null, meta: circle }, 'not JSON: $.self leads back to $'],
    ['metrics that are not an object', { status: 'ok', outputs: null, metrics: 5 }, '`metrics` is not an object'],
    ['metrics that are not numbers', { status: 'ok', outputs: null, metrics: { cpuUserMs: NaN } }, '`metrics.cpuUserMs` is not a number'],
    ['an error without a reason', { status: 'error' }, '`error` is not an object'],
    ['an error whose code is not text', { status: 'error', error: { code: 5, message: 'x' } }, '`error.code` is not text'],
    ['an error without a message', { status: 'error', error: { code: 'X' } }, '`error.message` is not text'],
    ['an error whose fix is not text', { status: 'error', error: { ...failed.error, fix: 1 } }, '`error.fix` is not text'],
    ['an error whose exit code is a text', { status: 'error', error: { ...failed.error, exitCode: '1' } }, '`error.exitCode` is not a whole number'],
    ['an error whose details are a text', { status: 'error', error: { ...failed.error, details: 'd' } }, '`error.details` is not an object'],
    ['a retry that is not an object', { ...failed, retry: 3 }, '`retry` is not an object'],
    ['a retry that lacks how long', { ...failed, retry: { max: 2 } }, '`retry.delayMs` is not a number from 0 on'],
    ['a retry whose number is a text', { ...failed, retry: { ...retry, max: '2' } }, '`retry.max` is not a number from 0 on'],
    ['a retry that grows in another way', { ...failed, retry: { ...retry, backoff: 'slow' } }, '`retry.backoff` is neither `fixed` nor `exponential`'],
    ['a retry for what is not a list', { ...failed, retry: { ...retry, on: 'X' } }, '`retry.on` is not a list of texts'],
    ['an error whose details are not JSON', { status: 'error', error: { ...failed.error, details: circle } }, 'not JSON: $.self leads back to $'],
  ])('%s has failed, and so has its run', async (_, answer, why) => {
    for (const execute of [() => answer, async () => answer]) {
      const { status, error } = await ended(execute)
      expect([status, error?.code]).toEqual(['failed', 'STEP_RETURN_INVALID'])
      expect(error?.message).toContain('The executor of `odd` steps answered')
      expect(error?.message).toContain(why)
    }
  })

  it('as the contract says is taken at its word, whichever kind of promise it gives', async () => {
    const meta = { rows: 3 }
    const ok = { status: 'ok', outputs: null, meta, metrics: { cpuUserMs: 1, cpuSystemMs: null }, writes: { 'a.b_v1': { value: 1 } } }
    for (const execute of [() => ok, async () => ok, () => ({ then: (done: (answer: object) => void) => done(ok) })]) {
      const { status, context } = await ended(execute)
      expect([status, context.keys()]).toEqual(['completed', ['a.b_v1']])
    }
    expect(await ended(() => failed)).toMatchObject({ status: 'failed', error: { code: 'X', message: 'x' } })
    let tries = 0
    const { steps } = await ended(() => (tries++ === 0 ? { ...failed, retry } : ok))
    expect([tries, steps[0]!.status]).toEqual([2, 'completed'])
  })

  it('with more than an error has leaves that out of the journal', async () => {
    const { error } = await ended(() => ({ status: 'error', error: { ...failed.error, again: () => 1, fix: 'Do.', exitCode: 3 } }))
    expect(error).toEqual({ code: 'X', message: 'x', fix: 'Do.', exitCode: 3 })
  })
})

it.each<[string, unknown, string]>([
  ['a text', 'just text', 'just text'],
  ['null', null, 'null'],
  ['what refers to itself', circle, '[Circular *1]'],
  ['an error with details that are not JSON', Object.assign(new Error('no room'), { details: circle }), 'no room'],
])('fails the attempt of an executor that throws %s', async (_, thrown, message) => {
  const throwing = () => {
    throw thrown
  }
  for (const execute of [throwing, async () => throwing()]) {
    expect(await ended(execute)).toMatchObject({ status: 'failed', error: { code: 'STEP_FAILED', message: expect.stringContaining(message) as string } })
  }
})

it('is told its versions, and closed, as it is without', async () => {
  const calls: string[] = []
  const odd: StepExecutor = {
    types: ['odd'],
    execute: () => ({ status: 'ok', outputs: null }),
    versions: async (steps) => ({ odd: steps.length }),
    close: async () => void calls.push('closed'),
  }
  const runner = await world.runner({}, { executors: [odd] })
  const run = await runner.start(plan)
  await run.result
  expect((await runner.view(run.runId)).provenance.versions).toMatchObject({ odd: 1 })
  await runner.close()
  expect(calls).toEqual(['closed'])
})

it('tells of a plan that is none when it is started', async () => {
  const runner = await world.runner()
  await expect(runner.start(definePlan(undefined as unknown as Plan))).rejects.toMatchObject({ code: 'PLAN_INVALID' })
  await runner.close()
})

describe('an executor that goes on though it was told to end', () => {
  const heedless = (begun: string[]): StepExecutor => ({
    types: ['odd'],
    execute: ({ step, number }) => {
      begun.push(`${step.name}#${number}`)
      return new Promise(() => {})
    },
    close: async () => {},
  })

  it('is given up once its time for that is over, and the attempt has timed out', async () => {
    const begun: string[] = []
    const runner = await world.runner({}, { executors: [heedless(begun)], graceMs: 1000 })
    const steps = [{ name: 'a', type: 'odd', stage: 0, timeoutMs: 100, retry: { ...retry, backoff: 'fixed' as const } }]
    const run = await runner.start({ lorc: 1, name: 'odd', steps })
    await world.clock.advance(100 + 5999)
    expect(begun).toEqual(['a#1'])
    await world.clock.advance(1)
    expect(begun).toEqual(['a#1', 'a#2'])
    await world.clock.advance(100 + 6000)
    const { error, steps: states } = await run.result
    const message = 'It took longer than its timeout of 0.1 s. Its executor did not end within 6 s of being told to: what it began may go on.'
    expect([error, states[0]!.attempts]).toMatchObject([{ code: 'STEP_TIMEOUT', message }, 2])
    await runner.close()
  })

  it('is given up when its run is cancelled', async () => {
    const runner = await world.runner({}, { executors: [heedless([])], graceMs: 0 })
    const run = await runner.start(plan)
    await world.clock.advance(1)
    run.cancel({ by: 'ann', reason: 'late' })
    await world.clock.advance(5000)
    expect(await run.result).toMatchObject({ status: 'cancelled', steps: [{ status: 'cancelled', reason: expect.stringContaining('did not end within 5 s') as string }] })
    await runner.close()
  })

  it('keeps no time of a runner that is closed', async () => {
    const runner = await world.runner({}, { executors: [heedless([])] })
    await runner.start(plan)
    await world.clock.advance(1)
    await runner.close()
    expect(world.clock.nextIn).toBeUndefined()
  })
})
