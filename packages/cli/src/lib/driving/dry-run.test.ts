import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-dry-')))
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

it('shows what a run would do, for people and for programs', async () => {
  expect((await runs.lorc('run', 'demo.yaml', '--dry-run', '-j', '3')).stdout).toMatch(/^demo: 1 step, 3 at once; nothing is run\n[^]*\n1 +a +runs\n/)
  expect(JSON.parse((await runs.lorc('run', 'demo.yaml', '--dry-run', '--json', '--skip', 'a')).stdout)).toMatchObject({
    name: 'demo',
    params: {},
    makespan_ms: null,
    steps: [{ step: 'a', will: 'skipped', why: { reason: '--skip' }, usual_ms: null }],
  })
  expect(await runs.store.list()).toEqual([])
})

it('leaves --json to it', async () => {
  expect((await runs.lorc('run', 'demo.yaml', '--json')).stderr).toContain('--json goes with --dry-run')
})
