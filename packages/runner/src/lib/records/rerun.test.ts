import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { StartOptions } from '../api.ts'
import type { Attempt } from '../executor.ts'
import type { Plan } from '../plan.ts'
import { RunWorld, scriptedPlan } from '../run-world.fixture.ts'
import type { Script } from '../testing/scripted-executor.ts'
import { rerunOf } from './rerun.ts'
import { diffRuns } from './run-diff.ts'
import { readRunRecord } from './run-record.ts'

let world: RunWorld
beforeEach(() => (world = new RunWorld()))
afterEach(() => world.remove())

const set = (key: string, value: (attempt: Attempt) => unknown): Script => (attempt) => attempt.context.set(key, value(attempt))
const plan = scriptedPlan({ name: 'draw' }, { name: 'sum' })

async function start(of: Plan, options: StartOptions, scripts: Record<string, Script>) {
  const runner = await world.runner(scripts)
  const { runId, result } = await runner.start(of, options)
  const { status } = await result
  await runner.close()
  return { runId, status, begun: runner.begun }
}

/** Runs it again; how it differs. */
async function again(runId: string, scripts: Record<string, Script>) {
  const { plan: same, options, mended } = await rerunOf(world.store, runId)
  const run = await start(same, options, scripts)
  const diff = diffRuns(await readRunRecord(world.store, runId), await readRunRecord(world.store, run.runId))
  return { ...run, diff, mended, options }
}

it('runs the same again, with the seed that the run had, whether it was given one or not', async () => {
  const scripts = { draw: set('x.drawn_v1', ({ seed }) => seed) }
  for (const options of [{ seed: 7 }, {}]) {
    const { runId } = await start(plan, { ...options, skip: ['sum'], request: { q: 1 }, recipe: { path: 'r.yaml', sha256: 'ab' } }, scripts)
    const rerun = await again(runId, scripts)
    expect(rerun.diff).toMatchObject({ same: true, cause: null, effect: null })
    expect(rerun.begun).toEqual(['draw#1'])
    const [created] = await world.events(rerun.runId)
    expect(created).toMatchObject({ origin: { type: 'rerun', runId }, request: { q: 1 }, recipe: { path: 'r.yaml' }, options: { skip: ['sum'], noCache: true } })
  }
})

it('counts the time that a run is for as a cause where one was given', async () => {
  const [a, b, c] = [await start(plan, { time: 5 }, {}), await start(plan, { time: 7 }, {}), await start(plan, {}, {})]
  const cause = async (x: string, y: string) => diffRuns(await readRunRecord(world.store, x), await readRunRecord(world.store, y)).cause
  expect(await cause(a.runId, b.runId)).toMatchObject({ section: 'environment', difference: { name: 'time', a: '1970-01-01T00:00:00.005Z' } })
  expect([await cause(c.runId, c.runId), (await again(c.runId, {})).diff.cause]).toEqual([null, null])
})

it('is for the time that the run was for', async () => {
  const { runId } = await start(plan, { origin: { type: 'schedule', recipe: 'r.yaml', at: 5 } }, { draw: set('x.drawn_v1', ({ runTime }) => runTime) })
  const rerun = await again(runId, { draw: set('x.drawn_v1', ({ runTime }) => runTime) })
  expect([rerun.diff.same, rerun.options.time]).toEqual([true, 5])
})

it('tells where what came of it differs: values, files, steps', async () => {
  const writing = (text: string): Script => ({ artifactsDir, context, runId }) => {
    mkdirSync(artifactsDir, { recursive: true })
    writeFileSync(join(artifactsDir, 'out.txt'), text)
    context.set('x.place_v1', `runs/${runId}/artifacts`)
  }
  const { runId } = await start(plan, {}, { draw: writing('a'), sum: set('x.sum_v1', () => 1) })
  expect((await again(runId, { draw: writing('a'), sum: set('x.sum_v1', () => 1) })).diff.same).toBe(true)
  const { diff } = await again(runId, {
    draw: writing('b'),
    sum: () => {
      throw new Error('no')
    },
  })
  expect(diff).toMatchObject({
    same: false,
    artifacts: [{ name: 'runs/<run>/artifacts/draw/out.txt' }],
    context: [{ name: 'x.sum_v1', a: 1, b: undefined }],
    outcomes: [{ name: 'sum', a: 'completed', b: 'failed (STEP_FAILED)' }],
  })
})

