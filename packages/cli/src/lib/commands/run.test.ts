import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RunnerError, type Runner } from '@lorc/runner'
import { beforeEach, describe, expect, it } from 'vitest'
import type { CompiledRecipe } from '../engine.ts'
import { RecipeRefused } from '../errors.ts'
import { fakeIo, type FakeIo } from '../fake-io.fixture.ts'
import { emptyFolder, engineWith, lorcIn } from '../scripted-lorc.fixture.ts'
import { completed, CREATED, DRIVER, engineOf, handleOf, journalOf, planOf, resultOf, RUN_ID, type ScriptedEngine, stateOf } from '../scripted-run.fixture.ts'

let folder: string
beforeEach(async () => void (folder = await emptyFolder()))

const lorc = (words: string | string[], engine?: ScriptedEngine, io?: FakeIo) => lorcIn(folder, words, engine, io)

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
    expect(await lorc('run demo.yaml --time 2026-01-31', engine)).toMatchObject({ exit: 0 })
    const recipe = { path: 'demo.yaml', sha256: '' }
    expect(starts).toEqual([
      ['demo', { recipe }],
      ['demo', { recipe, only: ['a'], failFast: true, concurrency: 2, resumeFrom: ['a'], fromRun: RUN_ID }],
      ['demo', { recipe, skip: ['a'] }],
      ['demo', { recipe, params: { days: 3, tags: ['a,b'] } }],
      ['demo', { recipe, time: Date.UTC(2026, 0, 31) }],
    ])
    expect(engine.opened[0]?.workspace.root).toBe(folder)
  })

  it('refuses names that are not steps, all at once, without opening anything', async () => {
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

  it('refuses a time that is none', async () => {
    const { exit, stderr } = await lorc('run demo.yaml --time 2026-13-01')
    expect([exit, stderr]).toEqual([2, expect.stringContaining('error[CLI_OPTION_INVALID]: --time is `2026-13-01`, which is not a time.\nfix: write a date') as string])
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

  it('that is interrupted while what it loads never ends is not waited for', async () => {
    const io = fakeIo({ cwd: folder })
    const compile = (): Promise<never> => {
      io.interrupt('SIGTERM')
      return new Promise(() => undefined)
    }
    const { exit, stdout } = await lorc('run demo.yaml', engineOf({ compile }), io)
    expect([exit, io.listeners.size, JSON.parse(stdout)]).toMatchObject([143, 0, { exit_code: 143, run_id: null }])
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
    [['a.rb'], 'error[CLI_SCRIPTLET_UNKNOWN]: `a.rb` is not a scriptlet'],
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
