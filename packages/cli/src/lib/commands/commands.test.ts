import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context } from '@lorc/context'
import { RunnerError, type Runner, type RunStore, type RunSummary, type StepState } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CompiledRecipe } from '../engine.ts'
import { RecipeRefused } from '../errors.ts'
import { fakeIo, type FakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import {
  completed,
  CREATED,
  DRIVER,
  engineOf,
  failed,
  handleOf,
  journalOf,
  planOf,
  resultOf,
  RUN_ID,
  runnerOf,
  type ScriptedEngine,
  started,
  stateOf,
  viewOf,
} from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-commands-')))
})
afterEach(() => rm(folder, { recursive: true }))

const summary: RunSummary = {
  runId: RUN_ID,
  name: 'demo',
  status: 'completed',
  createdAt: Date.UTC(2026, 0, 9, 12, 34, 56),
  endedAt: Date.UTC(2026, 0, 9, 12, 34, 58),
  recipe: 'demo.yaml',
  planHash: 'p',
  steps: 1,
  error: null,
  parent: null,
}

function engineWith(runner: Partial<Runner>, store: Partial<RunStore> = {}): ScriptedEngine {
  return engineOf({
    runner: runnerOf(runner),
    store: { list: async () => [summary], get: async (id) => (id === RUN_ID ? summary : undefined), ...store },
  })
}

async function lorc(
  words: string | string[],
  engine: ScriptedEngine = engineWith({}),
  io: FakeIo = fakeIo({ cwd: folder }),
) {
  const exit = await main(typeof words === 'string' ? words.split(' ') : words, { io, engine, version: '1.2.3' })
  const { stdout, stderr } = io
  return { exit, stdout: stdout.text, stderr: stderr.text, closed: engine.closed === engine.opened.length }
}

describe('run', () => {
  it('starts the compiled plan with what was asked', async () => {
    const starts: unknown[] = []
    const start: Runner['start'] = async (plan, options) => {
      starts.push([plan.name, options])
      return handleOf({ events: journalOf(CREATED, DRIVER) })
    }
    const engine = engineWith({ start })
    expect(await lorc('run demo.yaml', engine)).toMatchObject({ exit: 0, closed: true })
    expect(
      await lorc('run demo.yaml --only a --fail-fast -j 2 --resume-from a --from-run last --quiet', engine),
    ).toMatchObject({ exit: 0, stderr: '' })
    expect(await lorc('run demo.yaml --skip a', engine)).toMatchObject({ exit: 0 })
    expect(await lorc(['run', 'demo.yaml', '-p', 'days=3', '--param', 'tags=["a,b"]'], engine)).toMatchObject({ exit: 0 })
    const recipe = { path: 'demo.yaml', sha256: '' }
    expect(starts).toEqual([
      ['demo', { recipe }],
      ['demo', { recipe, only: ['a'], failFast: true, concurrency: 2, resumeFrom: ['a'], fromRun: RUN_ID }],
      ['demo', { recipe, skip: ['a'] }],
      ['demo', { recipe, params: { days: 3, tags: ['a,b'] } }],
    ])
    expect(engine.opened[0]?.workspace.root).toBe(folder)
  })

  it('refuses names that are no steps, all at once, without opening anything', async () => {
    const engine = engineOf({
      compile: async () => ({ plan: planOf('load', 'report'), recipe: { path: '', sha256: '' } }),
    })
    const one = await lorc('run demo.yaml --only lod', engine)
    expect(one).toMatchObject({ exit: 2 })
    expect(one.stderr).toBe(
      'error[CLI_STEP_UNKNOWN]: --only: there is no step `lod` in `demo`.\nfix: did you mean `load`?\n',
    )
    const two = await lorc('run demo.yaml --only lod --skip zzzzzz', engine)
    expect(two.stderr).toContain(
      '  - --only: there is no step `lod` (did you mean `load`?)\n  - --skip: there is no step `zzzzzz` (the ' +
        'steps are load, report)\n',
    )
    expect(JSON.parse(two.stdout)).toMatchObject({ code: 'CLI_STEP_UNKNOWN', errors: [{}, {}] })
    expect(engine.opened).toEqual([])
  })

  it('needs --resume-from for --from-run', async () => {
    const { exit, stderr } = await lorc('run demo.yaml --from-run last')
    expect([exit, stderr]).toEqual([2, expect.stringContaining('error[CLI_OPTION_INVALID]: --from-run says') as string])
  })

  it('does not both run a step alone and leave it out', async () => {
    const { exit, stderr } = await lorc('run demo.yaml --only a,b --skip b')
    expect([exit, stderr]).toEqual([2, 'error[CLI_OPTION_INVALID]: `b` is named by --only and by --skip.\nfix: name it in one.\n'])
  })

  it('shows the problems of a recipe and runs nothing', async () => {
    const problem = { code: 'RECIPE_CYCLE', message: 'a waits for itself', file: 'demo.yaml', line: 2, column: 3 }
    const compile = (): Promise<never> =>
      Promise.reject(new RecipeRefused('demo.yaml has 1 problem', [problem], () => '<excerpt>'))
    const { exit, stdout, stderr } = await lorc('run demo.yaml', engineOf({ compile }))
    expect([exit, stderr]).toEqual([2, '<excerpt>\n\nerror[RECIPE_CYCLE]: demo.yaml has 1 problem\n'])
    expect(JSON.parse(stdout)).toMatchObject({ exit_code: 2, code: 'RECIPE_CYCLE', errors: [problem], run_id: null })
  })

  it('that is interrupted while its recipe compiles ends with a result line, and opens nothing', async () => {
    const io = fakeIo({ cwd: folder })
    const compile = async (): Promise<CompiledRecipe> => {
      // As when the compiler keeps the thread busy: the signal is heard of when the event loop turns.
      setImmediate(() => io.interrupt('SIGINT'))
      return { plan: planOf('a'), recipe: { path: '', sha256: '' } }
    }
    const engine = engineOf({ compile })
    const { exit, stdout, stderr } = await lorc('run demo.yaml', engine, io)
    expect([exit, engine.opened, io.listeners.size]).toEqual([130, [], 0])
    expect(stderr).toBe(
      'SIGINT: cancelling\nerror[RUN_CANCELLED]: interrupted by SIGINT before anything was run.\n',
    )
    expect(JSON.parse(stdout)).toMatchObject({ status: 'error', exit_code: 130, step: null, run_id: null })
  })

  it('that cannot start closes what it opened and stops listening', async () => {
    const io = fakeIo({ cwd: folder })
    const start = (): Promise<never> => Promise.reject(new RunnerError('RUN_NO_SOURCE', 'nothing to resume from'))
    const { exit, stdout, closed } = await lorc('run demo.yaml --resume-from a', engineWith({ start }), io)
    expect([exit, closed, io.listeners.size]).toEqual([2, true, 0])
    expect(JSON.parse(stdout)).toMatchObject({ code: 'RUN_NO_SOURCE' })
  })
})

