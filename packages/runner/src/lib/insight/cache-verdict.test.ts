import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Plan, PlanStep } from '../plan.ts'
import { createRunner } from '../create-runner.ts'
import type { CacheEntry } from '../store.ts'
import { createMemoryStore } from '../stores/memory.ts'
import { scriptedExecutor } from '../testing/scripted-executor.ts'
import { cacheVerdict } from './cache-verdict.ts'

const STEP: PlanStep = { name: 'a', type: 'node', stage: 0, cache: { mode: 'auto' } }

function entry(runId: string, createdAt: number, parts: Record<string, string>, key = 'auto:1'): CacheEntry {
  return { planName: 'demo', step: 'a', key, value: { parts }, runId, createdAt }
}

const ran = { runId: 'now', key: null, ranAt: 90 }

it('names the parts that differ from the nearest result that had been kept, old and new', () => {
  const entries = [
    entry('far', 10, { a: '0', b: '1', c: '1', d: '1' }),
    entry('near', 5, { a: '1', b: '2', gone: 'x' }),
    entry('now', 90, { a: '1', b: '3', fresh: 'y' }),
    entry('later', 99, { a: '1', b: '3', fresh: 'y' }),
  ]
  expect(cacheVerdict(STEP, ran, entries)).toEqual({
    kind: 'changed',
    nearest: { runId: 'near', at: 5 },
    differences: [
      { part: 'b', before: '2', now: '3' },
      { part: 'fresh', before: null, now: 'y' },
      { part: 'gone', before: 'x', now: null },
    ],
  })
})

it('tells a first result, one whose files were touched, one that cannot be compared, and no cache', () => {
  expect(cacheVerdict(STEP, ran, [entry('now', 90, { a: '1' })])).toEqual({ kind: 'first' })
  expect(cacheVerdict(STEP, ran, [entry('x', 1, { a: '1' }), entry('now', 90, { a: '1' })])).toEqual({ kind: 'files', nearest: { runId: 'x', at: 1 } })
  expect(cacheVerdict(STEP, ran, [entry('x', 1, { a: '1' })])).toEqual({ kind: 'unknown' })
  expect(cacheVerdict({ name: 'a', type: 'node', stage: 0 }, ran, [])).toEqual({ kind: 'off' })
})

it('tells whose result was taken', () => {
  const hit = { runId: 'now', key: 'auto:1', ranAt: 90 }
  const entries = [entry('x', 1, {}), entry('y', 50, {}), entry('z', 60, {}, 'auto:2'), entry('later', 99, {})]
  expect(cacheVerdict(STEP, hit, entries)).toEqual({ kind: 'hit', from: { runId: 'y', at: 50 } })
  expect(cacheVerdict(STEP, hit, [])).toEqual({ kind: 'hit', from: null })
})

it('knows of a real run what changed since the one before', async () => {
  const workspace = await realpath(await mkdtemp(join(tmpdir(), 'lorc-verdict-')))
  const store = createMemoryStore()
  const runner = await createRunner({ workspace, store, executors: [scriptedExecutor()] })
  const plan = (upto: number): Plan => ({
    lorc: 1,
    name: 'demo',
    steps: [{ name: 'a', type: 'scripted', stage: 0, args: { upto }, cache: { mode: 'auto' } }],
  })
  const runs = []
  for (const upto of [1, 2]) runs.push(await (await runner.start(plan(upto))).result)
  const verdict = cacheVerdict(plan(2).steps[0]!, { runId: runs[1]!.runId, key: null, ranAt: null }, await store.cacheEntries('demo', 'a'))
  expect(verdict).toMatchObject({ kind: 'changed', nearest: { runId: runs[0]!.runId }, differences: [{ part: 'args.upto', before: '1', now: '2' }] })
  await runner.close()
  await rm(workspace, { recursive: true })
})
