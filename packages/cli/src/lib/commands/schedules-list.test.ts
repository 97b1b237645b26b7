import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { RealRuns } from '../real-runs.fixture.ts'

let folder: string
let runs: RealRuns
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-schedules-')))
  await mkdir(join(folder, 'recipes'))
  await writeFile(join(folder, 'work.sh'), '')
  runs = new RealRuns({ workspace: folder })
})
afterEach(() => rm(folder, { recursive: true }))

const recipe = (name: string, schedule: string): Promise<void> =>
  writeFile(join(folder, 'recipes', `${name}.yaml`), `name: ${name}\n${schedule}\nsteps:\n  - { name: work, type: shell, script: work.sh }\n`)

it('shows when what runs next, and what became of the last time', async () => {
  expect(await runs.lorc('schedules', 'list')).toEqual({ exit: 0, stdout: 'no recipe has a schedule\n', stderr: '' })
  await recipe('daily', "schedule: { cron: '0 0 1 1 *', timezone: Europe/Berlin, catch_up: last }")
  await recipe('soon', "schedule: '*/5 * * * *'")
  const at = '1970-01-01T00:15:00.000Z'
  const claim = { run_id: 'run_1', state: 'skipped', reason: 'run_0, of an earlier time, goes on', missed: false, claimed_at: at }
  await runs.store.putDocument('firings:recipes/soon.yaml', at, claim, 0)
  const { exit, stdout } = await runs.lorc('schedules', '--next', '2')
  expect([exit, stdout.split('\n').map((line) => line.replaceAll(/\d{2,4}-\d\d-?\d* \d\d:\d\d/g, 'TIME').replaceAll(/(?!^) {2,}/g, '  '))]).toEqual([0, [
    expect.stringMatching(/^NEXT \(\w+.*\) +RECIPE +SCHEDULE +LAST$/) as string,
    'TIME  soon  */5 * * * * UTC  TIME skipped  run_0, of an earlier time, goes on',
    'TIME',
    'TIME  daily  0 0 1 1 * Europe/Berlin  none yet',
    'TIME',
    '',
  ]])
  const json = JSON.parse((await runs.lorc('schedules', 'list', '--json')).stdout) as { schedules: object[]; broken: object[] }
  expect(json).toMatchObject({
    schedules: [
      { name: 'soon', recipe: 'recipes/soon.yaml', cron: '*/5 * * * *', timezone: 'UTC', catch_up: 'none', overlap: 'skip', next: ['1970-01-01T00:20:00.000Z'], last: { at, state: 'skipped', run_id: 'run_1', missed: false } },
      { name: 'daily', catch_up: 'last', next: ['1970-12-31T23:00:00.000Z'], last: null },
    ],
    broken: [],
  })
})

it('tells how the run of the last time is', async () => {
  await recipe('daily', "schedule: '@daily'")
  const { runId } = await runs.run(runs.plan)
  const at = '1970-01-01T00:15:00.000Z'
  await runs.store.putDocument('firings:recipes/daily.yaml', at, { run_id: runId, state: 'started', reason: null, missed: false, claimed_at: at }, 0)
  expect((await runs.lorc('schedules', 'list')).stdout).toMatch(new RegExp(`started, completed +${runId}\n$`))
})

it('names a recipe with problems, and hides no other', async () => {
  await recipe('good', "schedule: '@daily'")
  await recipe('bad', "schedule: '* * *'")
  const { exit, stdout, stderr } = await runs.lorc('schedules', 'list')
  expect([exit, stdout]).toEqual([1, expect.stringMatching(/ good +@daily UTC +none yet\n$/)])
  expect(stderr).toMatch(/^not run {2}recipes\/bad\.yaml: .*3 fields, not 5.*\n`lorc validate FILE` shows where\n$/)
  expect(JSON.parse((await runs.lorc('schedules', 'list', '--json')).stdout)).toMatchObject({ schedules: [{ name: 'good' }], broken: [{ recipe: 'recipes/bad.yaml', code: 'RECIPE_INVALID' }] })
})
