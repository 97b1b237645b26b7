import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StartOptions } from '../api.ts'
import type { Attempt, AttemptOutcome } from '../executor.ts'
import type { Plan, PlanStep } from '../plan.ts'
import { createRunner } from '../create-runner.ts'
import type { RunPreview } from './preview.ts'
import type { RunStore } from '../store.ts'
import { createMemoryStore } from '../stores/memory.ts'

let root: string
let store: RunStore
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-preview-')))
  store = createMemoryStore()
})
afterEach(() => rmSync(root, { recursive: true }))

const auto = { cache: { mode: 'auto' as const } }
const planOf = (...steps: (Partial<PlanStep> & { name: string })[]): Plan => ({
  lorc: 1,
  name: 'demo',
  steps: steps.map((step, stage) => ({ type: 'node', stage, ...step })),
})

type Work = Record<string, (attempt: Attempt) => void>

async function withRunner<T>(work: Work, use: (runner: Awaited<ReturnType<typeof createRunner>>) => Promise<T>): Promise<T> {
  const execute = (attempt: Attempt): AttemptOutcome => {
    work[attempt.step.name]?.(attempt)
    return { status: 'ok', outputs: null }
  }
  const executors = [{ types: ['node'], execute, close: async () => {} }]
  const runner = await createRunner({ workspace: root, store, executors, concurrency: 2 })
  try {
    return await use(runner)
  } finally {
    await runner.close()
  }
}

const run = (plan: Plan, work: Work = {}, options: StartOptions = {}): Promise<string> =>
  withRunner(work, async (runner) => (await (await runner.start(plan, options)).result).runId)
const preview = (plan: Plan, options: StartOptions = {}): Promise<RunPreview> => withRunner({}, (runner) => runner.preview(plan, options))

/** Each step's decision, with its reason where that says more. */
async function told(plan: Plan, options: StartOptions = {}): Promise<unknown> {
  const { steps } = await preview(plan, options)
  return Object.fromEntries(steps.map(({ step, will, why }) => [step, { will, ...why }]))
}

describe('what a run would do', () => {
  it('is waves, without times as long as nothing has run', async () => {
    const plan = planOf({ name: 'a' }, { name: 'b' }, { name: 'c', dependsOn: ['a'], stage: 1 }, { name: 'd', dependsOn: [], stage: 0 })
    const { steps, ...rest } = await preview(plan, { params: { day: 1 } })
    expect(rest).toEqual({ concurrency: 2, params: { day: 1 }, makespanMs: null, workMs: null })
    expect(steps.map(({ step, wave, usualMs, startMs }) => [step, wave, usualMs, startMs])).toEqual([
      ['a', 0, null, null],
      ['d', 0, null, null],
      ['c', 1, null, null],
      ['b', 1, null, null],
    ])
    expect(await store.list()).toEqual([])
  })

  it('has the times that past runs tell', async () => {
    const plan = planOf({ name: 'a' }, { name: 'b' })
    await run(plan)
    const { steps, makespanMs, workMs } = await preview(planOf({ name: 'a' }, { name: 'b' }, { name: 'new' }))
    const [a, b, fresh] = steps
    expect(a).toMatchObject({ startMs: 0, endMs: a?.usualMs })
    expect(b?.startMs).toBe(a?.endMs)
    expect(fresh).toMatchObject({ usualMs: null, startMs: b?.endMs })
    expect(makespanMs).toBe(fresh?.endMs)
    expect(workMs).toBeCloseTo(makespanMs ?? 0)
  })

  it('follows the options, and refuses what a start refuses', async () => {
    const plan = planOf({ name: 'a' }, { name: 'b' }, { name: 'c' })
    const source = await run(plan)
    expect(await told(plan, { only: ['b'] })).toMatchObject({
      a: { will: 'skipped', reason: 'not named by --only' },
      b: { will: 'run', kind: 'no_cache' },
    })
    expect(await told(plan, { resumeFrom: ['b'] })).toMatchObject({ a: { will: 'imported', runId: source }, b: { will: 'run' }, c: { will: 'run' } })
    await expect(preview(plan, { only: ['nope'] })).rejects.toMatchObject({ code: 'RUN_STEP_UNKNOWN' })
  })
})