describe('resume', () => {
  it('goes on with the run that is named', async () => {
    const resumes: unknown[] = []
    const resume: Runner['resume'] = async (...given) => {
      resumes.push(given)
      return handleOf({ events: journalOf(CREATED, DRIVER) })
    }
    const engine = engineWith({ resume })
    expect(await lorc('resume last', engine)).toMatchObject({ exit: 0, closed: true })
    expect(await lorc('resume ab12cd -j 3 --fail-fast', engine)).toMatchObject({ exit: 0 })
    expect(resumes).toEqual([
      [RUN_ID, {}],
      [RUN_ID, { concurrency: 3, failFast: true }],
    ])
  })

  it('says that another process drives it', async () => {
    const resume = (): Promise<never> => Promise.reject(new RunnerError('RUN_HELD', 'process 7 drives it'))
    const { exit, stdout } = await lorc('resume last', engineWith({ resume }))
    expect([exit, JSON.parse(stdout)]).toEqual([
      1,
      { status: 'error', reason: 'process 7 drives it', exit_code: 1, step: null, run_id: RUN_ID },
    ])
  })
})

describe('validate', () => {
  const compile: ScriptedEngine['compile'] = async (file) => {
    if (file === 'good.yaml') return { plan: planOf('a'), recipe: { path: file, sha256: '' } }
    if (file === 'odd.yaml') throw new TypeError('x is undefined')
    const problem = { code: 'RECIPE_CYCLE', message: 'a waits for itself', file }
    throw new RecipeRefused(`${file} does not exist.`, [problem], () => (file === 'bad.yaml' ? '<excerpt>' : ''))
  }

  it('reports every recipe', async () => {
    const { exit, stdout } = await lorc('validate good.yaml bad.yaml gone.yaml', engineOf({ compile }))
    expect([exit, stdout]).toEqual([
      2,
      'ok  good.yaml: 1 step\n<excerpt>\n\ngone.yaml: gone.yaml does not exist [RECIPE_CYCLE]\n\n2 problems in 3 recipes\n',
    ])
    expect(await lorc('validate good.yaml', engineOf({ compile }))).toMatchObject({
      exit: 0,
      stdout: 'ok  good.yaml: 1 step\n',
    })
  })

  it('reports them as JSON', async () => {
    const { exit, stdout } = await lorc('validate good.yaml bad.yaml --json', engineOf({ compile }))
    expect([exit, JSON.parse(stdout)]).toEqual([
      2,
      [
        { file: 'good.yaml', name: 'demo', steps: 1, params: [], problems: [] },
        {
          file: 'bad.yaml',
          name: null,
          steps: null,
          params: [],
          problems: [{ code: 'RECIPE_CYCLE', message: 'a waits for itself', file: 'bad.yaml' }],
        },
      ],
    ])
  })

  it('reports them as SARIF', async () => {
    const { exit, stdout } = await lorc('validate good.yaml bad.yaml --format sarif', engineOf({ compile }))
    expect([exit, JSON.parse(stdout)]).toMatchObject([2, { version: '2.1.0', runs: [{ results: [{ ruleId: 'RECIPE_CYCLE' }] }] }])
  })

  it('shows the parameters', async () => {
    const params = {
      type: 'object',
      properties: { days: { type: 'integer', default: 7, description: 'How far back' }, region: { type: 'string' }, what: {} },
      required: ['region'],
    }
    const withParams: ScriptedEngine['compile'] = async (file) => ({ plan: { ...planOf('a'), params }, recipe: { path: file, sha256: '' } })
    expect((await lorc('validate good.yaml', engineOf({ compile: withParams }))).stdout).toBe(`ok  good.yaml: 1 step
      parameter  type     default     description
      days       integer  7           How far back
      region     string   (required)
      what       any
`)
  })

  it('does not take a fault of its own for a problem of the recipe', async () => {
    expect(await lorc('validate odd.yaml', engineOf({ compile }))).toMatchObject({ exit: 1 })
  })
})

