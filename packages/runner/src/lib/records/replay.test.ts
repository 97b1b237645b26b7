import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Runner } from '../api.ts'
import type { Attempt, AttemptOutcome } from '../executor.ts'
import type { Plan } from '../plan.ts'
import { RunWorld, scriptedPlan, until } from '../run-world.fixture.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { scriptedExecutor, type Script } from '../testing/scripted-executor.ts'
import { openBundle } from './bundle.ts'
import { writeBundle } from './bundle-writer.ts'
import { Replay } from './replay.ts'
import { diffRuns } from './run-diff.ts'
import { readRunRecord } from './run-record.ts'

let world: RunWorld
let elsewhere: RunWorld
beforeEach(() => {
  world = new RunWorld()
  elsewhere = new RunWorld()
})
afterEach(() => {
  world.remove()
  elsewhere.remove()
})

/** What the world outside says: each time something else. */
let asked = 0
function outside(answer: (attempt: Attempt, n: number) => AttemptOutcome) {
  return { types: ['module'], execute: (attempt: Attempt) => answer(attempt, ++asked), close: async () => undefined }
}
beforeEach(() => (asked = 0))

const answering = (attempt: Attempt, n: number): AttemptOutcome => {
  mkdirSync(attempt.artifactsDir, { recursive: true })
  writeFileSync(join(attempt.artifactsDir, 'plot.svg'), `<svg>${n}</svg>`)
  const path = `runs/${attempt.runId}/artifacts/${attempt.step.name}/plot.svg`
  return { status: 'ok', outputs: ['x.n_v1', path], writes: { 'x.n_v1': { value: { n, path }, who: 'the model' } }, meta: { path } }
}

async function record(plan: Plan, answer: typeof answering, scripts: Record<string, Script> = {}, meanwhile: (runner: Runner, runId: string) => unknown = () => undefined) {
  const runner = await world.runner({}, { executors: [scriptedExecutor(scripts), outside(answer)] })
  const { runId, result } = await runner.start(plan, { seed: 11, versions: { modules: { plot: '2.1' } } })
  await meanwhile(runner, runId)
  await result
  const file = join(world.workspace, 'b')
  await writeBundle({ store: world.store, workspace: world.workspace, logPath: (id, step, n) => runner.logPath(id, step, n) }, runId, file)
  await runner.close()
  return { runId, file }
}

async function replay(file: string, scripts: Record<string, Script> = {}, types?: readonly string[]) {
  const bundle = await openBundle(file, join(elsewhere.workspace, 'unpacked'))
  const again = new Replay(bundle, types)
  const { executors, onRun } = again.runnerOptions
  const store = createMemoryStore()
  const runner = await elsewhere.runner({}, { store, onRun, executors: [scriptedExecutor(scripts), ...executors] })
  const { handle, mended } = await again.start(runner)
  const result = await handle.result
  await runner.close()
  const diff = diffRuns(await readRunRecord(bundle, bundle.runId), await readRunRecord(store, handle.runId))
  return { result, diff, mended, store, sha256: bundle.sha256 }
}

const plan = scriptedPlan({ name: 'ask', type: 'module' }, { name: 'use' })
const use: Script = ({ context, seed }) => context.set('x.used_v1', [(context.get('x.n_v1') as { n: number }).n, seed])

it('repeats a run elsewhere with the recorded answers, files included, and asks nobody', async () => {
  const { runId, file } = await record(plan, answering, { use })
  const { result, diff, store, sha256 } = await replay(file, { use })
  expect([result.status, asked, diff.same, diff.cause]).toEqual(['completed', 1, true, null])
  const path = `runs/${result.runId}/artifacts/ask/plot.svg`
  expect(result.context.get('x.n_v1')).toEqual({ n: 1, path })
  expect(result.context.blame('x.n_v1')?.who).toBe('the model')
  expect(result.steps[0]).toMatchObject({ outputs: ['x.n_v1', path], artifacts: [{ path }] })
  expect(readFileSync(join(elsewhere.workspace, path), 'utf8')).toBe('<svg>1</svg>')
  for await (const [line] of store.read(result.runId)) expect(JSON.parse(line!)).toMatchObject({ origin: { type: 'replay', runId, sha256 }, seed: 11, versions: { modules: { plot: '2.1' } } })
})

it('tells what comes out differently: here the code that is not recorded', async () => {
  const { file } = await record(plan, answering, { use })
  const { diff } = await replay(file, { use: ({ context }) => context.set('x.used_v1', [0]) })
  expect(diff).toMatchObject({ same: false, context: [{ name: 'x.used_v1', path: '$[0]', a: 1, b: 0 }] })
})

it('answers steps of other types, too, where it is asked to', async () => {
  const { file } = await record(plan, answering, { use })
  expect((await replay(file, {}, ['module', 'scripted'])).diff.same).toBe(true)
})