describe('the cache', () => {
  const load: Work = { load: ({ context }) => void context.set('demo.rows_v1', [1]), stats: ({ context }) => void context.get('demo.rows_v1') }

  it('spares what is unchanged, and follows what that writes', async () => {
    const plan = planOf({ name: 'load', ...auto }, { name: 'stats', ...auto })
    expect(await told(plan)).toMatchObject({ load: { will: 'run', kind: 'first' }, stats: { will: 'run', kind: 'first' } })
    const runId = await run(plan, load)
    expect(await told(plan)).toMatchObject({ load: { will: 'cached', runId }, stats: { will: 'cached', runId } })
    expect(await preview(plan)).toMatchObject({ makespanMs: 0 })
  })

  it('is named for what changed, and leaves open what depends on it', async () => {
    const plan = planOf({ name: 'load', ...auto, args: { upto: 1 } }, { name: 'stats', ...auto })
    const runId = await run(plan, load)
    const changed = planOf({ name: 'load', ...auto, args: { upto: 2 } }, { name: 'stats', ...auto })
    expect(await told(changed)).toMatchObject({
      load: { will: 'run', kind: 'changed', runId, parts: ['args.upto'] },
      stats: { will: 'perhaps', kind: 'values', keys: ['demo.rows_v1'] },
    })
  })

  it('does not spare what read other values, or left a file that is gone', async () => {
    const plan = planOf({ name: 'load', ...auto }, { name: 'stats', ...auto })
    const runId = await run(plan, load)
    expect(await told(plan, { skip: ['load'] })).toMatchObject({ stats: { will: 'run', kind: 'values', runId, keys: ['demo.rows_v1'] } })
    const files = planOf({ name: 'write', ...auto, outputs: ['out.txt'] })
    const wrote = await run(files, { write: () => writeFileSync(join(root, 'out.txt'), 'x') })
    const before = await told(files)
    rmSync(join(root, 'out.txt'))
    expect([before, await told(files)]).toMatchObject([
      { write: { will: 'cached' } },
      { write: { will: 'run', kind: 'file', runId: wrote, path: 'out.txt' } },
    ])
  })

  it('is left open for a step whose inputs a step before it may write anew', async () => {
    const reading = (...inputs: string[]): Plan =>
      planOf({ name: 'fetch', outputs: ['./data/day.csv'], stage: 0 }, { name: 'read', ...auto, inputs, stage: 1 })
    writeFileSync(join(root, 'other.csv'), 'x')
    const fetch = (): void => (mkdirSync(join(root, 'data'), { recursive: true }), writeFileSync(join(root, 'data/day.csv'), 'x'))
    for (const inputs of ['data/day.csv', 'data', 'data/*.csv', '**/*.csv']) {
      await run(reading(inputs), { fetch })
      expect(await told(reading(inputs))).toMatchObject({ fetch: { will: 'run' }, read: { will: 'perhaps', kind: 'template' } })
      expect(await told(reading(inputs), { skip: ['fetch'] })).toMatchObject({ read: { will: 'cached' } })
    }
    for (const inputs of ['other.csv', 'dat', 'o*.csv']) {
      await run(reading(inputs), { fetch })
      expect(await told(reading(inputs))).toMatchObject({ fetch: { will: 'run' }, read: { will: 'cached' } })
    }
  })

  it('goes by a key where one is given', async () => {
    const keyed = (key: string): Plan => planOf({ name: 'load', cache: { mode: 'key', key } })
    const runId = await run(keyed('v1'))
    expect(await told(keyed('v1'))).toMatchObject({ load: { will: 'cached', runId } })
    expect(await told(keyed('v2'))).toMatchObject({ load: { will: 'run', kind: 'changed', parts: ['key'] } })
    expect(await told(keyed('${{ params.day }}'))).toMatchObject({ load: { will: 'perhaps', kind: 'template' } })
  })

  it('is left open for a step that looked at the list of keys', async () => {
    const plan = planOf({ name: 'first' }, { name: 'list', ...auto })
    await run(plan, { list: ({ context }) => void context.keys() })
    expect((await told(plan)) as object).toMatchObject({ list: { will: expect.stringMatching(/cached|perhaps/) as string } })
  })
})
