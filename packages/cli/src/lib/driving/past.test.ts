import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readPast } from './past.ts'
import { RealRuns } from '../real-runs.fixture.ts'
import { planOf, runnerOf } from '../scripted-run.fixture.ts'

it('reads what past runs took', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-past-')))
  const runs = new RealRuns({ workspace: folder })
  const plan = planOf('a', 'b')
  await runs.run(plan)
  const open = { runner: runnerOf({}), store: runs.store, close: async () => undefined }
  const past = await readPast(open, plan, 3)
  expect([past.concurrency, [...past.durations.keys()].sort(), past.learned]).toEqual([3, ['a', 'b'], undefined])
  expect((await readPast(open, { ...plan, concurrency: 7 }, null)).concurrency).toBe(7)
  expect((await readPast(open, plan, null)).concurrency).toBeGreaterThan(0)
  await rm(folder, { recursive: true })
})