it('takes nothing from the cache, and nor do the runs of its steps', async () => {
  const inner = scriptedPlan({ name: 'deep', cache: { mode: 'key', key: 'k' } })
  const outer = scriptedPlan({ name: 'draw', cache: { mode: 'key', key: 'k' } }, { name: 'sub', type: 'recipe', recipe: { plan: { ...inner, name: 'inner' } } })
  const { runId } = await start(outer, {}, {})
  expect((await start(outer, {}, {})).begun).toEqual([])
  expect((await again(runId, {})).begun).toEqual(['draw#1', 'deep#1'])
})

it('takes files and values that name the run which they were cached in for those of the run', async () => {
  const drawing: Script = ({ artifactsDir, context, runId }) => {
    mkdirSync(artifactsDir, { recursive: true })
    writeFileSync(join(artifactsDir, 'out.txt'), 'same')
    context.set('x.place_v1', `runs/${runId}/artifacts`)
  }
  const cached = scriptedPlan({ name: 'draw', cache: { mode: 'key', key: 'k' } })
  await start(cached, {}, { draw: drawing })
  const { runId, begun } = await start(cached, {}, {})
  expect(begun).toEqual([])
  expect((await again(runId, { draw: drawing })).diff.same).toBe(true)
})

it('takes over what the run took over from another', async () => {
  let count = 0
  const draw: Script = ({ context }) => {
    context.set('x.drawn_v1', ++count)
    return { status: 'ok', outputs: null, meta: { result: 'drawn' } }
  }
  const scripts = { draw, sum: set('x.sum_v1', ({ context }) => context.get('x.drawn_v1')) }
  const first = await start(plan, {}, scripts)
  const second = await start(plan, { resumeFrom: ['sum'], fromRun: first.runId }, scripts)
  const rerun = await again(second.runId, scripts)
  expect([rerun.begun, rerun.diff.same, count]).toEqual([['sum#1'], true, 1])
  const { steps, results } = await readRunRecord(world.store, rerun.runId)
  expect([steps[0], results]).toMatchObject([{ name: 'draw', importedFrom: first.runId }, { draw: 'drawn' }])
})

it('finds no difference between a run with items and one that took them over as one step', async () => {
  const items = scriptedPlan({ name: 'each', forEach: { items: 'params.items' } }, { name: 'sum' })
  const diffOf = async (a: string, b: string) => diffRuns(await readRunRecord(world.store, a), await readRunRecord(world.store, b))
  const first = await start(items, { params: { items: [1, 2] } }, {})
  const second = await start(items, { params: { items: [1, 2] }, resumeFrom: ['sum'], fromRun: first.runId }, {})
  expect(second.begun).toEqual(['sum#1'])
  for (const [a, b] of [[first, second], [second, first]] as const) expect(await diffOf(a.runId, b.runId)).toMatchObject({ same: true, outcomes: [] })
  const fewer = await start(items, { params: { items: [1] } }, {})
  expect((await diffOf(first.runId, fewer.runId)).outcomes).toMatchObject([{ name: 'each[1]', a: 'completed' }])
})

it('tells what people did to the run, which is not done again', async () => {
  const failing: Script = () => {
    throw new Error('no')
  }
  const { runId } = await start(plan, {}, { draw: failing })
  const runner = await world.runner({})
  const repair = { by: 'ann', reason: 'typo', set: { 'x.rate_v1': 2 }, skip: ['sum'], from: ['draw'] }
  await (await runner.resume(runId, { repair })).result
  await runner.close()
  const { mended, diff, status } = await again(runId, { draw: failing })
  expect(mended).toEqual(['ann set x.rate_v1: typo', 'ann skipped sum: typo', 'ann had draw run again: typo'])
  expect([status, diff.same]).toEqual(['failed', false])
})

it('rejects for a run that is not there', async () => {
  await expect(rerunOf(world.store, 'run_no')).rejects.toMatchObject({ code: 'RUN_UNKNOWN' })
})

it('counts a seed as a cause where one was given', async () => {
  const scripts = { draw: set('x.drawn_v1', ({ seed }) => seed) }
  const [a, b, c] = [await start(plan, { seed: 1 }, scripts), await start(plan, { seed: 2 }, scripts), await start(plan, {}, {})]
  const diff = async (x: string, y: string) => diffRuns(await readRunRecord(world.store, x), await readRunRecord(world.store, y))
  expect((await diff(a.runId, b.runId)).cause).toMatchObject({ section: 'environment', difference: { name: 'seed', a: 1, b: 2 } })
  expect((await diff(c.runId, c.runId)).cause).toBeNull()
})
