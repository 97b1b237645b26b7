import { createMemoryStore, type AttemptRecord, type RunStatus, type RunStore, type RunSummary } from '@lorc/runner'
import { beforeEach, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf } from '../scripted-run.fixture.ts'

const NOW = Date.UTC(2026, 0, 31, 12)
const HOUR = 3_600_000

let store: RunStore
beforeEach(() => {
  store = createMemoryStore()
})

interface Told {
  name?: string
  hoursAgo?: number
  status?: Exclude<RunStatus, 'running'>
  steps?: readonly (readonly [step: string, tookMs: number, status?: AttemptRecord['status'], attempt?: number])[]
  parent?: RunSummary['parent']
}

let made = 0
async function keep({ name = 'daily', hoursAgo = 1, status = 'completed', steps = [['load', 100]], parent = null }: Told): Promise<void> {
  const runId = `run_${++made}`
  const createdAt = NOW - hoursAgo * HOUR
  const attempts = steps.map(([step, tookMs, became = 'completed', attempt = 1]): AttemptRecord => ({
    ...{ runId, name, step, attempt, status: became, startedAt: createdAt, endedAt: createdAt + tookMs, metrics: null },
    errorCode: null,
  }))
  const summary = { runId, name, createdAt, endedAt: null, recipe: `recipes/${name}.yaml`, planHash: 'h', steps: 3, error: null, parent }
  const driver = { id: 'd', pid: 1, startTime: '1', machine: 'm' }
  const took = attempts.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0)
  await store.commit([
    {
      ...{ runId, epoch: 1, firstSeq: 0, lines: [] },
      create: { summary: { ...summary, status: 'running' }, plan: { hash: 'h', json: '{}' }, driver },
      ended: { status, at: createdAt + took, error: null, attempts },
    },
  ])
}

async function stats(...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> {
  const io = fakeIo({ cwd: '/tmp/recipes', env: { LANG: 'C' } })
  io.time = NOW
  const exit = await main(['stats', ...words, '-C', '/tmp'], { io, engine: engineOf({ store }), version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

const flaky = [['fetch', 50, 'failed', 1], ['fetch', 60, 'completed', 2], ['load', 400], ['each[0]', 5], ['each[1]', 7]] as const

it('shows each recipe in a line, the one that ran last first', async () => {
  await keep({ name: 'weekly', hoursAgo: 9, status: 'cancelled' })
  await keep({ hoursAgo: 5, steps: [['load', 100]] })
  await keep({ hoursAgo: 4, steps: [['load', 900]], status: 'failed' })
  await keep({ hoursAgo: 3, steps: [['load', 300]] })
  expect((await stats()).stdout).toMatchInlineSnapshot(`
    "RECIPE  RUNS  SUCCESS  P50    P95    LAST       OVER TIME
    daily   3     66%      100ms  300ms  completed  : #
    weekly  1     -        -      -      cancelled
    "
  `)
  expect((await stats('--limit', '1')).stdout).not.toContain('weekly')
})

it('shows how the steps of one recipe went, and which are slow or flaky', async () => {
  for (let i = 20; i > 0; i--) {
    const steps = i === 3 ? ([['fetch', 50, 'failed'], ['load', 1, 'cached']] as const) : i % 2 === 0 ? flaky : ([['load', 200 + i]] as const)
    await keep({ hoursAgo: i, status: i === 3 ? 'failed' : 'completed', steps })
  }
  const { stdout } = await stats('daily')
  expect(stdout.replace(/since .*,/, 'since #,')).toMatchInlineSnapshot(`
    "daily: 20 runs since #, 95% completed (1 failed)
    success   ##########=#  oldest to newest, 1 or 2 runs each
    duration  #-----#---#-  p50 522ms, p95 522ms

    STEP    P50    P95    OVER TIME     TRIES  FAILED  RETRIED  CACHED
    load    400ms  400ms  #=====#===#=  19     -       -        1
    fetch   60ms   60ms   ### ##### ##  21     11      10       -
    each[]  5ms    7ms    ### ##### ##  20     -       -        -

    slowest   load: 82% of the time of all steps
    flakiest  fetch: 10 times completed after failures, once failed for good, in 11 runs
    "
  `)
  expect((await stats('daily', '-n', '1')).stdout).toContain('and 2 more that took less; --limit N shows more')
  const told = JSON.parse((await stats('daily', '--json')).stdout) as Record<string, unknown>
  expect(told).toMatchObject({
    recipe: 'daily',
    runs: 20,
    completed: 19,
    failed: 1,
    success_rate: 0.95,
    first_at: new Date(NOW - 20 * HOUR).toISOString(),
    last_at: new Date(NOW - HOUR).toISOString(),
    slowest: 'load',
    flakiest: ['fetch'],
    steps: [
      { step: 'load', runs: 20, attempts: 19, cached: 1, failures: 0 },
      { step: 'fetch', runs: 11, attempts: 21, failures: 11, recovered: 10, failed_runs: 1, p50_ms: 60, total_ms: 1150 },
      { step: 'each[]', runs: 10, attempts: 20, p50_ms: 5, p95_ms: 7 },
    ],
  })
  expect(told['over_time']).toHaveLength(12)
})

it('looks at what began since, or at the last runs', async () => {
  for (let i = 10; i > 0; i--) await keep({ hoursAgo: i * 24 })
  const runs = async (...words: string[]): Promise<unknown> =>
    (JSON.parse((await stats('daily', '--json', ...words)).stdout) as { runs: number }).runs
  expect(await runs()).toBe(10)
  expect(await runs('--since', '3d')).toBe(3)
  expect(await runs('--since', '2026-01-29T13:00Z')).toBe(1)
  expect(await runs('--last', '4')).toBe(4)
  expect((await stats('daily', '--last', '4')).stderr).toBe('the newest 4 runs; --last N looks at more\n')
  expect(await stats('daily', '--since', '1h')).toMatchObject({ exit: 0, stdout: '', stderr: 'no runs\n' })
  for (const wrong of ['soon', '2026-99-99']) expect((await stats('--since', wrong)).stderr).toContain('error[CLI_OPTION_INVALID]')
})

it('finds a recipe by its file, and proposes a name', async () => {
  await keep({})
  expect((await stats('daily.yaml')).stdout).toContain('daily: 1 run since')
  expect((await stats('dayly')).stderr).toContain('fix: did you mean `daily`?')
  expect((await stats('zzzzzz')).stderr).toMatch(/error\[CLI_RECIPE_UNKNOWN\][^]*fix: `lorc stats` shows/)
})

it('says so where there is nothing', async () => {
  expect(await stats()).toMatchObject({ exit: 0, stdout: '', stderr: 'no runs\n' })
  expect((await stats('--json')).stdout).toBe('[]\n')
})
