import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Script } from './testing/scripted-executor.ts'
import { RunWorld, scriptedPlan } from './run-world.fixture.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

describe('cache', () => {
  it('puts back what a completed step with the same key left', async () => {
    const run = await world.runner({ a: ({ context }) => context.set('a.x_v1', 7) })
    const plan = scriptedPlan({ name: 'a', cache: { mode: 'key', key: 'k1' } })
    await (await run.start(plan)).result
    const result = await (await run.start(plan)).result
    expect(run.begun).toEqual(['a#1'])
    expect(result.context.get('a.x_v1')).toBe(7)
    expect(result.steps[0]).toMatchObject({ status: 'completed', cached: true })
    await (await run.start(scriptedPlan({ name: 'a', cache: { mode: 'key', key: 'k2' } }))).result
    expect(run.begun).toEqual(['a#1', 'a#1'])
  })

  it('keeps no result that is of an input as it was while the step ran', async () => {
    const input = join(world.workspace, 'in.txt')
    let meanwhile = ''
    const run = await world.runner({ a: () => writeFileSync(input, meanwhile || 'one') })
    const plan = scriptedPlan({ name: 'a', inputs: ['in.txt'], cache: { mode: 'auto' } })
    const startWith = async (text: string): Promise<unknown> => {
      writeFileSync(input, 'one')
      meanwhile = text
      return (await (await run.start(plan)).result).steps[0]!.cached
    }
    expect([await startWith('two'), await startWith('one'), await startWith('one')]).toEqual([false, false, true])
  })

  it('keeps no result of code that was changed after the run began', async () => {
    const module = join(world.workspace, 'step.mjs')
    let change = ''
    const run = await world.runner({ edit: () => void (change && writeFileSync(module, change)) })
    const plan = scriptedPlan({ name: 'load', type: 'node', module: 'step.mjs', function: 'load' }, { name: 'edit' }, { name: 'use', type: 'node', module: 'step.mjs', function: 'use', cache: { mode: 'auto' } })
    const text = (n: number): string => `export const load = () => {}; export const use = (ctx) => ctx.set('a.use_v1', ${n})`
    writeFileSync(module, text(1))
    const values: unknown[] = []
    for (const next of [text(2), '', '']) {
      change = next
      const result = await (await run.start(plan)).result
      expect(result.error).toBeNull()
      values.push([result.context.get('a.use_v1'), result.steps[2]!.cached])
    }
    expect(values).toEqual([[1, false], [2, false], [2, true]])
  })

  it('gives a run files of its own, whether they come from the cache or from the run that it goes on from', async () => {
    const files: Script = ({ artifactsDir }) => {
      mkdirSync(join(artifactsDir, 'deep'), { recursive: true })
      writeFileSync(join(artifactsDir, 'deep/out.txt'), 'text')
    }
    const run = await world.runner({ a: files })
    const first = await run.start(scriptedPlan({ name: 'a', cache: { mode: 'key', key: 'k1' } }, { name: 'b' }))
    await first.result
    const cached = await run.start(first.plan)
    await cached.result
    const imported = await run.start(first.plan, { resumeFrom: ['b'], fromRun: cached.runId })
    for (const { runId, result } of [cached, imported]) {
      const path = `runs/${runId}/artifacts/a/deep/out.txt`
      expect((await result).steps[0]).toMatchObject({ status: 'completed', artifacts: [{ path, bytes: 4 }] })
      expect(readFileSync(join(world.workspace, path), 'utf8')).toBe('text')
    }
    expect((await imported.result).steps[0]).toMatchObject({ importedFrom: cached.runId })
    expect(run.begun).toEqual(['a#1', 'b#1', 'b#1', 'b#1'])
    rmSync(join(world.workspace, 'runs'), { recursive: true })
    expect((await (await run.start(first.plan, { resumeFrom: ['b'] })).result).status).toBe('completed')
  })

  it('misses when a file is gone or changed', async () => {
    const run = await world.runner({
      a: () => {
        writeFileSync(join(world.workspace, 'out.txt'), 'hello')
        return { status: 'ok', outputs: ['out.txt'] }
      },
    })
    const plan = scriptedPlan({ name: 'a', cache: { mode: 'key', key: 'k' } })
    for (const spoil of [() => {}, () => {}, () => writeFileSync(join(world.workspace, 'out.txt'), 'HELLO'), () => rmSync(join(world.workspace, 'out.txt'))]) {
      spoil()
      await (await run.start(plan)).result
    }
    expect(run.begun).toHaveLength(3)
  })

  it('checks with auto what the step read', async () => {
    const source = { value: 1 }
    const run = await world.runner({
      a: ({ context }) => context.set('a.x_v1', source.value),
      b: ({ context }) => context.set('b.y_v1', (context.get('a.x_v1') as number) * 10),
    })
    const plan = scriptedPlan({ name: 'a' }, { name: 'b', cache: { mode: 'auto' } })
    const values = []
    for (const value of [1, 1, 2, 1]) {
      source.value = value
      values.push((await (await run.start(plan)).result).context.get('b.y_v1'))
    }
    expect(values).toEqual([10, 10, 20, 10])
    expect(run.begun.filter((step) => step === 'b#1')).toHaveLength(2)
    await (await run.start(scriptedPlan({ name: 'a' }, { name: 'b', cache: { mode: 'auto' }, args: { n: 1 } }))).result
    expect(run.begun.filter((step) => step === 'b#1')).toHaveLength(3)
  })
})

it('misses with auto when the step listed the keys and there are others now', async () => {
  const keys = ['a.x_v1']
  const run = await world.runner({
    a: ({ context }) => keys.forEach((key) => context.set(key, 1)),
    b: ({ context }) => context.set('b.count_v1', context.keys().length),
  })
  const plan = scriptedPlan({ name: 'a' }, { name: 'b', cache: { mode: 'auto' } })
  const counts = []
  for (const more of ['a.x_v1', 'a.y_v1', 'a.y_v1']) {
    if (!keys.includes(more)) keys.push(more)
    counts.push((await (await run.start(plan)).result).context.get('b.count_v1'))
  }
  expect(counts).toEqual([1, 2, 2])
  expect(run.begun.filter((step) => step === 'b#1')).toHaveLength(2)
})
