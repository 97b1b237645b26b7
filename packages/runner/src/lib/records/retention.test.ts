import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '../plan.ts'
import { RunWorld, scriptedPlan } from '../run-world.fixture.ts'
import { createMemoryStore } from '../stores/memory.ts'
import type { RunFilter, RunStore, RunSummary } from '../store.ts'
import { prunableRuns, pruneRuns } from './retention.ts'

const DAY = 86_400_000

describe('what may go', () => {
  const NOW = 1000 * DAY
  const run = (runId: string, daysAgo: number, more: Partial<RunSummary> = {}): RunSummary => ({
    runId,
    name: 'daily',
    status: 'completed',
    createdAt: NOW - daysAgo * DAY,
    endedAt: null,
    recipe: null,
    planHash: '',
    steps: 1,
    error: null,
    parent: null,
    ...more,
  })

  /** Lists these, the newest first, in pages as a store does. */
  function storeOf(runs: readonly RunSummary[]): RunStore {
    const sorted = [...runs].sort((a, b) => b.createdAt - a.createdAt)
    const list = async ({ limit = 50, before }: RunFilter = {}) => {
      const from = before === undefined ? 0 : sorted.findIndex(({ runId }) => runId === before) + 1
      return sorted.slice(from, from + limit)
    }
    return { ...createMemoryStore(), list }
  }
  const idsOf = async (runs: readonly RunSummary[], keepMs: number | null, keepLast: number, name?: string) =>
    (await prunableRuns(storeOf(runs), { keepMs, keepLast, name, now: NOW })).runs.map(({ runId }) => runId)

  it('is what neither age nor place keeps', async () => {
    const runs = [run('a', 50), run('b', 40), run('c', 20), run('d', 10)]
    expect(await idsOf(runs, 30 * DAY, 1)).toEqual(['b', 'a'])
    expect(await idsOf(runs, 30 * DAY, 3)).toEqual(['a'])
    expect(await idsOf(runs, null, 2)).toEqual(['b', 'a'])
    expect(await idsOf(runs, 0, 0)).toEqual(['c', 'b', 'a'])
  })

  it('is of each recipe by itself, or of one alone', async () => {
    const runs = [run('a', 50), run('b', 40), run('x', 300, { name: 'yearly' }), run('y', 200, { name: 'yearly' })]
    expect(await idsOf(runs, 30 * DAY, 1)).toEqual(['a', 'x'])
    expect(await idsOf(runs, 30 * DAY, 1, 'yearly')).toEqual(['x'])
  })

  it('is none where a bound is misspelt, or is no bound', async () => {
    const bounds = { keepMs: 0, keepLast: 1, now: NOW }
    for (const [wrong, message] of [
      [{ ...bounds, nam: 'daily' }, 'pruneRuns has no option `nam`.'],
      [{ ...bounds, keepLast: '100' }, "`keepLast` is a whole number, 0 or more, not '100'."],
      [{ keepMs: 0, now: NOW }, '`keepLast` is a whole number, 0 or more, not undefined.'],
    ] as const) {
      await expect(prunableRuns(storeOf([run('a', 9), run('b', 8)]), wrong as typeof bounds)).rejects.toMatchObject({ code: 'RUN_OPTION_INVALID', message })
    }
  })

  it('is never a run that goes on', async () => {
    expect(await idsOf([run('a', 50, { status: 'running' }), run('b', 40), run('c', 1)], 30 * DAY, 1)).toEqual(['b'])
  })

  it('takes the runs of its steps with it, and leaves those of others', async () => {
    const parent = (runId: string) => ({ name: 'inner', parent: { runId, step: 's' } })
    const runs = [run('a', 50), run('a1', 49, parent('a')), run('a2', 48, { ...parent('a1'), status: 'running' }), run('b', 40), run('b1', 39, parent('b')), run('lone', 38, parent('gone'))]
    expect(await idsOf(runs, 30 * DAY, 1)).toEqual(['a1', 'a'])
  })

  it('is found in any number of runs', async () => {
    const runs = Array.from({ length: 2500 }, (_, i) => run(`r${i}`, i))
    expect((await prunableRuns(storeOf(runs), { keepMs: null, keepLast: 2000, now: NOW })).of).toBe(2500)
    expect(await idsOf(runs, null, 2000)).toHaveLength(500)
  })
})

describe('a removal', () => {
  let world: RunWorld
  beforeEach(() => (world = new RunWorld()))
  afterEach(() => world.remove())

  it('takes runs, results and compiled recipes, and leaves what is held', async () => {
    const runner = await world.runner({})
    const start = async (of: Plan) => {
      const { runId, result } = await runner.start(of)
      await result
      await world.clock.leap(DAY)
      return runId
    }
    const plan = scriptedPlan({ name: 'a' })
    const [first, held, last] = [await start(plan), await start(plan), await start(plan)]
    await world.orphan(held)
    const plans = join(world.workspace, '.lorc/plans')
    mkdirSync(plans, { recursive: true })
    for (const [name, at] of [['old.json', 0], ['new.json', world.clock.now()]] as const) {
      writeFileSync(join(plans, name), '{}')
      utimesSync(join(plans, name), at / 1000, at / 1000)
    }
    const pruned = await pruneRuns(runner, join(world.workspace, '.lorc'), { keepMs: DAY / 2, keepLast: 1, now: world.clock.now() })
    expect(pruned).toEqual({ runIds: [first], stayed: 1, bytes: 0, cachedResults: 0, compiledRecipes: 1, undeleted: [] })
    expect([existsSync(join(plans, 'old.json')), existsSync(join(plans, 'new.json'))]).toEqual([false, true])
    expect((await world.store.list()).map(({ runId }) => runId)).toEqual([last, held])
    expect(await pruneRuns(runner, join(world.workspace, 'none'), { keepMs: null, keepLast: 5, now: 0 })).toMatchObject({ runIds: [], compiledRecipes: 0 })
    await runner.close()
  })
})
