import { RunnerError, type Repair, type Runner, type RunView, type StepState } from '@lorc/runner'
import { describe, expect, it } from 'vitest'
import { fakeIo, type FakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf, handleOf, planOf, RUN_ID, runnerOf, stateOf, viewOf } from '../scripted-run.fixture.ts'

const SUMMARY = {
  runId: RUN_ID,
  name: 'demo',
  status: 'running' as const,
  createdAt: Date.UTC(2026, 0, 9, 12, 34, 56),
  endedAt: null,
  recipe: null,
  planHash: 'p',
  steps: 1,
  error: null,
  parent: null,
}

async function lorc(words: string | string[], runner: Partial<Runner> = {}, io: FakeIo = fakeIo()) {
  const engine = engineOf({
    runner: runnerOf(runner),
    store: { list: async () => [SUMMARY], get: async (id) => (id === RUN_ID ? SUMMARY : undefined) },
  })
  const exit = await main(typeof words === 'string' ? words.split(' ') : words, { io, engine, version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text, recorded: engine.recorded }
}

const asking = (name: string, more: Partial<NonNullable<StepState['approval']>> = {}): StepState =>
  stateOf(name, {
    status: 'running',
    endedAt: null,
    approval: { message: 'numbers fine?', by: null, requestedAt: 1000, expiresAt: null, decision: null, ...more },
  })
const decision = { approved: true, by: 'ann', reason: 'r', at: 5 }
const waiting: RunView = viewOf({
  status: 'running',
  endedAt: null,
  plan: planOf('gate', 'ship', 'done'),
  steps: [
    asking('gate'),
    asking('ship', { message: '', by: ['ann', 'bob'], expiresAt: Date.UTC(2026, 0, 10) }),
    asking('done', { decision }),
  ],
})
const view = async (): Promise<RunView> => waiting

describe('approve', () => {
  function deciding(outcome: 'requested' | 'done' = 'requested') {
    const asked: unknown[] = []
    const approve: Runner['approve'] = async (...all) => {
      asked.push(all)
      return outcome
    }
    return { asked, runner: { view, approve } }
  }

  it('lists what waits, with the command that decides', async () => {
    const io = fakeIo()
    io.time = 61_000
    const { exit, stdout } = await lorc('approve last', { view }, io)
    expect([exit, stdout.replace(/2026-01-\d\d \d\d:\d\d:\d\d/, 'THEN')]).toEqual([
      0,
      `gate: numbers fine?
  waits for 1m 00s; anybody may decide
  lorc approve ${RUN_ID} gate --by NAME --reason TEXT

ship
  waits for 1m 00s, until THEN; ann, bob may decide
  lorc approve ${RUN_ID} ship --by ann --reason TEXT
`,
    ])
    expect(JSON.parse((await lorc('approve last --json', { view })).stdout)).toEqual([
      { run_id: RUN_ID, step: 'gate', message: 'numbers fine?', by: null, requested_at: '1970-01-01T00:00:01.000Z', expires_at: null },
      { run_id: RUN_ID, step: 'ship', message: '', by: ['ann', 'bob'], requested_at: '1970-01-01T00:00:01.000Z', expires_at: '2026-01-10T00:00:00.000Z' },
    ])
  })

  it('says that nothing waits', async () => {
    for (const ended of [viewOf(), { ...waiting, status: 'failed' as const }]) {
      expect(await lorc('approve last', { view: async () => ended })).toEqual({
        exit: 0,
        stdout: '',
        stderr: `nothing waits for an approval in ${RUN_ID}\n`,
        recorded: [],
      })
    }
  })

  it.each(['requested', 'done'] as const)('decides, and says what follows: %s', async (outcome) => {
    const { asked, runner } = deciding(outcome)
    const yes = await lorc(['approve', 'last', 'gate', '--by', 'ann', '--reason', 'checked'], runner)
    const no = await lorc('approve last gate --reject', runner)
    expect(asked).toEqual([
      [RUN_ID, 'gate', { approved: true, by: 'ann', reason: 'checked' }],
      [RUN_ID, 'gate', { approved: false, by: expect.stringContaining('@') as string, reason: 'rejected by hand' }],
    ])
    const [approved, rejected] =
      outcome === 'requested'
        ? ['approved gate; its driver is told\n', 'rejected gate; its driver is told\n']
        : [`approved gate; nobody drives it\nto go on with it: lorc resume ${RUN_ID}\n`, expect.stringContaining('rejected gate; nobody') as string]
    expect([yes.exit, yes.stdout]).toEqual([0, `${RUN_ID}: ${approved}`])
    expect([no.exit, no.stdout]).toEqual([0, typeof rejected === 'string' ? `${RUN_ID}: ${rejected}` : rejected])
    expect(yes.recorded).toEqual([{ action: 'run.approve', runId: RUN_ID, by: 'ann', reason: 'checked', asked: { step: 'gate', approved: true } }])
    const json = await lorc('approve last gate --json', runner)
    expect(JSON.parse(json.stdout)).toEqual({ run_id: RUN_ID, step: 'gate', approved: true, outcome })
  })

  it('refuses a step that there is not, and passes on what the run refuses', async () => {
    expect(await lorc('approve last gat', { view })).toMatchObject({ exit: 2, stderr: expect.stringContaining('did you mean `gate`?') as string })
    expect(await lorc('approve last --reject', { view })).toMatchObject({ exit: 2, stderr: expect.stringContaining('CLI_ARGUMENT_MISSING') as string })
    const approve = (code: 'APPROVAL_DECIDED' | 'APPROVAL_UNKNOWN') => () => Promise.reject(new RunnerError(code, 'no', { fix: 'look' }))
    expect(await lorc('approve last gate', { view, approve: approve('APPROVAL_DECIDED') })).toMatchObject({
      exit: 1,
      stderr: 'error[APPROVAL_DECIDED]: no\nfix: look\n',
    })
    expect(await lorc('approve last gate', { view, approve: approve('APPROVAL_UNKNOWN') })).toMatchObject({ exit: 2 })
  })
})

describe('pause and unpause', () => {
  it.each([
    ['pause', 'requested', 'asked its driver to pause it: what runs is finished, nothing begins\nto let it go on: lorc unpause RUN\n'],
    ['pause', 'done', 'paused: nobody was driving it\nto let it go on: lorc unpause RUN\n'],
    ['unpause', 'requested', 'asked its driver to go on with it\n'],
    ['unpause', 'done', 'not paused any more, and nobody drives it\nto go on with it: lorc resume RUN\n'],
  ] as const)('%s: %s', async (command, outcome, says) => {
    const asked: unknown[] = []
    const act: Runner['pause'] = async (...all) => {
      asked.push(all)
      return outcome
    }
    const { exit, stdout, recorded } = await lorc([command, 'last', '--by', 'me', '--reason', 'why not'], { [command]: act })
    expect(recorded).toEqual([{ action: `run.${command}`, runId: RUN_ID, by: 'me', reason: 'why not' }])
    expect([exit, stdout]).toEqual([0, `${RUN_ID}: ${says.replace('RUN', RUN_ID)}`])
    expect(JSON.parse((await lorc(`${command} last --json`, { [command]: act })).stdout)).toEqual({ run_id: RUN_ID, outcome })
    expect(asked).toEqual([
      [RUN_ID, { by: 'me', reason: 'why not' }],
      [RUN_ID, { by: expect.stringContaining('@') as string, reason: `${command}d by hand` }],
    ])
  })
})

describe('pause --all and unpause --all', () => {
  const paused = { by: 'ann', reason: 'incident', at: 5 }
  const states: Record<string, RunView> = { run_a: viewOf({ status: 'running' }), run_b: viewOf({ status: 'running', paused }), run_c: viewOf({ status: 'running' }) }

  async function all(words: string, outcome: (runId: string) => 'requested' | 'done' = () => 'requested', views = states) {
    const io = fakeIo()
    const going = Object.keys(views).map((runId) => ({ ...SUMMARY, runId }))
    const act: Runner['pause'] = async (runId) => outcome(runId)
    const engine = engineOf({
      runner: runnerOf({ pause: act, unpause: act, view: async (runId) => views[runId]! }),
      store: { list: async (filter) => (filter?.topLevel && filter.status === 'running' ? going.slice(0, filter.limit ?? 50) : []) },
    })
    const exit = await main(words.split(' '), { io, engine, version: '1.2.3' })
    return { exit, stdout: io.stdout.text, stderr: io.stderr.text, recorded: engine.recorded }
  }

  it('reach each run that goes on and is not paused, or is, with the same reason', async () => {
    const { exit, stdout, recorded } = await all('pause --all --by me --reason fire')
    expect(recorded).toEqual(['run_a', 'run_c'].map((runId) => ({ action: 'run.pause', runId, by: 'me', reason: 'fire' })))
    const asked = 'asked its driver to pause it: what runs is finished, nothing begins'
    expect([exit, stdout]).toEqual([0, `run_a: ${asked}\nrun_c: ${asked}\nto let them go on: lorc unpause --all\n`])
    expect((await all('unpause --all', () => 'done')).stdout).toBe('run_b: not paused any more, and nobody drives it\nto go on with it: lorc resume run_b\n')
    expect(JSON.parse((await all('pause --all --json')).stdout)).toEqual([{ run_id: 'run_a', outcome: 'requested' }, { run_id: 'run_c', outcome: 'requested' }])
  })

  it('reach more runs than a list has by default', async () => {
    const views = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`run_${n}`, viewOf({ status: 'running' })]))
    expect(JSON.parse((await all('pause --all --json', undefined, views)).stdout)).toHaveLength(60)
  })

  it('leave out a run that ends meanwhile, or that somebody else has let go on, and no other failure', async () => {
    const ends = (code: 'RUN_ENDED' | 'RUN_NOT_PAUSED' | 'STORE_FULL') => (runId: string) => {
      if (runId === 'run_a') throw new RunnerError(code, 'm')
      return 'requested' as const
    }
    expect(JSON.parse((await all('pause --all --json', ends('RUN_ENDED'))).stdout)).toEqual([{ run_id: 'run_c', outcome: 'requested' }])
    expect(JSON.parse((await all('pause --all --json', ends('RUN_NOT_PAUSED'))).stdout)).toEqual([{ run_id: 'run_c', outcome: 'requested' }])
    expect((await all('pause --all', ends('STORE_FULL'))).exit).toBe(1)
  })

  it('tells of a run whose journal is broken, and goes on with the others', async () => {
    const broken = new RunnerError('RUN_JOURNAL_BROKEN', 'The journal of run_a is broken.')
    const refuse = (runId: string) => {
      if (runId === 'run_a') throw broken
      return 'done' as const
    }
    const unread: Record<string, RunView> = { ...states, get run_a(): never { throw broken } }
    for (const views of [states, unread]) {
      const { exit, stdout, stderr } = await all('pause --all', refuse, views)
      expect([exit, stdout, stderr]).toEqual([1, expect.stringMatching(/^run_c: paused/), expect.stringContaining('error[RUN_JOURNAL_BROKEN]: The journal of run_a is broken.')])
    }
    expect(await all('unpause --all', refuse, unread)).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^run_b: not paused/) as string })
  })

  it('say that there is none, and want one or the other', async () => {
    expect(await lorc('unpause --all', { view: async () => viewOf({ status: 'running' }) })).toMatchObject({ exit: 0, stdout: '', stderr: 'no run is paused\n' })
    expect(await lorc('pause --all', { view: async () => viewOf({ status: 'running', paused }) })).toMatchObject({ exit: 0, stdout: '', stderr: 'no run goes on that is not paused\n' })
    expect((await lorc('pause')).stderr).toContain('fix: name a run, or say --all.')
    expect((await lorc('pause last --all')).stderr).toContain('--all and `last` do not go together.')
  })
})

