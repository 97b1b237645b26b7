import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Context } from '@lorc/context'
import { type EventData, type Runner, RunnerError, type RunStore, type RunSummary, type StepState } from '@lorc/runner'
import { beforeEach, describe, expect, it } from 'vitest'
import { fakeIo, type FakeIo } from '../fake-io.fixture.ts'
import { SUMMARY, emptyFolder, engineWith, lorcIn } from '../scripted-lorc.fixture.ts'
import { completed, engineOf, failed, journalOf, planOf, RUN_ID, type ScriptedEngine, started, stateOf, viewOf } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => void (folder = await emptyFolder()))

const lorc = (words: string | string[], engine?: ScriptedEngine, io?: FakeIo) => lorcIn(folder, words, engine, io)

describe('runs list', () => {
  const runs: RunSummary[] = [
    { ...SUMMARY, runId: 'run_3', status: 'running', endedAt: null },
    { ...SUMMARY, runId: 'run_gone', status: 'running', endedAt: null },
    { ...SUMMARY, runId: 'run_2', status: 'failed', error: { code: 'STEP_FAILED', message: 'm' } },
    { ...SUMMARY, runId: 'run_1', status: 'cancelled', name: 'a recipe with quite a long name' },
  ]
  const asked: unknown[] = []
  const going = { isDriven: async (runId: string) => runId !== 'run_gone', view: async () => viewOf({ status: 'running' }) }
  const engine = engineWith(going, {
    list: async (filter) => {
      asked.push(filter)
      return runs.slice(0, filter?.limit)
    },
  })

  it('is a table that fits 80 columns', async () => {
    const io = fakeIo({ cwd: folder })
    io.time = SUMMARY.createdAt + 4000
    const { exit, stdout, stderr } = await lorc('runs list', engine, io)
    expect([exit, stderr]).toEqual([0, ''])
    expect(stdout.split('\n').map((line) => line.replace(/01-\d\d \d\d:/, '01-09 12:'))).toMatchInlineSnapshot(`
      [
        "RUN       RECIPE                STATUS     BEGUN        TOOK",
        "run_3     demo                  running    01-09 12:34  4.0s",
        "run_gone  demo                  abandoned  01-09 12:34  -",
        "run_2     demo                  failed     01-09 12:34  2.0s",
        "run_1     a recipe with quite…  cancelled  01-09 12:34  2.0s",
        "",
      ]
    `)
  })

  it('passes filters on and says when there are more', async () => {
    asked.length = 0
    const { stdout, stderr } = await lorc('runs list -n 2 --status failed --name demo', engine)
    expect(asked).toEqual([{ topLevel: true, limit: 3, status: 'failed', name: 'demo' }])
    expect(stdout.trim().split('\n')).toHaveLength(3)
    expect(stderr).toBe('the newest 2 runs; --limit N shows more\n')
  })

  it('tells runs that go on from those that nobody drives, whatever their number', async () => {
    const list: RunStore['list'] = async (filter) => runs.filter((run) => run.status === filter?.status).slice(0, filter?.limit)
    const engine = engineWith(going, { list })
    const ids = async (status: string): Promise<string[]> =>
      (JSON.parse((await lorc(`runs list --json -n 1 --status ${status}`, engine)).stdout) as { run_id: string }[]).map(
        (run) => run.run_id,
      )
    expect(await ids('running')).toEqual(['run_3'])
    expect(await lorc('runs list -n 1 --status abandoned', engine)).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/\nrun_gone +demo +abandoned .*-\n$/) as string,
      stderr: '',
    })
  })

  it('lists the others beside one whose journal cannot be read', async () => {
    const view: Runner['view'] = async (runId) => {
      if (runId === 'run_gone') throw new RunnerError('RUN_JOURNAL_BROKEN', 'm')
      return viewOf({ status: 'running' })
    }
    const { exit, stdout } = await lorc('runs list --json', engineWith({ ...going, view }, { list: async () => runs }))
    expect([exit, (JSON.parse(stdout) as { state: string }[]).map(({ state }) => state)]).toEqual([0, ['running', 'broken', 'failed', 'cancelled']])
  })

  it('is JSON for programs', async () => {
    const { stdout } = await lorc('runs list --json', engine)
    expect((JSON.parse(stdout) as object[])[0]).toEqual({
      run_id: 'run_3',
      name: 'demo',
      status: 'running',
      abandoned: false,
      state: 'running',
      created_at: '2026-01-09T12:34:56.000Z',
      ended_at: null,
      recipe: 'demo.yaml',
      parent: null,
      steps: 1,
      error: null,
    })
  })

  it('says where there are runs to who stands in a folder beneath', async () => {
    await mkdir(join(folder, '.lorc'))
    await writeFile(join(folder, '.lorc/lorc.db'), '')
    await mkdir(join(folder, 'steps/deep'), { recursive: true })
    const note = 'note: there are runs in ../.., which is another workspace: go there, or name it with `-C ../..`\n'
    expect((await lorcIn(join(folder, 'steps/deep'), 'runs list', engineOf())).stderr).toBe(`${note}no runs\n`)
    expect((await lorcIn(join(folder, 'steps/deep'), 'resume last', engineOf())).stderr).toContain(note)
    expect((await lorc('runs list', engineOf())).stderr).toBe('no runs\n')
  })

  it('of no runs says so on stderr, and is an empty list in JSON', async () => {
    expect(await lorc('runs list', engineOf())).toMatchObject({ exit: 0, stdout: '', stderr: 'no runs\n' })
    expect((await lorc('runs list --json', engineOf())).stdout).toBe('[]\n')
  })
})