describe('cancel', () => {
  it.each([
    ['requested', 'asked its driver to cancel it'],
    ['cancelled', 'cancelled: nobody was driving it'],
    ['already_ended', 'had ended already'],
  ] as const)('says that the run was %s', async (outcome, says) => {
    const asked: unknown[] = []
    const cancel: Runner['cancel'] = async (...given) => {
      asked.push(given)
      return outcome
    }
    const engine = engineWith({ cancel })
    expect(await lorc(['cancel', 'last', '--by', 'me', '--reason', 'wrong input'], engine)).toMatchObject({
      exit: 0,
      stdout: `${RUN_ID}: ${says}\n`,
    })
    expect(JSON.parse((await lorc('cancel last --json', engine)).stdout)).toEqual({ run_id: RUN_ID, outcome })
    expect(asked).toEqual([
      [RUN_ID, { by: 'me', reason: 'wrong input' }],
      [RUN_ID, { by: expect.stringContaining('@') as string, reason: 'cancelled by hand' }],
    ])
  })
})

describe('runs list', () => {
  const runs: RunSummary[] = [
    { ...summary, runId: 'run_3', status: 'running', endedAt: null },
    { ...summary, runId: 'run_gone', status: 'running', endedAt: null },
    { ...summary, runId: 'run_2', status: 'failed', error: { code: 'STEP_FAILED', message: 'm' } },
    { ...summary, runId: 'run_1', status: 'cancelled', name: 'a recipe with quite a long name' },
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
    io.time = summary.createdAt + 4000
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
      stateOf('cached', { cached: true }),
      stateOf('old', { importedFrom: 'run_1' }),
    ],
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

describe('step', () => {
  const outcome = (result: Parameters<typeof resultOf>[0], ...events: Parameters<typeof journalOf>) => {
    const plans: unknown[] = []
    const start: Runner['start'] = async (plan) => {
      plans.push(plan.steps[0])
      return handleOf({ plan, events: journalOf(...events), result: resultOf(result), logs: folder })
    }
    return { engine: engineWith({ start }), plans }
  }

  it('prints the envelope of a scriptlet that succeeds', async () => {
    await writeFile(join(folder, 'compute_mean.py'), '')
    await writeFile(join(folder, 'compute_mean.1.log'), 'half\nway')
    const { engine, plans } = outcome({}, CREATED, {
      ...completed('compute_mean', { 'demo.mean_v1': null }),
      meta: { rows: 3 },
    } as never)
    const { exit, stdout, stderr } = await lorc(['step', 'compute_mean.py', '--params', '{"src":"x"}'], engine)
    expect([exit, stdout, stderr]).toEqual([0, '{"rows":3,"status":"ok","outputs":["demo.mean_v1"]}\n', 'half\nway\n'])
    expect(plans).toEqual([
      {
        name: 'compute_mean',
        stage: 0,
        type: 'python',
        module: 'compute_mean',
        function: 'ComputeMean',
        args: { src: 'x' },
      },
    ])
    expect(engine.opened[0]?.forget).toBe(true)
    expect((await lorc('step compute_mean.py --quiet', engine)).stderr).toBe('')
  })

  it("ends with the scriptlet's own exit status", async () => {
    await writeFile(join(folder, 'clean.sh'), '')
    const error = { code: 'STEP_FAILED', message: 'kaputt', exitCode: 7 }
    const { engine } = outcome({
      status: 'failed',
      error,
      failedStep: 'clean',
      steps: [stateOf('clean', { status: 'failed', error })],
    })
    const { exit, stdout, stderr } = await lorc('step clean.sh', engine)
    expect([exit, JSON.parse(stdout)]).toEqual([
      7,
      { status: 'error', reason: 'kaputt', exit_code: 7, step: 'clean', code: 'STEP_FAILED' },
    ])
    expect(stderr).toBe('error[STEP_FAILED]: kaputt\n')
    const zero = { ...error, exitCode: 0 }
    expect(
      await lorc('step clean.sh', outcome({ status: 'failed', steps: [stateOf('clean', { error: zero })] }).engine),
    ).toMatchObject({ exit: 1 })
  })

  it('that is not there ends with 2: nothing was run', async () => {
    await writeFile(join(folder, 'a.ts'), '')
    const error = { code: 'EXPORT_MISSING', message: 'a.ts does not export `g`', fix: 'It exports go.' }
    const { exit, stdout } = await lorc('step a.ts#g', outcome({ status: 'failed', steps: [stateOf('a', { error })] }).engine)
    expect([exit, JSON.parse(stdout)]).toEqual([
      2,
      { status: 'error', reason: error.message, exit_code: 2, step: 'a', code: 'EXPORT_MISSING', errors: [error] },
    ])
  })

  it('that is interrupted ends with 130', async () => {
    await writeFile(join(folder, 'a.ts'), '')
    const io = fakeIo({ cwd: folder })
    const start: Runner['start'] = async (plan) => {
      io.interrupt('SIGINT')
      return handleOf({ plan, result: resultOf({ status: 'cancelled' }) })
    }
    const { exit, stdout } = await lorc('step a.ts#go', engineWith({ start }), io)
    expect([exit, JSON.parse(stdout)]).toEqual([
      130,
      { status: 'error', reason: 'cancelled', exit_code: 130, step: null, code: 'RUN_CANCELLED' },
    ])
  })

  it.each([
    [['nope.py'], 'error[CLI_FILE_MISSING]: there is no file `nope.py`.\n'],
    [['a.rb'], 'error[CLI_SCRIPTLET_UNKNOWN]: `a.rb` is no scriptlet'],
    [
      ['a.sh#go'],
      'error[CLI_SCRIPTLET_UNKNOWN]: a shell script is run as a whole: it has no `#go`.\nfix: lorc step a.sh\n',
    ],
    [['a.sh', '--params', '[1]'], 'error[CLI_OPTION_INVALID]: --params is a JSON object, not `[1]`.'],
    [['a.sh', '--params', '{x}'], 'error[CLI_OPTION_INVALID]: --params is not JSON:'],
  ])('refuses %j', async (words, message) => {
    for (const name of ['a.rb', 'a.sh']) await writeFile(join(folder, name), '')
    const { exit, stdout, stderr } = await lorc(['step', ...words])
    expect(exit).toBe(2)
    expect(stderr).toContain(message)
    expect(JSON.parse(stdout)).toMatchObject({ status: 'error', exit_code: 2 })
  })
})

describe('config', () => {
  it('shows what is in force', async () => {
    expect((await lorc('config show')).stdout).toContain('workspace    ' + folder)
    expect((await lorc('config path')).stderr).toContain('no configuration file')
    await writeFile(join(folder, 'lorc.config.json'), '{"concurrency": 3, "allow": ["x", "y"], "python": "py"}')
    expect((await lorc('config show')).stdout).toMatch(/concurrency +3\n[^]*allow +x, y\n/)
    expect((await lorc('config path')).stdout).toBe(`${folder}/lorc.config.json\n`)
    expect(JSON.parse((await lorc('config show --json')).stdout)).toMatchObject({
      workspace: folder,
      config: { concurrency: 3, store: 'sqlite' },
    })
  })
})

it('python-path prints the workspace and the library', async () => {
  expect((await lorc('python-path')).stdout).toBe(`${folder}:/lib/python\n`)
  expect((await lorc('python-path --json')).stdout).toBe(`{"path":"${folder}:/lib/python"}\n`)
})
