import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonValue } from './json.ts'
import type { Plan } from './plan.ts'
import { type Script } from './testing/scripted-executor.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

describe('a file that two steps put out', () => {
  const write: Script = ({ step, context }) => {
    context.set(`x.${step.name.replace(/\W/g, '_').replace(/_$/, '')}_v1`, 1)
    writeFileSync(join(world.workspace, 'out.txt'), step.name)
    return { status: 'ok', outputs: ['out.txt'] }
  }
  const together = scriptedPlan({ name: 'a', stage: 0 }, { name: 'b', stage: 0 })

  it('fails the one that ends later where they ran at the same time, and nothing that it wrote counts', async () => {
    const { status, failedStep, error, context } = await (await (await world.runner({ a: write, b: write })).start(together)).result
    const first = failedStep === 'a' ? 'b' : 'a'
    expect({ status, error }).toEqual({
      status: 'failed',
      error: {
        code: 'STEP_OUTPUT_CONFLICT',
        message: `out.txt was written by ${first} and by ${failedStep}, which ran at the same time.`,
        fix: 'Let one depend on the other, let each write a file of its own, or choose last_write_wins.',
        details: { path: 'out.txt', step: first },
      },
    })
    expect(context.keys()).toEqual([`x.${first}_v1`])
  })

  it('is a conflict of items, too', async () => {
    const { error } = await (await (await world.runner({ 'a[0]': write, 'a[1]': write })).start(scriptedPlan({ name: 'a', forEach: { items: '[0, 1]' } }))).result
    expect(error).toMatchObject({ code: 'STEP_ITEMS_FAILED', message: expect.stringMatching(/out.txt was written by a\[.\] and by a\[.\]/) as string })
  })

  it('is fine where one waits for the other, or the last write wins', async () => {
    const one = await world.runner({ a: write, b: write })
    const statusOf = async (plan: Plan): Promise<string> => (await (await one.start(plan)).result).status
    expect(await statusOf(scriptedPlan({ name: 'a' }, { name: 'b' }))).toBe('completed')
    expect(await statusOf({ ...together, conflict: 'last_write_wins' })).toBe('completed')
  })
})

describe('_runner.step_metrics_v1', () => {
  it('shows a step what the ones before it cost, and is nobody’s output', async () => {
    const seen: unknown[] = []
    const run = await world.runner({ b: ({ context }) => void seen.push(context.get('_runner.step_metrics_v1'), context.has('_runner.step_metrics_v1'), context.keys()) })
    const { context } = await (await run.start(scriptedPlan({ name: 'a' }, { name: 'b' }))).result
    expect(seen).toEqual([{ a: expect.objectContaining({ status: 'completed', attempts: 1, wall_ms: 0, exit_code: null }) as unknown }, true, []])
    expect(context.keys()).toEqual([])
  })

  it('tells when they ran, and which of them did not, as the cache or another run had them', async () => {
    const seen: JsonValue[] = []
    const run = await world.runner({ b: ({ context }) => void seen.push(context.get('_runner.step_metrics_v1')!) })
    const plan = scriptedPlan({ name: 'a', cache: { mode: 'key', key: 'k' } }, { name: 'b' })
    for (const _ of [1, 2]) await (await run.start(plan)).result
    await (await run.start(plan, { resumeFrom: ['b'] })).result
    const times = { started_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown, ended_at: expect.stringMatching(/^\d{4}-.*Z$/) as unknown }
    expect(seen).toMatchObject([
      { a: { cached: false, imported_from: null, wall_ms: 0, ...times } },
      { a: { status: 'completed', cached: true, wall_ms: null, ...times } },
      { a: { status: 'completed', imported_from: expect.stringMatching(/^run_/) as unknown, wall_ms: null } },
    ])
  })
})

describe('outputs', () => {
  it('records files with their hash', async () => {
    const run = await world.runner({
      a: () => {
        writeFileSync(join(world.workspace, 'out.txt'), 'hello')
        return { status: 'ok', outputs: ['out.txt'], meta: { rows: 1 } }
      },
    })
    const handle = await run.start(scriptedPlan({ name: 'a' }))
    const { steps } = await handle.result
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    expect(steps[0]!.artifacts).toEqual([{ path: 'out.txt', bytes: 5, sha256 }])
    expect((await world.events(handle.runId)).find((event) => event.type === 'step.completed')).toMatchObject({ meta: { rows: 1 } })
  })
})

describe('the context', () => {
  it('is the same live and from the journal, times and late writes included', async () => {
    const now = world.clock.now.bind(world.clock)
    let ticks = 0
    world.clock.now = () => now() + ticks++
    const run = await world.runner({
      a: ({ context }) => {
        writeFileSync(join(world.workspace, 'out.txt'), 'hello')
        setImmediate(() => context.set('a.late_v1', 2))
        context.set('a.early_v1', 1)
        return { status: 'ok', outputs: ['a.early_v1', 'out.txt'] }
      },
    })
    const handle = await run.start(scriptedPlan({ name: 'a' }))
    const { context } = await handle.result
    expect(context.get('a.late_v1')).toBe(2)
    expect((await run.view(handle.runId)).context.toJSON()).toEqual(context.toJSON())
  })
})