describe('runs show', () => {
  const metrics = { wallMs: 1200, cpuUserMs: 900, cpuSystemMs: 50, peakRssBytes: 52_428_800, exitCode: 0 }
  const error = { code: 'STEP_FAILED', message: 'kaputt', fix: 'mend it' }
  const context = new Context()
  context.set('demo.rows_v1', 3, { who: 'load' })
  const view = viewOf({
    status: 'failed',
    recipe: { path: 'demo.yaml', sha256: 'x' },
    context,
    failedStep: 'stats',
    error,
    steps: [
      stateOf('load', { outputs: ['demo.rows_v1'], metrics }),
      stateOf('stats', {
        status: 'failed',
        attempts: 3,
        error,
        metrics: { ...metrics, cpuSystemMs: null, peakRssBytes: null },
      }),
      stateOf('report', { status: 'blocked', attempts: 0, startedAt: null, endedAt: null, blockedBy: 'stats' }),
      stateOf('chart', { status: 'skipped', attempts: 0, startedAt: null, endedAt: null, reason: '--skip' }),
      stateOf('mended', { status: 'skipped', error, reason: 'done by hand' }),
      stateOf('cached', { cached: true }),
      stateOf('old', { importedFrom: 'run_1' }),
    ],
  })

  it('gives the names of steps in full where no terminal cuts lines', async () => {
    const name = 'a_name_of_a_step_that_has_45_letters_in_it_all'
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => viewOf({ plan: planOf(name), steps: [stateOf(name)] }) }))
    expect(stdout).toContain(`\n${name}  completed`)
  })

  it('says why a step was skipped that had been a run', async () => {
    const sub = stateOf('sub', { status: 'skipped', childRun: 'run_a_ab12cd', reason: 'done by hand' })
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => viewOf({ plan: planOf('sub'), steps: [sub] }) }))
    expect(stdout).toContain('run ab12cd done by hand')
  })

  it('tells what the runs of its steps wait for', async () => {
    const approval = { message: 'ship it?', by: null, requestedAt: 0, expiresAt: null, decision: null }
    const running = { status: 'running' as const, endedAt: null }
    const outer = viewOf({ ...running, steps: [stateOf('sub', { status: 'running', childRun: 'run_child' })] })
    const inner = viewOf({ ...running, runId: 'run_child', steps: [stateOf('gate', { status: 'running', approval })] })
    const store = { get: async () => SUMMARY } as Partial<RunStore> as RunStore
    const { stdout } = await lorc('runs show last', engineWith({ view: async (runId) => (runId === 'run_child' ? inner : outer), store }))
    expect(stdout).toContain('gate asks: ship it?\nto let it go on: lorc approve run_child gate (or --reject)\n')
  })

  it('says what time a run is for, where that is not when it began', async () => {
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => viewOf({ provenance: { ...view.provenance, time: view.createdAt - 86_400_000 } }) }))
    expect(stdout).toMatch(/\nfor 2026-01-08 \d\d:34:56\n/)
  })

  it('is a page that fits 80 columns', async () => {
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => view }))
    expect(stdout.replace(/begun 2026-01-\d\d \d\d:/, 'begun 2026-01-09 12:').split('\n')).toMatchInlineSnapshot(`
      [
        "run_2026-01-09T12-34-56Z_ab12cd  demo",
        "failed, begun 2026-01-09 12:34:56, took 2.0s",
        "recipe demo.yaml",
        "context demo.rows_v1",
        "",
        "STEP    STATUS     TOOK  TRIES  CPU    MEMORY    NOTE",
        "load    completed  1.2s  1      950ms  50.0 MiB  demo.rows_v1",
        "stats   failed     1.2s  3      900ms  -         STEP_FAILED",
        "report  blocked    -     -      -      -         by stats",
        "chart   skipped    -     -      -      -         --skip",
        "mended  skipped    1.2s  1      -      -         done by hand",
        "cached  completed  1.2s  1      -      -         cached",
        "old     completed  1.2s  1      -      -         from run_1",
        "",
        "error[STEP_FAILED]: step \`stats\`: kaputt",
        "fix: mend it",
        "why, and what to do: lorc explain run_2026-01-09T12-34-56Z_ab12cd",
        "to go on from there: lorc resume run_2026-01-09T12-34-56Z_ab12cd",
        "",
      ]
    `)
  })

  it('tells how long a run and a step go on, and cuts off nothing for a pipe', async () => {
    const io = fakeIo({ cwd: folder })
    const path = `runs/${RUN_ID}/artifacts/load/${'long'.repeat(20)}.csv`
    const going = viewOf({
      status: 'running',
      endedAt: null,
      steps: [
        stateOf('load', { outputs: [path], artifacts: [{ path, bytes: 1, sha256: '' }] }),
        stateOf('stats', { status: 'running', startedAt: io.time, endedAt: null, metrics: null }),
      ],
    })
    io.time += 3000
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => going }), io)
    expect(stdout).toMatch(/^running, begun .*, for \d+ms$/m)
    expect(stdout).toMatch(new RegExp(`^load .* ${path}$`, 'm'))
    expect(stdout).toMatch(/^stats +running +3\.0s/m)
  })

  it('tells how long a step took though the wall clock was set back in the meantime', async () => {
    const setBack = viewOf({ steps: [stateOf('load', { startedAt: 5000, endedAt: 1000, metrics })] })
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => setBack }))
    expect(stdout).toMatch(/^load +completed +1\.2s/m)
  })

  it('tells a run that nobody drives', async () => {
    const abandoned = viewOf({ status: 'running', abandoned: true, endedAt: null })
    const { stdout } = await lorc('runs show last', engineWith({ view: async () => abandoned }))
    expect(stdout).toContain('running, but nobody drives it, begun')
    expect(stdout).toContain(`\n\nto go on from there: lorc resume ${RUN_ID}\n`)
    expect((await lorc('runs show last', engineWith({ view: async () => viewOf() }))).stdout).not.toContain('to go on')
    const timeout = viewOf({ status: 'failed', error: { code: 'RUN_TIMEOUT', message: 'too long' } })
    expect((await lorc('runs show last', engineWith({ view: async () => timeout }))).stdout).toContain(
      'error[RUN_TIMEOUT]: too long\n',
    )
    const late = viewOf({ status: 'failed', error: { code: 'RUN_DEADLINE', message: 'too late' } })
    expect((await lorc('runs show last', engineWith({ view: async () => late }))).stdout).not.toContain('lorc resume')
  })

  it('is everything as JSON', async () => {
    const { stdout } = await lorc('runs show last --json', engineWith({ view: async () => view }))
    const shown = JSON.parse(stdout) as { steps: object[] }
    expect(shown).toMatchObject({
      run_id: RUN_ID,
      status: 'failed',
      abandoned: false,
      failed_step: 'stats',
      error,
      ctx_keys: ['demo.rows_v1'],
      created_at: '2026-01-09T12:34:56.000Z',
    })
    expect(shown.steps[0]).toMatchObject({
      name: 'load',
      metrics: { wall_ms: 1200, peak_rss_bytes: 52_428_800 },
      started_at: '1970-01-01T00:00:00.000Z',
    })
    expect(shown.steps[2]).toMatchObject({ started_at: null, metrics: null, blocked_by: 'stats' })
    const failed = viewOf({ status: 'failed', error: { ...error, exitCode: 3, details: { ownName: 1 } } })
    const json = JSON.parse((await lorc('runs show last --json', engineWith({ view: async () => failed }))).stdout) as object
    expect(json).toMatchObject({ error: { exit_code: 3, details: { ownName: 1 } } })
  })
})