it('repeats a failure, and gives the last of several answers at once', async () => {
  const no = { status: 'error', error: { code: 'MODULE_FAILED', message: 'no', details: { body: 'x' } } } as const
  const failed = await record(plan, () => no)
  const repeated = await replay(failed.file)
  expect(repeated.result).toMatchObject({ status: 'failed', failedStep: 'ask', error: { code: 'MODULE_FAILED' } })
  expect(repeated.diff.same).toBe(true)
  const retry = { max: 3, delayMs: 0, backoff: 'fixed', factor: 1, maxDelayMs: 0, jitter: 0 } as const
  const retried = await record(scriptedPlan({ name: 'ask', type: 'module', retry }), (attempt, n) => (n < 4 ? no : answering(attempt, n)), {}, async () => {
    await until(() => world.clock.nextIn !== undefined)
    for (let i = 0; i < 5; i++) await world.clock.advance(0)
  })
  const { result, diff } = await replay(retried.file)
  expect([result.steps[0]!.attempts, diff.same]).toEqual([1, true])
})

it('decides as people did, and answers within the runs of steps', async () => {
  const inner: Plan = { ...scriptedPlan({ name: 'may', type: 'approval', approval: { by: ['ann'] } }, { name: 'ask', type: 'module' }), name: 'inner' }
  const outer = scriptedPlan({ name: 'sub', type: 'recipe', recipe: { plan: inner } }, { name: 'may', type: 'approval' })
  const approve = async (runner: Runner, runId: string, approved: boolean) => {
    await until(async () => (await runner.store.get(runId)) !== undefined && (await runner.view(runId)).steps.some(({ approval }) => approval !== null))
    await runner.approve(runId, 'may', { approved, by: 'ann', reason: 'looks right' })
    await world.clock.advance(5000)
  }
  const { file } = await record(outer, answering, {}, async (runner, runId) => {
    await until(async () => (await runner.view(runId)).steps[0]!.childRun !== null)
    await approve(runner, (await runner.view(runId)).steps[0]!.childRun!, true)
    await approve(runner, runId, false)
  })
  const { result, diff } = await replay(file)
  expect([result.status, result.error?.code, asked, diff.same]).toEqual(['failed', 'APPROVAL_REJECTED', 1, true])
  expect(result.steps[1]!.approval!.decision).toMatchObject({ approved: false, by: 'ann', reason: 'looks right' })
})

it('finds the same in the folders of the runs of steps, however deep', async () => {
  const ask: Plan = { ...scriptedPlan({ name: 'ask', type: 'module' }), name: 'deep' }
  const mid: Plan = { ...scriptedPlan({ name: 'sub', type: 'recipe', recipe: { plan: ask } }), name: 'mid' }
  const { file } = await record(scriptedPlan({ name: 'early', type: 'recipe', recipe: { plan: mid } }), answering)
  const { diff, store, result } = await replay(file)
  expect([result.status, asked, diff.same, diff.effect]).toEqual(['completed', 1, true, null])
  const { context } = await readRunRecord(store, result.runId)
  expect(context.get('x.n_v1')).toEqual({ n: 1, path: 'runs/<run of early > sub>/artifacts/ask/plot.svg' })
})

it('ends where nobody had decided', async () => {
  const { file } = await record(scriptedPlan({ name: 'may', type: 'approval' }), answering, {}, (runner, runId) => runner.cancel(runId, { by: 'x', reason: 'y' }).then(() => world.clock.advance(5000)))
  const { result } = await replay(file)
  expect([result.status, result.error?.message]).toEqual(['cancelled', expect.stringContaining('nobody had decided on may')])
})

it('says which step has no recorded answer', async () => {
  const fail: Script = () => {
    throw new Error('no')
  }
  const { file } = await record(scriptedPlan({ name: 'use' }, { name: 'ask', type: 'module' }), answering, { use: fail })
  expect((await replay(file)).result.error).toMatchObject({ code: 'REPLAY_ANSWER_MISSING', details: { step: 'ask', type: 'module' } })
})

it.each<[string, (attempt: Attempt) => string, RegExp]>([
  ['is not in the bundle', ({ artifactsDir }) => join(artifactsDir, 'gone.txt'), /gone\.txt" is not in the bundle/],
  ['lies elsewhere', ({ workspace }) => join(workspace, 'out.txt'), /lies outside/],
])('refuses an answer with a file that %s', async (_, place, why) => {
  const { file } = await record(plan, (attempt) => {
    mkdirSync(attempt.artifactsDir, { recursive: true })
    writeFileSync(place(attempt), 'x')
    return { status: 'ok', outputs: [place(attempt)] }
  }, {
    use: ({ workspace, runId }) => {
      if (why.source.startsWith('gone')) writeFileSync(join(workspace, 'runs', runId, 'artifacts/ask/gone.txt'), 'changed')
    },
  })
  const { result } = await replay(file)
  expect(result.error).toMatchObject({ code: 'REPLAY_ANSWER_MISSING', message: expect.stringMatching(why) as string })
})

it('tells what people did to the recorded run', async () => {
  const runner = await world.runner({}, { executors: [scriptedExecutor({}), outside(() => ({ status: 'error', error: { code: 'X', message: 'no' } }))] })
  const { runId, result } = await runner.start(plan)
  await result
  await (await runner.resume(runId, { repair: { by: 'ann', reason: 'known', skip: ['ask'] } })).result
  const file = join(world.workspace, 'b')
  await writeBundle({ store: world.store, workspace: world.workspace, logPath: (id, step, n) => runner.logPath(id, step, n) }, runId, file)
  await runner.close()
  expect((await replay(file)).mended).toEqual(['ann skipped ask: known'])
})