describe('resume with a repair', () => {
  async function repairs(words: string[]) {
    const seen: (Repair | undefined)[] = []
    const resume: Runner['resume'] = async (_, options) => {
      seen.push(options?.repair)
      return handleOf({})
    }
    const plan = planOf('a', 'b', 'c')
    const { exit, stderr, recorded } = await lorc(['resume', 'last', ...words], { resume, view: async () => viewOf({ plan, steps: plan.steps.map(({ name }) => stateOf(name)) }) })
    return { exit, stderr, repair: seen[0], recorded }
  }

  it('passes on what to mend, by whom and why', async () => {
    const words = ['--skip', 'a,b', '--set', 'x.y_v1=[1, "2"]', '--set', 'x.z_v1=a=b'.replace('a=b', '"a=b"'), '--from', 'c', '--by', 'ann', '--reason', 'why']
    expect(await repairs(words)).toMatchObject({
      exit: 0,
      repair: { by: 'ann', reason: 'why', skip: ['a', 'b'], set: { 'x.y_v1': [1, '2'], 'x.z_v1': 'a=b' }, from: ['c'] },
    })
    expect((await repairs(['--from', 'c', '--reason', 'why'])).repair).toEqual({
      by: expect.stringContaining('@') as string,
      reason: 'why',
      from: ['c'],
    })
    expect((await repairs([])).repair).toBeUndefined()
  })

  it('is on record, as is one without', async () => {
    const { recorded } = await repairs(['--skip', 'a', '--set', 'x.y_v1=1', '--by', 'ann', '--reason', 'why'])
    expect(recorded).toEqual([{ action: 'run.resume', runId: RUN_ID, by: 'ann', reason: 'why', asked: { skip: ['a'], set: { 'x.y_v1': 1 } } }])
    expect((await repairs(['--by', 'ann', '--reason', 'why'])).recorded).toEqual([{ action: 'run.resume', runId: RUN_ID, by: 'ann', reason: 'why' }])
    expect((await repairs([])).recorded).toMatchObject([{ by: expect.stringContaining('@') as string, reason: 'resumed by hand' }])
  })

  it('names the step that is meant', async () => {
    expect(await repairs(['--skip', 'd', '--reason', 'why'])).toMatchObject({ exit: 2, repair: undefined, stderr: expect.stringContaining('CLI_STEP_UNKNOWN') as string })
  })

  it.each([
    [['--skip', 'a'], '--skip needs a reason'],
    [['--set', 'a.b_v1=1', '--reason', ' '], '--set needs a reason'],
    [['--skip', 'a', '--from', 'a', '--reason', 'why'], '`a` is named by --skip and by --from'],
    [['--set', 'a.b_v1', '--reason', 'why'], '--set takes KEY=JSON, not `a.b_v1`'],
    [['--set', '=1', '--reason', 'why'], '--set takes KEY=JSON'],
    [['--set', 'a.b_v1=abc', '--reason', 'why'], `a text has quotes of its own: --set a.b_v1='"abc"'.`],
  ])('refuses %j', async (words, says) => {
    const { exit, stderr, repair } = await repairs(words)
    expect([exit, repair]).toEqual([2, undefined])
    expect(stderr.replaceAll('\n', ' ')).toContain(says)
    expect(stderr).toContain('CLI_OPTION_INVALID')
  })
})