describe('runs logs', () => {
  const view = viewOf({
    plan: planOf('load', 'stats', 'later'),
    steps: [
      stateOf('load', { startedAt: 200 }),
      stateOf('stats', { startedAt: 100, attempts: 2 }),
      stateOf('later', { status: 'waiting', attempts: 0, startedAt: null }),
    ],
  })
  const logPath: Runner['logPath'] = async (_run, step, attempt) => join(folder, `${step}.${attempt}`)
  const runner: Partial<Runner> = { view: async () => view, logPath }
  beforeEach(async () => {
    await writeFile(join(folder, 'load.1'), 'l1\nl2')
    await writeFile(join(folder, 'stats.1'), 'first try\n')
    await writeFile(join(folder, 'stats.2'), 'second try\n')
  })

  it('shows all of them, in the order in which the steps began', async () => {
    expect((await lorc('runs logs last', engineWith(runner))).stdout).toBe('stats | second try\nload | l1\nload | l2\n')
  })

  it('shows one step, of the attempt that was asked for', async () => {
    expect((await lorc('runs logs last stats', engineWith(runner))).stdout).toBe('second try\n')
    expect((await lorc('runs logs last stats --attempt 1', engineWith(runner))).stdout).toBe('first try\n')
    expect((await lorc('runs logs last stats --json', engineWith(runner))).stdout).toBe(
      '{"step":"stats","attempt":2,"line":"second try"}\n',
    )
  })

  it('shows what is in the journal alone, of the last attempt, of an earlier one, and as it comes', async () => {
    const told = viewOf({ plan: planOf('call'), steps: [stateOf('call', { attempts: 3, log: ['again'] })] })
    async function* events(): ReturnType<Runner['events']> {
      const done = (attempt: number, log: string[]) => ({ ...(completed('call') as EventData & { type: 'step.completed' }), attempt, log })
      yield* journalOf(started('call'), done(1, ['once', 'more']), started('call', 2), failed('call'), started('call', 3), done(3, ['again']))
    }
    const engine = engineWith({ view: async () => told, logPath, events })
    expect((await lorc('runs logs last', engine)).stdout).toBe('call | again\n')
    expect((await lorc('runs logs last call --attempt 1', engine)).stdout).toBe('once\nmore\n')
    expect((await lorc('runs logs last call --attempt 2', engine)).stderr).toContain('printed nothing on attempt 2 of 3')
    expect((await lorc('runs logs last call --attempt 4', engine)).stderr).toContain('has no attempt 4: it was tried 3 times')
    expect((await lorc('runs logs last -f', engine)).stdout).toBe('call | once\ncall | more\ncall | again\n')
  })

  it('says what is not there', async () => {
    expect(await lorc('runs logs last lod', engineWith(runner))).toMatchObject({
      exit: 2,
      stderr: 'error[CLI_STEP_UNKNOWN]: there is no step `lod` in `demo`.\nfix: did you mean `load`?\n',
    })
    expect((await lorc('runs logs last qqqqqq', engineWith(runner))).stderr).toContain(
      'the steps are load, stats, later',
    )
    expect(await lorc('runs logs last later', engineWith(runner))).toMatchObject({
      exit: 1,
      stderr: 'error[CLI_LOG_MISSING]: step `later` has not begun.\n',
    })
    const cached = engineWith({ view: async () => viewOf({ steps: [stateOf('a', { cached: true })] }), logPath: async () => '/nowhere/a.log' })
    expect((await lorc('runs logs last a', cached)).stderr).toBe(
      'error[CLI_LOG_MISSING]: step `a` printed nothing: it was taken from the cache.\nfix: `lorc explain RUN a` names the run that made it.\n',
    )
    expect((await lorc('runs logs last load --attempt 7', engineWith(runner))).stderr).toContain(
      'has no attempt 7: it was tried once',
    )
  })

  it('stops quietly when the reader is gone', async () => {
    const io = fakeIo({ cwd: folder })
    io.stdout.closed = true
    expect(await lorc('runs logs last', engineWith(runner), io)).toMatchObject({ exit: 0, stdout: '', stderr: '' })
  })

  it('waits for a slow reader', async () => {
    const io = fakeIo({ cwd: folder })
    let drained = 0
    const write = io.stdout.write.bind(io.stdout)
    io.stdout.write = (text) => !write(text)
    io.stdout.drained = async () => void drained++
    await lorc('runs logs last stats', engineWith(runner), io)
    await lorc('runs logs last stats --json', engineWith(runner), io)
    expect(drained).toBe(2)
  })

  it('follows a run to its end', async () => {
    const io = fakeIo({ cwd: folder })
    const [load, stats, again] = journalOf(started('load'), started('stats'), started('stats', 2))
    async function* events(): ReturnType<Runner['events']> {
      yield load!
      yield stats!
      io.tick()
      await expect.poll(() => io.stdout.text).toContain('first try')
      yield journalOf(failed('stats', { retryInMs: 1 }))[0]!
      yield again!
      yield journalOf(completed('stats'))[0]!
      yield journalOf(completed('load'), completed('unknown'))[0]!
    }
    await lorc('runs logs last -f', engineWith({ ...runner, events }), io)
    expect(io.stdout.text).toBe('load | l1\nstats | first try\nstats | second try\nload | l2\n')
    expect(io.tickers.size).toBe(0)
  })

  it('follows one attempt of one step alone', async () => {
    async function* events(): ReturnType<Runner['events']> {
      yield* journalOf(
        started('load'),
        started('stats'),
        failed('stats', { retryInMs: 1 }),
        started('stats', 2),
        completed('stats'),
        completed('load'),
      )
    }
    expect((await lorc('runs logs last stats -f --attempt 1', engineWith({ ...runner, events }))).stdout).toBe(
      'first try\n',
    )
  })

  it('stops following when the reader is gone', async () => {
    const io = fakeIo({ cwd: folder })
    async function* events(_run: string, options?: { signal?: AbortSignal }): ReturnType<Runner['events']> {
      yield journalOf(started('load'))[0]!
      io.stdout.closed = true
      io.tick()
      if (options?.signal?.aborted !== true) throw new Error('is still followed')
    }
    expect(await lorc('runs logs last -f', engineWith({ ...runner, events }), io)).toMatchObject({ exit: 0 })
  })
})

