import { appendFileSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from './plan.ts'
import { RunWorld, scriptedPlan, until } from './run-world.fixture.ts'
import { untilEnded, type Script } from './testing/scripted-executor.ts'

type Steps = Parameters<typeof scriptedPlan>
const inner = (...steps: Steps): Plan => ({ ...scriptedPlan(...steps), name: 'inner' })

/** A plan whose step `sub` runs another of the given steps. */
function outer(steps: Steps, recipe: Partial<NonNullable<Plan['steps'][number]['recipe']>> = {}, more: Partial<Plan['steps'][number]> = {}): Plan {
  return scriptedPlan({ name: 'sub', type: 'recipe', recipe: { plan: inner(...steps), ...recipe }, ...more }, { name: 'after' })
}

describe('a recipe within a recipe', () => {
  let world: RunWorld
  beforeEach(() => (world = new RunWorld()))
  afterEach(() => world.remove())

  const setting = (key: string, value: unknown): Script => ({ context }) => context.set(key, value)
  const children = async () => (await world.store.list({ name: 'inner' })).map(({ runId }) => runId)

  it('is a run of its own, linked both ways before it begins, whose context becomes the step’s', async () => {
    const seen: unknown[] = []
    const runner = await world.runner({
      a: ({ context }) => context.set('x.rate_v1', 1, { who: 'the bank', floats: true }),
      b: setting('x.sum_v1', 2),
      after: ({ context }) => void seen.push(context.get('x.rate_v1'), context.floats('x.rate_v1'), context.blame('x.rate_v1')?.who),
    })
    const handle = await runner.start(outer([{ name: 'a' }, { name: 'b' }]), { seed: 42, time: 9 })
    const { status } = await handle.result
    const [child = ''] = await children()
    expect([status, seen]).toEqual(['completed', [1, true, 'the bank']])
    const linked = (await world.events(handle.runId)).find(({ type }) => type === 'step.linked')
    const [created] = await world.events(child)
    expect(linked).toMatchObject({ step: 'sub', attempt: 1, runId: child })
    expect(created).toMatchObject({ type: 'run.created', name: 'inner', seed: 42, time: 9, parent: { runId: handle.runId, step: 'sub' } })
    expect(await runner.view(handle.runId)).toMatchObject({ steps: [{ childRun: child, outputs: ['x.rate_v1', 'x.sum_v1'] }, {}] })
    expect((await runner.view(child)).parent).toEqual({ runId: handle.runId, step: 'sub' })
    expect(readFileSync(handle.logPath('sub', 1), 'utf8')).toBe(`run ${child} of inner: lorc explain ${child}\nrun ${child}: completed\n`)
  })

  it('takes parameters that may be computed, and gives no more than the keys that are asked for', async () => {
    const params = { type: 'object', properties: { day: { type: 'integer' }, n: { type: 'integer', default: 3 } } }
    const plan = outer([{ name: 'a', args: { sum: '${{ params.day + params.n }}' } }], { params: { day: '${{ 2 + 2 }}' }, keys: ['x.a_v1'] })
    plan.steps[0]!.recipe!.plan.params = params
    const runner = await world.runner({
      a: ({ context, step }) => {
        context.set('x.a_v1', (step.args as { sum: number }).sum)
        context.set('x.b_v1', 1)
      },
    })
    const { status, context } = await (await runner.start(plan)).result
    expect([status, context.get('x.a_v1'), context.has('x.b_v1')]).toEqual(['completed', 7, false])
    const missing = await (await runner.start(outer([{ name: 'c' }], { keys: ['x.a_v1'] }))).result
    expect(missing.error).toMatchObject({ code: 'STEP_KEY_MISSING', details: { missing: ['x.a_v1'] } })
    plan.steps[0]!.recipe!.params = { day: 'monday' }
    expect((await (await runner.start(structuredClone(plan))).result).error).toMatchObject({ code: 'PARAMS_INVALID' })
  })

  it('fails its step with what failed in it; a retry goes on with the same run', async () => {
    let tries = 0
    const runner = await world.runner({
      b: () => {
        if (++tries < 3) throw new Error('kaputt')
      },
    })
    const retry = { max: 2, delayMs: 10, backoff: 'fixed' as const, factor: 1, maxDelayMs: 10, jitter: 0, on: ['STEP_FAILED'] }
    const handle = await runner.start(outer([{ name: 'a' }, { name: 'b' }], {}, { retry }))
    await world.clock.advance(100)
    const { error, failedStep } = await handle.result
    const [child = '', ...others] = await children()
    expect([failedStep, others]).toEqual(['sub', []])
    expect(error).toEqual({
      code: 'CHILD_RUN_FAILED',
      message: `Run ${child} of "inner" failed at step "b": kaputt`,
      fix: `lorc explain ${child}`,
      details: { code: 'STEP_FAILED', runId: child, step: 'b' },
    })
    const again = await runner.resume(handle.runId)
    expect(await again.result).toMatchObject({ status: 'completed' })
    expect(await children()).toEqual([child])
    expect(runner.begun).toEqual(['a#1', 'b#1', 'b#2', 'b#3', 'after#1'])
  })

  it('shows in its log what the step printed that failed it', async () => {
    const print: Script = ({ logPath }) => {
      appendFileSync(logPath, `${'x'.repeat(5000)}\none\n\ntwo\nthree\nfour\nfive\n`)
      throw new Error('kaputt')
    }
    const runner = await world.runner({ b: print, silent: () => { throw new Error('kaputt') } })
    const logOf = async (step: string): Promise<string> => {
      const handle = await runner.start(outer([{ name: 'a' }, { name: step }]))
      const [link = '', ...rest] = (await handle.result, readFileSync(handle.logPath('sub', 1), 'utf8')).split('\n')
      return [link.replace(/run_\S+/g, 'ID'), ...rest.map((line) => line.replace(/run_\S+/g, 'ID:'))].join('\n')
    }
    expect(await logOf('b')).toBe('run ID of inner: lorc explain ID\nrun ID: failed\n  two\n  three\n  four\n  five\n')
    expect(await logOf('silent')).toBe('run ID of inner: lorc explain ID\nrun ID: failed\n')
  })

  it('goes on where it was after a crash', async () => {
    const killed = await world.runner({ b: untilEnded })
    const handle = await killed.start(outer([{ name: 'a' }, { name: 'b' }]))
    await until(() => killed.begun.includes('b#1'))
    const [child = ''] = await children()
    await killed.close()
    for (const run of [handle.runId, child]) {
      expect((await world.store.get(run))?.status).toBe('running')
      expect(await world.types(run)).not.toContain('run.cancel_requested')
      await world.orphan(run)
    }
    const runner = await world.runner()
    expect(await (await runner.resume(handle.runId)).result).toMatchObject({ status: 'completed' })
    expect([runner.begun, await children()]).toEqual([['b#2', 'after#1'], [child]])
  })

  it('begins under the name that was recorded when the crash came between', async () => {
    const killed = await world.runner()
    const store = { ...world.store, get: () => Promise.reject(new Error('the plug was pulled')) }
    const half = await world.runner({}, { store })
    const handle = await half.start(outer([{ name: 'a' }]))
    await until(async () => (await world.types(handle.runId)).includes('step.failed'))
    const linked = (await world.events(handle.runId)).find(({ type }) => type === 'step.linked') as unknown as { runId: string }
    expect(await children()).toEqual([])
    const again = await killed.resume(handle.runId)
    expect(await again.result).toMatchObject({ status: 'completed' })
    expect(await children()).toEqual([linked.runId])
  })

  it('is cancelled with its step, by a person and by a time limit', async () => {
    const runner = await world.runner({ a: untilEnded })
    const handle = await runner.start(outer([{ name: 'a' }]))
    await until(() => runner.begun.includes('a#1'))
    handle.cancel({ by: 'ann', reason: 'enough' })
    expect(await handle.result).toMatchObject({ status: 'cancelled', steps: [{ status: 'cancelled' }, {}] })
    const [child = ''] = await children()
    expect((await world.events(child)).find(({ type }) => type === 'run.cancel_requested')).toMatchObject({
      by: `step sub of ${handle.runId}`,
      reason: 'Cancelled: the run was cancelled by ann.',
    })
    expect((await world.store.get(child))?.status).toBe('cancelled')
    const limited = await runner.start(outer([{ name: 'a' }], {}, { timeoutMs: 50 }))
    await until(() => runner.begun.length === 2)
    await world.clock.advance(60)
    expect((await limited.result).error).toMatchObject({ code: 'STEP_TIMEOUT' })
    expect((await world.store.list({ name: 'inner' })).map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
  })

  it('is killed with its step, also after it was cancelled', async () => {
    const runner = await world.runner({ a: (attempt) => until(() => attempt.graceMs === 0) })
    const handle = await runner.start(outer([{ name: 'a' }]))
    await until(() => runner.begun.includes('a#1'))
    const [child = ''] = await children()
    const asked = async () => (await world.events(child)).filter(({ type }) => type === 'run.cancel_requested')
    handle.cancel({ by: 'ann', reason: 'enough' })
    await until(async () => (await asked()).length === 1)
    handle.cancel({ by: 'ann', reason: 'enough', kill: true })
    expect(await handle.result).toMatchObject({ status: 'cancelled' })
    expect(await asked()).toMatchObject([{}, { kill: true }])
  })

  it('fails its step when somebody cancels it', async () => {
    const runner = await world.runner({ a: untilEnded })
    const handle = await runner.start(outer([{ name: 'a' }]))
    await until(() => runner.begun.includes('a#1'))
    const [child = ''] = await children()
    await runner.cancel(child, { by: 'bob', reason: 'wrong month' })
    await world.clock.advance(1000)
    expect((await handle.result).error).toMatchObject({
      code: 'CHILD_RUN_FAILED',
      message: expect.stringContaining('was cancelled') as string,
      details: { code: 'RUN_CANCELLED' },
    })
  })

  it('runs anew when its step is to run again', async () => {
    const runner = await world.runner()
    const handle = await runner.start(outer([{ name: 'a' }]))
    await handle.result
    await (await runner.resume(handle.runId, { repair: { by: 'ann', reason: 'r', from: ['sub'] } })).result
    expect(await children()).toHaveLength(2)
    expect(runner.begun).toEqual(['a#1', 'after#1', 'a#1', 'after#2'])
  })

  it('tells how far it is, and has the secrets of the run around it', async () => {
    const told: unknown[] = []
    const runner = await world.runner(
      {
        b: async () => {
          await until(() => handle.progress('sub') !== null)
          told.push(handle.progress('sub'))
          throw new Error('no entry with s3cr3t')
        },
      },
      { env: { TOKEN: 's3cr3t' } },
    )
    const handle = await runner.start({ ...outer([{ name: 'a' }, { name: 'b' }]), secrets: ['TOKEN'] })
    const { error } = await handle.result
    expect(told).toEqual([{ done: 1, total: 2 }])
    expect(error?.message).toContain('no entry with ***')
    const [child = ''] = await children()
    expect(JSON.stringify(await world.events(child))).not.toContain('s3cr3t')
  })

  it('is checked before anything runs, however deep', async () => {
    const runner = await world.runner()
    const alien = outer([{ name: 'x', type: 'recipe', recipe: { plan: inner({ name: 'deep', type: 'alien' }) } }])
    await expect(runner.start(alien)).rejects.toMatchObject({ code: 'STEP_NO_EXECUTOR', details: { step: 'deep' } })
    const secret = outer([{ name: 'x' }])
    secret.steps[0]!.recipe!.plan.secrets = ['NOWHERE']
    await expect(runner.start(secret)).rejects.toMatchObject({ code: 'SECRET_MISSING' })
    let plan = inner({ name: 'leaf' })
    for (let depth = 0; depth < 17; depth += 1) plan = inner({ name: 'x', type: 'recipe', recipe: { plan } })
    await expect(runner.start(plan)).rejects.toMatchObject({ code: 'PLAN_INVALID', message: expect.stringContaining('16 deep') as string })
    expect(await world.store.list()).toEqual([])
    const none = await (await runner.start(scriptedPlan({ name: 'x', type: 'recipe' }))).result
    expect(none.error?.message).toBe('Step "x" has no field `recipe`.')
  })
})