describe('a run that goes on', () => {
  const paused = { by: 'ann', reason: 'the database is down', at: 5 }

  it.each<[string, Partial<RunView>, string]>([
    ['running', { steps: [asking('gate'), stateOf('a', { status: 'running' })] }, 'running'],
    ['waiting', { steps: [asking('gate'), stateOf('a', { status: 'running', items: 3 })] }, 'waiting for approval'],
    ['waiting', { abandoned: true, steps: [asking('gate')] }, 'waiting for approval'],
    ['paused', { paused, steps: [asking('gate')] }, 'paused'],
    ['abandoned', { abandoned: true, steps: [] }, 'abandoned'],
  ])('is listed as %s', async (status, more, state) => {
    const runner = { isDriven: async () => more.abandoned !== true, view: async () => viewOf({ status: 'running', ...more }) }
    const { stdout } = await lorc(`runs list --json --status ${status === 'waiting' && more.abandoned ? 'waiting' : status}`, runner)
    expect(JSON.parse(stdout)).toMatchObject([{ run_id: RUN_ID, state }])
    for (const other of ['paused', 'waiting'].filter((one) => one !== status)) {
      expect((await lorc(`runs list --json --status ${other}`, runner)).stdout).toBe('[]\n')
    }
  })

  it('is shown with whom it waits for', async () => {
    const shown = await lorc('runs show last', { view: async () => ({ ...waiting, paused }) })
    expect(shown.stdout).toContain(`paused, begun`)
    expect(shown.stdout).toContain(`\n\npaused by ann: the database is down\nto let it go on: lorc unpause ${RUN_ID}\n`)
    expect(shown.stdout).toContain(`\n\ngate asks: numbers fine?\nto let it go on: lorc approve ${RUN_ID} gate (or --reject)\n`)
    expect(shown.stdout).toContain('ship asks: may it go on?')
    expect(shown.stdout).not.toContain('done asks')
    expect(shown.stdout).toMatch(/^gate .*waits for an approval$/m)
    const json = JSON.parse((await lorc('runs show last --json', { view: async () => ({ ...waiting, paused, parent: { runId: 'run_p', step: 's' } }) })).stdout) as object
    expect(json).toMatchObject({
      paused: { by: 'ann', at: '1970-01-01T00:00:00.005Z' },
      parent: { run_id: 'run_p', step: 's' },
      steps: [{ approval: { decision: null } }, { approval: { by: ['ann', 'bob'] } }, { approval: { decision: { approved: true, by: 'ann' } } }],
    })
  })

  it.each([79, 60, 40, 30])('fits a terminal of %d columns', async (columns) => {
    const io = fakeIo({ tty: true })
    io.stdout.columns = columns
    const steps = [
      stateOf('a-step-with-quite-a-long-name', { outputs: ['some.key_v1', 'other.key_v1', 'third.key_v1'] }),
      stateOf('b', { status: 'failed', error: { code: 'STEP_CONTEXT_CONFLICT', message: 'm' } }),
    ]
    const runner = { isDriven: async () => true, view: async () => viewOf({ steps, status: 'running', paused }) }
    await lorc('runs show last --no-color', runner, io)
    io.stdout.text += '\n'
    await lorc('runs list --no-color', runner, io)
    const words = io.stdout.text.split('\n').filter((line) => line.length > columns && line.includes(' '))
    expect(words).toEqual([])
    expect(io.stdout.text).toMatch(columns < 72 ? /^ab12cd/m : /^run_2026/m)
  })
})
