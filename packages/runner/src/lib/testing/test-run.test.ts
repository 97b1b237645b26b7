import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { definePlan } from '../plan-builder/define.ts'
import { fail, ok, sleep, type StepScript } from './step-script.ts'
import { startTestRun, testRun } from './test-run.ts'

const retry = { max: 3, delayMs: 60_000 }
const plan = definePlan('p', { params: { day: 'string' } })
  .node('load', { module: 'x.ts', args: ({ params }) => ({ day: params.day }), retry })
  .shell('each', { script: 'x.sh', forEach: '["a", "b"]' })
  .python('sum', { module: 'x', function: 'X' })
  .build()
const params = { day: 'mon' }

describe('a run in a test', () => {
  it('does what the scripts say, in no time, and tells it as lines', async () => {
    const seen: unknown[] = []
    const run = await testRun(plan, {
      params,
      steps: {
        load: [fail('TIMEOUT'), (ctx, given, { attempt, name, idempotencyKey }) => {
          ctx.set('a.rows_v1', [1, 2])
          seen.push(given, attempt, name, idempotencyKey.endsWith('/load'))
        }],
        each: (_, __, { item, index, plan: { type } }) => ok({ set: { 'a.item_v1': `${JSON.stringify(item)}${index} ${type}` } }),
        sum: sleep(3_600_000, ok({ meta: { sum: 3 } })),
      },
    })
    expect(run.journal).toEqual([
      'load started',
      'load failed: TIMEOUT, again in 60000 ms',
      'load started again (2)',
      'load completed',
      'each has 2 items',
      'each[0] started',
      'each[1] started',
      'each[0] completed',
      'each[1] completed',
      'each completed',
      'sum started',
      'sum completed',
      'run completed',
    ])
    expect([run.status, run.tookMs, run.context.get('a.item_v1')]).toEqual(['completed', 3_660_000, ['"a"0 shell', '"b"1 shell']])
    expect(seen).toEqual([{ day: 'mon' }, 2, 'load', true])
    expect(run.step('load').attempts).toBe(2)
    expect(() => run.step('laod')).toThrow('The run has no step "laod"')
    expect(run.events[0]?.type).toBe('run.created')
  })

  it('refuses a script that no step would play', async () => {
    const inner = definePlan('inner').node('load', { module: 'x.ts' }).build()
    const outer = definePlan('outer').recipe('day', { plan: inner, forEach: '[1]' }).approval('sure', {}).build()
    for (const [name, message, fix] of [
      ['day', '`day` runs another recipe', 'Script those: steps: { "load": ok() }.'],
      ['day[0]', '`day` runs another recipe', 'Script those'],
      ['sure', '`sure` is an approval', 'Decide it: approvals: { "sure": true }.'],
    ] as const) {
      const refused = testRun(outer, { steps: { [name]: ok(), load: ok() } })
      await expect(refused).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', message: expect.stringContaining(message) as string, fix: expect.stringContaining(fix) as string })
    }
    const { status } = await testRun(outer, { steps: { load: ok(), nobody: ok() }, approvals: { sure: true } })
    expect(status).toBe('completed')
  })

  it('completes a step whatever its function returns, and refuses what is no script', async () => {
    const given = (each: unknown) => ({ params, steps: { load: ok(), each, sum: ok() } as unknown as Record<string, StepScript> })
    const seen: unknown[] = []
    const run = await testRun(plan, given((ctx: unknown) => seen.push(ctx)))
    expect([run.step('each[0]').status, seen.length > 0]).toEqual(['completed', true])
    for (const each of [3, null, [], ['x'], {}]) {
      await expect(testRun(plan, given(each))).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', message: 'What is given for `each` is not a script.' })
    }
  })

  it('fails for a step without a script, naming it', async () => {
    const run = await testRun(plan, { params, steps: { load: ok() } })
    expect([run.status, run.failedStep]).toEqual(['failed', 'each'])
    expect(run.step('each[0]').error).toMatchObject({ code: 'TEST_STEP_UNSCRIPTED', fix: 'Give it one: steps: { "each": ok() }.' })
  })

  it('leaves nothing behind, also where it cannot begin', async () => {
    const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('lorc-test-')).length
    const before = left()
    await expect(testRun(plan)).rejects.toMatchObject({ code: 'PARAMS_INVALID' })
    await testRun(definePlan('q').step('a', { type: 'mine' }).build(), { steps: { a: ok() } })
    expect(left()).toBe(before)
  })

  it('opens recipes, and tells what is wrong with them', async () => {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-recipe-test-')))
    try {
      const file = join(folder, 'r.yaml')
      writeFileSync(join(folder, 'x.mjs'), 'export const go = () => { throw new Error("not in a test") }')
      writeFileSync(file, 'steps:\n  - { name: a, type: node, module: x.mjs, function: go }\n')
      expect((await testRun(file, { steps: { a: ok({ set: { 'a.b_v1': 1 } }) } })).context.get('a.b_v1')).toBe(1)
      writeFileSync(file, 'steps:\n  - { name: a, type: nod, module: x.mjs, function: go }\n')
      await expect(testRun(file)).rejects.toMatchObject({ code: 'RECIPE_INVALID' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('decides on approvals, lets them expire, and says when nobody decides', async () => {
    const gated = definePlan('g').approval('gate', { timeoutMs: 3 * 86_400_000 }).step('go', { type: 'x' }).build()
    const steps = { go: ok() }
    expect((await testRun(gated, { steps, approvals: { gate: true } })).journal).toEqual([
      'gate asks for approval', 'gate approved by test', 'gate completed', 'go started', 'go completed', 'run completed',
    ])
    const rejected = await testRun(gated, { steps, approvals: { gate: { approved: false, by: 'ann' } } })
    expect([rejected.error?.code, rejected.journal[1]]).toEqual(['APPROVAL_REJECTED', 'gate rejected by ann'])
    const expired = await testRun(gated, { steps })
    expect([expired.error?.code, expired.tookMs]).toEqual(['APPROVAL_TIMEOUT', 3 * 86_400_000])
    const endless = definePlan('g').approval('gate').build()
    await expect(testRun(endless)).rejects.toMatchObject({ code: 'TEST_RUN_STUCK', fix: 'Decide: approvals: { "gate": true }.' })
  })

  it('ends a step at its time limit, and a run at its own', async () => {
    const slow = definePlan('s').step('a', { type: 'x', timeoutMs: 5000 }).build()
    expect((await testRun(slow, { steps: { a: sleep(9000) } })).journal).toEqual(['a started', 'a failed: STEP_TIMEOUT', 'run failed'])
    const late = definePlan('s', { timeoutMs: 1000 }).step('a', { type: 'x' }).build()
    const run = await testRun(late, { steps: { a: sleep(9000) } })
    expect([run.error?.code, run.tookMs]).toEqual(['RUN_TIMEOUT', 1000])
  })

  it('runs recipes within recipes', async () => {
    const child = definePlan('c').step('inner', { type: 'x', retry: { max: 2, delayMs: 3000 } }).build()
    const run = await testRun(definePlan('o').recipe('sub', { plan: child }).build(), { steps: { inner: [fail('X'), ok({ set: { 'c.d_v1': 7 } })] } })
    expect([run.status, run.context.get('c.d_v1')]).toEqual(['completed', 7])
  })
})

describe('a run in a test that waits to be told', () => {
  it('goes on by so much', async () => {
    const live = await startTestRun(plan, { params, steps: { load: [fail('X'), ok()], each: ok(), sum: sleep(10) } })
    expect(live.journal().at(-1)).toBe('load failed: X, again in 60000 ms')
    await live.advance(59_999)
    expect(live.journal().at(-1)).toBe('load failed: X, again in 60000 ms')
    await live.pause()
    await live.advance(1)
    expect(live.journal().at(-1)).toBe('paused by test')
    await live.unpause()
    expect(live.journal().at(-1)).toBe('sum started')
    await live.advance(10)
    expect((await live.finish()).tookMs).toBe(60_010)
  })

  it('can be decided on, and cancelled', async () => {
    const live = await startTestRun(definePlan('g').approval('gate').step('a', { type: 'x' }).build(), { steps: { a: sleep(1e9) } })
    await live.approve('gate', { by: 'bo' })
    expect(live.journal()).toEqual(['gate asks for approval', 'gate approved by bo', 'gate completed', 'a started'])
    await live.cancel()
    expect((await live.finish()).journal.slice(-3)).toEqual(['cancel requested by test', 'a cancelled', 'run cancelled'])
    expect(live.runId).toMatch(/^run_/)
  })

  it('cannot be finished while it is paused', async () => {
    const live = await startTestRun(definePlan('g').step('a', { type: 'x' }).step('b', { type: 'x' }).build(), { steps: { a: sleep(5), b: ok() } })
    await live.pause()
    await expect(live.finish()).rejects.toMatchObject({ code: 'TEST_RUN_STUCK', message: expect.stringContaining('for something that never comes') as string })
  })
})
