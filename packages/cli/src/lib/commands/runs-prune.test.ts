import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, createSqliteStore } from '@lorc/runner'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { planOf } from '../scripted-run.fixture.ts'

const DAY = 86_400_000
/** What the command takes for now. */
const NOW = 1_000_000
const clockAt = (time: number): Clock => ({ now: () => time, monotonic: () => 0, sleep: () => () => undefined })

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-prune-')))
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

async function keep(name: string, ...daysAgo: number[]): Promise<void> {
  for (const days of daysAgo) {
    await runs.run({ ...planOf({ name: 'a', cache: { mode: 'key', key: String(days) } }), name }, {}, { clock: clockAt(NOW - days * DAY) })
  }
}
const left = async (): Promise<string[]> =>
  (await runs.store.list()).map(({ name, createdAt }) => `${name} ${(NOW - createdAt) / DAY}`)
const prune = (...words: string[]): Promise<{ exit: number; stdout: string; stderr: string }> => runs.lorc('runs', 'prune', ...words)

it('removes what is older, but the last of each recipe', async () => {
  await keep('daily', 50, 40, 20, 10)
  await keep('yearly', 300, 200)
  const dry = await prune('--keep', '30d', '--dry-run')
  const dryIds = JSON.stringify([...dry.stdout.matchAll(/^run_\S+/gm)].map(([id]) => id))
  expect(dry.stdout).toMatch(/^would remove 3 of 6 runs\nrun_\S+ {2}daily, begun /)
  expect(await left()).toHaveLength(6)
  expect(JSON.parse((await prune('--keep', '30d', '--keep-last', '3', '--dry-run', '--json')).stdout)).toMatchObject({ runs: [expect.any(String)] })
  expect((await prune('--keep', '30d')).stdout).toMatch(/^removed 3 runs: \d.* freed\n$/)
  expect(await left()).toEqual(['daily 10', 'daily 20', 'yearly 200'])
  const [asked, done] = (await runs.lorc('audit', 'export')).stdout.trim().split('\n').map((line) => JSON.parse(line) as object)
  expect(asked).toMatchObject({ via: 'cli', action: 'runs.prune', why: 'lorc runs prune --keep 30d --keep-last 1', before: { runs: 3, run_ids: JSON.parse(dryIds) as string[] } })
  expect(done).toMatchObject({ outcome: 'done', after: { removed: 3, stayed: 0 } })
  expect((await runs.lorc('audit', 'verify')).stdout).toMatch(/^ok: 2 records/)
  expect((await prune('--keep', '30d')).stdout).toBe('removed 0 runs: 0 B freed\n')
})

it('goes on past folders that cannot be deleted, and names them', async () => {
  await keep('daily', 50, 40, 20)
  await rm(join(folder, 'runs'), { recursive: true, force: true })
  await writeFile(join(folder, 'runs'), '')
  const { exit, stdout, stderr } = await prune('--keep', '30d')
  expect([exit, stdout, stderr.split('\n').slice(-4)]).toEqual([
    1,
    expect.stringMatching(/^removed 2 runs: /),
    [expect.stringMatching(/^left {2}runs\/run_\S+: ENOTDIR/), expect.stringMatching(/^left {2}runs\/run_\S+: ENOTDIR/), '2 folders of runs that are gone could not be deleted: make them yours, and the next prune deletes them', ''],
  ])
  expect(await left()).toEqual(['daily 20'])
  expect(JSON.parse((await prune('--keep', '30d', '--json')).stdout)).toMatchObject({ undeleted: [{ folder: expect.any(String) as string }, {}] })
  await rm(join(folder, 'runs'))
  expect((await prune('--keep', '30d')).exit).toBe(0)
})

it('keeps the last N, of one recipe where one is named', async () => {
  await keep('daily', 3, 2, 1)
  await keep('other', 3, 2, 1)
  expect(JSON.parse((await prune('--keep-last', '2', '--recipe', 'daily', '--json')).stdout)).toMatchObject({
    runs: [expect.any(String)],
    stayed: 0,
    cached_results: 0,
    compiled_recipes: 0,
  })
  expect(await left()).toEqual(['other 1', 'daily 1', 'other 2', 'daily 2', 'other 3'])
  expect((await prune('--keep', '1d', '--recipe', 'dayly')).stderr).toContain('CLI_RECIPE_UNKNOWN')
})

it('removes old results of a step beyond the newest 20, and old compiled recipes', async () => {
  await keep('daily', ...Array.from({ length: 23 }, (_, i) => 60 - i))
  await mkdir(join(folder, '.lorc', 'plans'), { recursive: true })
  for (const name of ['old.json', 'new.json']) await writeFile(join(folder, '.lorc', 'plans', name), '{}')
  await utimes(join(folder, '.lorc', 'plans', 'old.json'), 0, 0)
  await utimes(join(folder, '.lorc', 'plans', 'new.json'), NOW / 1000, NOW / 1000)
  expect((await prune('--keep', '100s')).stdout).toMatch(/^removed 22 runs, 3 cached results, 1 compiled recipe: /)
  expect(existsSync(join(folder, '.lorc', 'plans', 'new.json'))).toBe(true)
  expect(await runs.store.cacheEntries('daily', 'a', 50)).toHaveLength(20)
})

it('gives the space of a database back when it is asked to', async () => {
  const store = await createSqliteStore({ file: join(folder, '.lorc', 'lorc.db') })
  runs = new RealRuns({ workspace: folder }, store)
  runs.work = { a: () => ({ 'demo.text_v1': 'x'.repeat(300_000) }) }
  await keep('daily', 3, 2)
  runs.work = {}
  await keep('daily', 1)
  expect((await prune('--keep', '1h')).stderr).toMatch(/ of the store are free for new runs; --compact gives them back\n$/)
  const { freed_bytes: freed, reusable_bytes: reusable } = JSON.parse((await prune('--keep', '1h', '--compact', '--json')).stdout) as Record<string, number>
  expect([(freed ?? 0) > 300_000, reusable]).toEqual([true, 0])
  await store.close()
})

it('wants to be told what to keep', async () => {
  expect((await prune()).stderr).toContain('error[CLI_OPTION_INVALID]: it is not said what to keep.')
  expect((await prune('--keep', 'x')).exit).toBe(2)
  expect(await prune('--keep-last', '1')).toMatchObject({ exit: 0, stderr: '' })
})