describe('runs context', () => {
  const context = new Context({ now: () => Date.UTC(2026, 0, 9) })
  context.set('demo.stats_v1', { mean: 2, name: 'a'.repeat(100) }, { who: 'stats', step: 'stats', attempt: 2 })
  context.set('demo.rows_v1', [1, 2], { who: 'somebody' })
  const engine = engineWith({ view: async () => viewOf({ context }) })

  it('is a table of keys and values', async () => {
    const { stdout } = await lorc('runs context last', engine)
    const lines = stdout.split('\n')
    expect(lines.slice(0, 2)).toEqual(['KEY            VALUE', 'demo.rows_v1   [1,2]'])
    expect(lines[2]).toMatch(/^demo.stats_v1 {2}\{"mean":2,"name":"a+…$/)
    expect(lines[2]).toHaveLength(80)
  })

  it('is one value as JSON, or all of them', async () => {
    expect(JSON.parse((await lorc('runs context last demo.rows_v1', engine)).stdout)).toEqual([1, 2])
    expect(Object.keys(JSON.parse((await lorc('runs context last --json', engine)).stdout) as object)).toEqual([
      'demo.rows_v1',
      'demo.stats_v1',
    ])
  })

  it('writes floats as such: whoever reads it may tell them from whole numbers', async () => {
    const floats = new Context()
    floats.set('demo.mean_v1', { mean: 3, count: 3 }, { who: 'stats', floats: { mean: true } })
    const marked = engineWith({ view: async () => viewOf({ context: floats }) })
    expect((await lorc('runs context last demo.mean_v1', marked)).stdout).toBe('{\n  "count": 3,\n  "mean": 3.0\n}\n')
    expect((await lorc('runs context last --json', marked)).stdout).toContain('"mean": 3.0')
    expect((await lorc('runs context last', marked)).stdout).toContain('"mean":3.0')
  })

  it('tells who wrote what', async () => {
    const { stdout } = await lorc('runs context last --blame', engine)
    expect(stdout).toMatch(
      /^KEY +WHO +STEP +ATTEMPT +WHEN\ndemo.rows_v1 +somebody +- +- +2026-01-\d\d.*\ndemo.stats_v1 +stats +stats +2 +2026-01-/,
    )
    expect(JSON.parse((await lorc('runs context last demo.stats_v1 --blame --json', engine)).stdout)).toEqual({
      who: 'stats',
      step: 'stats',
      attempt: 2,
      at: '2026-01-09T00:00:00.000Z',
      cached: false,
      imported_from: null,
    })
    expect((await lorc('runs context last demo.stats_v1 --blame', engine)).stdout).not.toContain('rows')
  })

  it('tells what was taken from the cache or from another run', async () => {
    const blame = async (state: Partial<StepState>): Promise<string> => {
      const view = viewOf({ context, steps: [stateOf('stats', state)] })
      return (await lorc('runs context last --blame', engineWith({ view: async () => view }))).stdout
    }
    expect(await blame({ cached: true })).toMatch(/^KEY.* NOTE\ndemo.rows_v1 .*\d\ndemo.stats_v1 .* cached\n/)
    expect(await blame({ importedFrom: 'run_x' })).toMatch(/demo.stats_v1 .* from run_x\n/)
  })

  it('says what is not there', async () => {
    expect(await lorc('runs context last demo.row_v1', engine)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('fix: did you mean `demo.rows_v1`?') as string,
    })
    expect((await lorc('runs context last zz', engine)).stderr).toContain('fix: leave KEY out to see every key.')
    expect((await lorc('runs context last', engineWith({ view: async () => viewOf() }))).stderr).toBe(
      'the context is empty\n',
    )
  })
})

describe('verify', () => {
  it('tells that the chain holds', async () => {
    const engine = engineWith({ verify: async () => ({ ok: true, events: 12, hash: 'abc' }) })
    expect(await lorc('verify last', engine)).toMatchObject({
      exit: 0,
      stdout: `ok  ${RUN_ID}: 12 events, the last with hash abc\n`,
    })
    expect(JSON.parse((await lorc('verify last --json', engine)).stdout)).toEqual({
      run_id: RUN_ID,
      ok: true,
      events: 12,
      hash: 'abc',
    })
  })

  it('names the first bad event', async () => {
    const engine = engineWith({
      verify: async () => ({ ok: false, events: 12, badSeq: 3, reason: 'its hash does not fit' }),
    })
    expect(await lorc('verify last', engine)).toMatchObject({
      exit: 1,
      stdout: `broken  ${RUN_ID}: event 3 is bad: its hash does not fit\n`,
    })
    expect(JSON.parse((await lorc('verify last --json', engine)).stdout)).toEqual({
      run_id: RUN_ID,
      ok: false,
      events: 12,
      bad_seq: 3,
      reason: 'its hash does not fit',
    })
  })
})
