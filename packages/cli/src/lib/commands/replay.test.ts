import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Attempt } from '@lorc/runner'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns, type Work } from '../real-runs.fixture.ts'
import { planOf } from '../scripted-run.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-replay-')))
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

const at = (...names: string[]): string => join(folder, ...names)
const plan = planOf('load', { name: 'stats', module: 'lib/stats.ts' })
const good: Work = { load: () => ({ 'demo.rows_v1': [1, 2, 3] }), stats: () => ({ 'demo.sum_v1': 6 }) }

async function bundle(): Promise<string> {
  mkdirSync(at('lib'), { recursive: true })
  writeFileSync(at('lib/stats.ts'), '1')
  const { runId } = await runs.run(plan)
  return runId
}

async function replay(...options: string[]) {
  const { exit, stdout, stderr } = await runs.lorc('replay', ...options)
  return { exit, line: JSON.parse(stdout) as Record<string, unknown>, stderr }
}

it('bundles a run, and says that the same comes out of it again', async () => {
  runs.work = good
  const runId = await bundle()
  expect(await runs.lorc('runs', 'bundle', 'last')).toEqual({ exit: 0, stdout: expect.stringMatching(new RegExp(`^${runId}.lorc.gz: 1 file, [\\d.]+ KiB\n$`)) as string, stderr: '' })
  const { exit, line, stderr } = await replay(`${runId}.lorc.gz`)
  expect([exit, line]).toEqual([0, { status: 'ok', ctx_keys: ['demo.rows_v1', 'demo.sum_v1'], run_id: line['run_id'], replay_of: runId, same: true }])
  expect(stderr).toContain(`it came out as ${runId} did (2 steps, 2 values)\n`)
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith('lorc-bundle-'))).toEqual([])
})

it('says what is not in the bundle', async () => {
  const files = (count: number) => ({ artifactsDir }: Attempt) => {
    mkdirSync(artifactsDir, { recursive: true })
    for (let i = 0; i < count; i++) writeFileSync(join(artifactsDir, `f${i}`), 'x')
    return { 'demo.n_v1': count }
  }
  for (const [count, more] of [[1, ''], [7, 'and 2 more files not in it; --json names all\n']] as const) {
    runs.work = { load: files(count) }
    const runId = await bundle()
    await rm(at('runs', runId, 'artifacts'), { recursive: true })
    const { stderr } = await runs.lorc('runs', 'bundle', runId, '-o', 'b.gz')
    expect(stderr).toContain(`not in it: runs/${runId}/artifacts/load/f0 (gone)\n`)
    expect(stderr.endsWith(more)).toBe(true)
    const { stdout } = await runs.lorc('runs', 'bundle', runId, '-o', 'b.gz', '--json')
    expect(JSON.parse(stdout)).toMatchObject({ run_id: runId, file: at('b.gz'), runs: 1, missing: Array.from({ length: count }, () => ({ why: 'gone' })) })
  }
})

it('succeeds with a failure that comes out as recorded, and proposes no resume', async () => {
  runs.work = { ...good, stats: () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no' } }) }
  await bundle()
  await runs.lorc('runs', 'bundle', 'last', '-o', 'b.gz')
  const { exit, line } = await replay('b.gz', '--fail-fast', '-j', '2')
  expect([exit, line]).toMatchObject([0, { status: 'ok', same: true, run_status: 'failed' }])
  runs.work = { load: () => ({ status: 'error', error: { code: 'OTHER', message: 'no' } }) }
  const other = await replay('b.gz')
  expect([other.exit, other.line]).toMatchObject([1, { status: 'error', step: 'load', same: false, run_status: 'failed' }])
  expect(other.stderr).not.toContain('lorc resume')
})

it('takes the recorded outcomes of further types of steps', async () => {
  runs.work = good
  await bundle()
  await runs.lorc('runs', 'bundle', 'last', '-o', 'b.gz')
  runs.work = { load: () => ({ 'demo.rows_v1': [] }) }
  expect((await replay('b.gz')).exit).toBe(1)
  expect((await replay('b.gz', '--recorded', 'node')).line).toMatchObject({ same: true })
})

it('says where the code is another, or is not here, and puts it into a folder', async () => {
  runs.work = good
  mkdirSync(at('.git'))
  writeFileSync(at('.git/HEAD'), 'f'.repeat(40))
  await bundle()
  await runs.lorc('runs', 'bundle', 'last', '-o', 'b.gz')
  writeFileSync(at('lib/stats.ts'), '2')
  expect((await replay('b.gz')).stderr).toContain('code that is another here (then: commit ffffffffffff): lib/stats.ts\n')
  await rm(at('lib'), { recursive: true })
  expect((await replay('b.gz')).stderr).toContain("code that is not here (then: commit ffffffffffff): lib/stats.ts; --into DIR puts the bundle's own into a folder\n")
  expect((await replay('b.gz', '--into', 'new/deep')).exit).toBe(0)
  expect(readFileSync(at('new/deep/lib/stats.ts'), 'utf8')).toBe('1')
  expect(await replay('b.gz', '--into', 'new/deep')).toMatchObject({ exit: 2, line: { code: 'CLI_FILE_EXISTS' } })
  expect(await replay('b.gz', '--into', 'b.gz')).toMatchObject({ exit: 1, stderr: expect.stringContaining('CLI_OUTPUT_FAILED') as string })
})

it('says what people did to the run, and refuses what is not a bundle', async () => {
  runs.work = { load: () => ({ status: 'error', error: { code: 'STEP_FAILED', message: 'no' } }) }
  const runId = await bundle()
  await runs.open(async ({ runner }) => (await runner.resume(runId, { repair: { by: 'ann', reason: 'known', skip: ['load'] } })).result)
  await runs.lorc('runs', 'bundle', runId, '-o', 'b.gz')
  expect((await replay('b.gz')).stderr).toContain('not done again: ann skipped load: known\n')
  writeFileSync(at('b.gz'), 'hello')
  expect(await replay('b.gz')).toMatchObject({ exit: 2, line: { code: 'BUNDLE_UNREADABLE' } })
  expect(existsSync(at('new'))).toBe(false)
})
