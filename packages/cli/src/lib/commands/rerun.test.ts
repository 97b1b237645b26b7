import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'
import { planOf } from '../scripted-run.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-rerun-')))
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

const plan = planOf('load', { name: 'stats', module: 'stats.ts' })
const good = { load: () => ({ 'demo.rows_v1': [1, 2, 3] }), stats: () => ({ 'demo.sum_v1': 6 }) }
const bad = { ...good, stats: () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no' } }) } as const

async function rerun(...options: string[]) {
  const { exit, stdout, stderr } = await runs.lorc('rerun', ...options)
  return { exit, line: JSON.parse(stdout) as Record<string, unknown>, stderr }
}

it('says that the same came out', async () => {
  runs.work = good
  const { runId } = await runs.run(plan)
  const { exit, line, stderr } = await rerun(runId, '--concurrency', '1')
  expect([exit, line]).toEqual([0, { status: 'ok', ctx_keys: ['demo.rows_v1', 'demo.sum_v1'], run_id: line['run_id'], rerun_of: runId, same: true }])
  expect(stderr).toContain(`it came out as ${runId} did (2 steps, 2 values), though environment differs: option concurrency only in B: 1`)
  expect(await rerun(runId, '--quiet')).toMatchObject({ exit: 0, line: { same: true }, stderr: '' })
})

it('is on record, with the run that it makes', async () => {
  runs.work = good
  const { runId } = await runs.run(plan)
  const { line } = await rerun(runId, '--by', 'ann', '--reason', 'a doubt')
  const records = (await runs.lorc('audit', 'export')).stdout.trim().split('\n').map((text) => JSON.parse(text) as object)
  expect(records).toMatchObject([
    { action: 'run.rerun', via: 'cli', target: runId, who: 'ann', why: 'a doubt', before: { status: 'completed' } },
    { of: 0, outcome: 'done', after: { rerun: line['run_id'] } },
  ])
})

it('shows where it differs, and what that may come from', async () => {
  runs.work = good
  await writeFile(join(folder, 'stats.ts'), '1')
  const { runId } = await runs.run(plan)
  await writeFile(join(folder, 'stats.ts'), '2')
  runs.work = { ...good, stats: () => ({ 'demo.sum_v1': 7 }) }
  const { exit, line, stderr } = await rerun('last')
  expect([exit, line]).toMatchObject([1, { status: 'error', reason: `it did not come out as ${runId} did.`, exit_code: 1, rerun_of: runId, same: false }])
  expect(stderr).toMatch(/it came out differently \(A: run_\S+ as recorded, B: now\):\n.*context +1 difference\n.*demo.sum_v1 +6 → 7\n.*first cause +code: stats\.ts [0-9a-f]{12} → [0-9a-f]{12}\n/)
  expect(stderr).toContain(`lorc runs diff ${runId} ${String(line['run_id'])}`)
})

it('fails where the run fails, also where the recorded one did', async () => {
  runs.work = bad
  const { runId } = await runs.run(plan)
  const failed = await rerun(runId)
  expect([failed.exit, failed.line]).toMatchObject([1, { status: 'error', step: 'stats', rerun_of: runId, same: true, run_status: 'failed' }])
  runs.work = good
  const mended = await rerun(runId, '--fail-fast')
  expect([mended.exit, mended.line]).toMatchObject([0, { status: 'ok', same: false }])
  expect(mended.stderr).toMatch(/the run was failed, and is completed\n/)
  expect(mended.stderr).toContain('"failed (STEP_FAILED)" → "completed"')
})

it('says what people did to the recorded run', async () => {
  runs.work = bad
  const { runId } = await runs.run(plan)
  await runs.open(async ({ runner }) => (await runner.resume(runId, { repair: { by: 'ann', reason: 'known', skip: ['stats'] } })).result)
  const { exit, stderr } = await rerun(runId)
  expect([exit, stderr]).toEqual([1, expect.stringContaining('not done again: ann skipped stats: known\n')])
  expect((await rerun('zz')).exit).toBe(2)
})
