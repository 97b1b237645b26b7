import type { CacheEntry, EventData, JournalEvent, PlanStep, RunStore, RunView, StepState } from '@lorc/runner'
import { describe, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { SUMMARY } from '../scripted-lorc.fixture.ts'
import { main } from '../main.ts'
import { completed, CREATED, DRIVER, engineOf, failed, planOf, RUN_ID, runnerOf, started, stateOf, viewOf } from '../scripted-run.fixture.ts'

type Step = string | (Partial<PlanStep> & { name: string })

interface Scene {
  steps?: Step[]
  states?: StepState[]
  events?: [number, EventData][]
  view?: Partial<RunView>
  entries?: CacheEntry[]
  json?: boolean
  columns?: number
  /** Runs of its steps. */
  children?: RunView[]
}

/** What `lorc explain` prints of a run; its clock says 10 s after the run's beginning. */
async function explain(step: string, { steps = ['a'], states = [], events = [], view = {}, entries = [], json, columns, children = [] }: Scene) {
  const journal = [[0, CREATED] as const, [0, DRIVER] as const, ...events].map(
    ([ts, event], seq): JournalEvent => ({ ...event, seq, ts, prev: '', hash: '' }),
  )
  const engine = engineOf({
    runner: runnerOf({
      view: async (runId) =>
        children.find((child) => child.runId === runId) ?? viewOf({ plan: planOf(...steps), steps: states, createdAt: 0, endedAt: null, status: 'failed', ...view }),
      store: { get: async (runId: string) => (children.some((child) => child.runId === runId) ? SUMMARY : undefined) } as Partial<RunStore> as RunStore,
      events: async function* () {
        yield* journal
      },
      logPath: async (_run, name) => `/nowhere/${name}.log`,
    }),
    store: { get: async () => ({ runId: RUN_ID }) as never, cacheEntries: async () => entries },
  })
  const io = fakeIo()
  io.time = 10_000
  io.stdout.columns = columns ?? 80
  const words = ['explain', RUN_ID, ...(step === '' ? [] : [step]), ...(json ? ['--json'] : [])]
  const exit = await main(words, { io, engine, version: '1' })
  return exit === 0 ? io.stdout.text : `${exit} ${io.stderr.text}`
}

describe('of a run', () => {
  const failing: Scene = {
    steps: ['load', 'stats', 'report', { name: 'mail', continueOnError: true }],
    states: [
      stateOf('load', { endedAt: 1000 }),
      stateOf('stats', { status: 'failed', attempts: 2, endedAt: 3000, error: { code: 'STEP_FAILED', message: 'kaputt', fix: 'oil it' } }),
      stateOf('report', { status: 'blocked', attempts: 0, blockedBy: 'stats' }),
      stateOf('mail', { status: 'failed', endedAt: 500, error: { code: 'STEP_TIMEOUT', message: 'slow' } }),
    ],
    events: [
      [0, started('load')],
      [1000, completed('load')],
      [1000, started('stats')],
      [1500, failed('stats', { retryInMs: 500 })],
      [2000, started('stats', 2)],
      [3000, failed('stats', { attempt: 2 })],
    ],
    view: { endedAt: 3000, failedStep: 'stats' },
  }

  it('that failed tells what failed first and why, what that blocks, where the time went, and how to repair it', async () => {
    const text = await explain('', failing)
    expect(text).toContain(`${RUN_ID}  demo\nfailed after 3.0s, begun `)
    expect(text).toContain(': 1 completed, 2 failed, 1 blocked\n')
    expect(text).toContain(
      '\n\nstats failed 3.0s into the run, after 2 attempts\n  STEP_FAILED: kaputt\n  fix: oil it\n  because of it, 1 step cannot begin: report\n',
    )
    expect(text).toContain('mail failed 500ms into the run, which the recipe tolerates')
    expect(text).toContain('time     longest chain: load 1.0s > stats 1.5s (+ 500ms waiting)\n')
    expect(text).toContain('steps waited 500ms in all before the next attempt')
    expect(text).toContain(`
what to do next
  lorc explain ab12cd stats    all about stats
  lorc runs logs ab12cd stats  what it printed
  lorc resume ab12cd           run stats again, then the 1 step behind it
  lorc resume ab12cd --skip stats --by NAME --reason TEXT
      go on as if stats were done
`)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('that is over its deadline is not to be resumed, nor any step of it', async () => {
    const late = { ...failing, view: { status: 'failed' as const, error: { code: 'RUN_DEADLINE', message: 'too late' } } }
    for (const step of ['', 'load', 'stats']) expect(await explain(step, late)).not.toContain('lorc resume')
    const error = { code: 'RUN_DEADLINE', message: 'too late', fix: 'start it anew' }
    expect(await explain('', { view: { status: 'failed', error } })).toContain('\nerror[RUN_DEADLINE]: too late\nfix: start it anew\n')
  })

  it('is JSON for programs', async () => {
    expect(JSON.parse(await explain('', { ...failing, json: true }))).toMatchObject({
      run_id: RUN_ID,
      status: 'failed',
      failures: [{ step: 'stats', attempts: 2, error: { code: 'STEP_FAILED' }, blocks: ['report'] }, { step: 'mail', tolerated: true }],
      path: [{ step: 'load', ran_ms: 1000 }, { step: 'stats' }],
      next: [{ command: `lorc explain ${RUN_ID} stats` }, {}, {}, {}],
    })
  })

  it('that goes on tells what runs and what waits, for whom', async () => {
    const ask = { message: 'ship it?', by: ['eve'], requestedAt: 2000, expiresAt: null, decision: null }
    const text = await explain('', {
      steps: ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name, dependsOn: [] })),
      states: [stateOf('a', { status: 'running' }), stateOf('e', { status: 'running', approval: ask })],
      events: [[2000, started('a')], [2000, { type: 'approval.requested', step: 'e', message: '', by: null, expiresAt: null }]],
      view: { status: 'running' },
    })
    expect(text).toContain('running for 10.0s')
    expect(text).toContain('waiting  e waits for eve to decide, for 8.0s: ship it?\n         a runs, for 8.0s\n         b has waited 10.0s for a slot\n')
    expect(text).toContain('lorc approve ab12cd e --by NAME --reason TEXT  let it go on (--reject: do not)')
    expect(text).not.toContain('lorc resume')
  })

  it('tells what the runs of its steps wait for, and which command decides there', async () => {
    const approval = { message: 'ship it?', by: ['eve'], requestedAt: 2000, expiresAt: null, decision: null }
    const inner = (runId: string, ...steps: StepState[]): RunView => viewOf({ runId, status: 'running', endedAt: null, steps })
    const children = [
      inner('run_mid_mid123', stateOf('deep', { status: 'running', childRun: 'run_low_low123' }), stateOf('soon', { status: 'running', childRun: 'run_not_yet' })),
      inner('run_low_low123', stateOf('gate', { status: 'running', approval })),
    ]
    const scene: Scene = { states: [stateOf('a', { status: 'running', childRun: 'run_mid_mid123' })], events: [[1000, started('a')]], view: { status: 'running' }, children }
    const text = await explain('', scene)
    expect(text).toContain('waiting  gate of run_low_low123 waits for eve to decide, for 8.0s: ship it?\n         a runs, for 9.0s\n')
    expect(text).toContain('lorc approve low123 gate --by NAME --reason TEXT')
    expect(JSON.parse(await explain('', { ...scene, json: true }))).toMatchObject({
      approvals: [],
      approvals_inside: [{ run_id: 'run_low_low123', step: 'gate', approval: { message: 'ship it?' } }],
      next: [{ command: 'lorc approve run_low_low123 gate --by NAME --reason TEXT' }],
    })
  })

  it('with more of everything than fits names the first ones', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const text = await explain('', {
      steps: names.map((name) => ({ name, dependsOn: [] })),
      states: names.map((name, i) => stateOf(name, { status: 'failed', endedAt: i, error: { code: 'X', message: 'x' } })),
      events: [...names.slice(0, 4).map((name): [number, EventData] => [0, started(name)])],
      view: { status: 'running' },
    })
    expect(text).toContain('and d, e, f, g, h failed, too')
    expect(text).toContain('and 1 other step run')
    expect(text).toContain('and 1 other step could begin')
    expect(text).toContain('lorc runs logs ab12cd -f')
  })

  it('in which several steps failed says that a resume runs all of them again', async () => {
    const steps = (names: string): Promise<string> => explain('', { steps: names.split(','), states: names.split(',').map((name) => stateOf(name, { status: 'failed', endedAt: 1, error: { code: 'X', message: 'x' } })) })
    const three = await steps('a,b,c')
    expect(three).toMatch(/lorc resume ab12cd +run a and 2 more again, then what waits for them\n/)
    expect(three).toMatch(/ --skip a,b,c --by NAME --reason TEXT\s+go on as if these 3 steps were done\n/)
    expect(await steps('a,b,c,d,e')).toMatch(/ --skip a --by NAME --reason TEXT\s+go on as if a were done; of more, name each\n/)
  })

  it('that nobody drives, or drove for a while, says so', async () => {
    const pause: [number, EventData][] = [
      [1000, { type: 'run.paused', by: 'eve', reason: '' }],
      [4000, { type: 'run.unpaused', by: 'eve', reason: '' }],
    ]
    const states = [stateOf('a', { status: 'waiting', attempts: 0 })]
    const text = await explain('', { states, events: pause, view: { status: 'running', abandoned: true } })
    expect(text).toContain('waiting  a has waited 6.0s because nobody drove the run\n')
    expect(text).toContain('steps waited 3.0s in all because the run was paused')
    expect(text).not.toContain('for a slot')
    const taken: [number, EventData][] = [[3000, { type: 'driver.started', epoch: 2, pid: 1, host: 'h' }], [3000, started('a')]]
    expect(await explain('', { states, events: taken, view: { status: 'running' } })).toContain('nobody drove the run for 3.0s of it\n')
  })

  it('whose time was over tells that first, and proposes to skip no handler that failed after it', async () => {
    const text = await explain('', {
      steps: ['a', { name: 'mail', phase: 'on_failure' }],
      states: [
        stateOf('a', { status: 'cancelled', reason: 'Cancelled: too long', endedAt: 1000 }),
        stateOf('mail', { status: 'failed', attempts: 1, endedAt: 2000, error: { code: 'STEP_FAILED', message: 'no mail' } }),
      ],
      events: [[0, started('a')], [1000, { type: 'steps.cancelled', steps: ['a'], reason: 'Cancelled: too long' }], [1000, started('mail')], [2000, failed('mail')]],
      view: { endedAt: 2000, failedStep: null, error: { code: 'RUN_TIMEOUT', message: 'too long' } },
    })
    expect(text.indexOf('RUN_TIMEOUT')).toBeGreaterThan(0)
    expect(text.indexOf('RUN_TIMEOUT')).toBeLessThan(text.indexOf('mail failed'))
    expect(text).toMatch(/lorc resume \S+ +go on from there/)
    expect(text).not.toContain('--skip')
  })

  it('of which an approval was rejected proposes no log of it', async () => {
    const approval = { message: 'go?', by: null, requestedAt: 0, expiresAt: null, decision: { approved: false, by: 'eve', reason: 'no', at: 5 } }
    const text = await explain('', {
      steps: [{ name: 'a', type: 'approval' }],
      states: [stateOf('a', { status: 'failed', attempts: 1, endedAt: 5, approval, error: { code: 'APPROVAL_REJECTED', message: 'no' } })],
      view: { endedAt: 5, failedStep: 'a', error: { code: 'APPROVAL_REJECTED', message: 'no' } },
    })
    expect(text).toContain('all about a')
    expect(text).not.toContain('runs logs')
  })

  it('whose approval is out of time says that it cannot be decided on any more', async () => {
    const approval = { message: 'go?', by: null, requestedAt: 0, expiresAt: 10_000, decision: null }
    const events: [number, EventData][] = [[0, { type: 'approval.requested', step: 'a', message: 'go?', by: null, expiresAt: 10_000 }]]
    const text = await explain('', { states: [stateOf('a', { status: 'running', approval })], events, view: { status: 'running', abandoned: true } })
    expect(text).toMatch(/a waited for anybody to decide until .*, and fails when the run goes on: go\?/)
    expect(text).not.toContain('lorc approve')
  })

  it('that is paused, a child, abandoned, cancelled or completed says so', async () => {
    const paused = { by: 'eve', reason: 'lunch', at: 0 }
    const parent = { runId: 'run_up', step: 'sub' }
    const held = await explain('', { view: { paused, parent, status: 'running', abandoned: true } })
    expect(held).toMatch(/running, but nobody drives it, and nothing happened for [^]*, begun[^]*paused by eve on .*: lunch\nit is step sub of run_up\n/)
    expect(held).toContain('lorc unpause ab12cd  let it go on')
    const cancelling = { by: 'eve', reason: 'wrong day' }
    expect(await explain('', { view: { status: 'running', cancelling } })).toContain('\nbeing cancelled by eve: wrong day\n')
    expect(await explain('', { view: { status: 'running', cancelling: { by: '_runner', reason: 'it took longer' } } })).toContain('\nbeing ended: it took longer\n')
    expect(await explain('', { view: { status: 'running', abandoned: true } })).toContain('lorc resume ab12cd  go on from there')
    const error = { code: 'RUN_CANCELLED', message: 'by eve' }
    expect(await explain('', { view: { status: 'cancelled', error, endedAt: 5 } })).toContain('error[RUN_CANCELLED]: by eve')
    const done = await explain('', {
      states: [stateOf('a', { cached: true }), stateOf('b', { attempts: 3 })],
      view: { status: 'completed', endedAt: 5 },
    })
    expect(done).toContain('cache    1 step: a taken from it')
    expect(done).toContain('tried again: b (3 attempts)')
    expect(done).toContain('lorc report ab12cd -o report.html')
  })

  it('leaves out of a long chain what took least', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `step_number_${i}`)
    const text = await explain('', {
      steps: names,
      events: names.flatMap((name, i): [number, EventData][] => [
        [i * 10 + (i > 20 ? 9000 : 0), started(name)],
        [i * 10 + (i >= 20 ? 9000 : 10), completed(name)],
      ]),
      view: { status: 'completed', endedAt: 5 },
    })
    expect(text).toMatch(/longest chain: [^]*\.\.\. >\s+step_number_20 9\.0s[^]*> \.\.\./)
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})

describe('of a step', () => {
  it('that failed tells each attempt, the wait between them, its error and what it blocks', async () => {
    const text = await explain('b', {
      steps: ['a', 'b', { name: 'c', dependsOn: ['a', 'b'] }],
      states: [
        stateOf('a'),
        stateOf('b', { status: 'failed', error: { code: 'STEP_FAILED', message: 'kaputt\nin two', fix: 'oil it' } }),
        stateOf('c', { status: 'blocked', blockedBy: 'b' }),
      ],
      events: [
        [0, started('a')],
        [1000, completed('a')],
        [1000, started('b')],
        [2000, failed('b', { retryInMs: 3000 })],
        [5000, started('b', 2)],
        [5002, failed('b', { attempt: 2 })],
        [5002, { type: 'run.failed', step: 'b', error: { code: 'X', message: '' } }],
      ],
    })
    expect(text).toContain('b  failed  a node step of demo, run_')
    expect(text).toContain('why      it could begin when a had ended, at 1.0s into the run (the order of the recipe)')
    expect(text).toContain(
      'time     1.0s in  attempt 1 ran 1.0s and failed\n         2.0s in  waited 3.0s before the next attempt\n         5.0s in  attempt 2 ran 2ms and failed\n',
    )
    expect(text).toContain('failure  error[STEP_FAILED]: kaputt\n         in two\n         fix: oil it\n         because of it, 1 step cannot begin: c')
    expect(text).toContain('lorc runs logs ab12cd b  what it printed (--attempt N: an earlier attempt)\n  lorc resume ab12cd       run b again, then')
    expect(text).toContain('lorc resume ab12cd --skip b')
  })

  it.each([
    [['STEP_FAILED', 'mine'], false],
    [['HTTP_STATUS'], false],
    [['5xx'], false],
    [['STEP_TIMEOUT', 429], true],
  ])('that failed in a way that its retry is not for says so: %j', async (on, says) => {
    const retry = { max: 4, delayMs: 0, backoff: 'fixed' as const, factor: 2, maxDelayMs: 0, jitter: 0, on }
    const error = { code: on.includes('mine') ? 'STEP_FAILED' : 'HTTP_STATUS', message: 'no', details: { code: 'mine', status: 503 } }
    const text = await explain('a', { steps: [{ name: 'a', retry }], states: [stateOf('a', { status: 'failed', error })], events: [[0, started('a')], [1, failed('a')]] })
    expect(text.includes(`it was not tried again: its retry is for ${on.join(', ')} alone`)).toBe(says)
  })

  it('that is blocked names who blocks it, and who does so in the end', async () => {
    const states = [
      stateOf('a', { status: 'failed' }),
      stateOf('b', { status: 'blocked', blockedBy: 'a' }),
      stateOf('c', { status: 'blocked', blockedBy: 'b' }),
    ]
    const events: [number, EventData][] = [[0, { type: 'steps.blocked', steps: ['b', 'c'], by: 'a' }]]
    const scene = { steps: ['a', 'b', 'c'], states, events }
    expect(await explain('b', scene)).toContain('it cannot begin: it waits for a, which did not complete')
    const text = await explain('c', scene)
    expect(text).toContain('it waits for b, which is blocked itself, for a before that did not complete')
    expect(text).toContain('lorc explain ab12cd a')
    expect(text).not.toContain('lorc resume')
  })

  it.each<[string, EventData, Partial<StepState>, string]>([
    ['skipped by an option', { type: 'steps.skipped', steps: ['a'], reason: 'by --skip' }, { status: 'skipped', reason: 'by --skip' }, 'it was skipped: by --skip'],
    ['skipped by a person', { type: 'steps.skipped', steps: ['a'], reason: 'done by hand', by: 'eve' }, { status: 'skipped', reason: 'done by hand' }, 'it was skipped by eve: done by hand'],
    ['cancelled', { type: 'steps.cancelled', steps: ['a'], reason: 'b failed' }, { status: 'cancelled', reason: 'b failed' }, 'it was cancelled: b failed'],
    ['imported', completed('a'), { importedFrom: 'run_old' }, 'its result was taken over from run_old'],
  ])('that was %s says so', async (_what, event, state, said) => {
    expect(await explain('a', { states: [stateOf('a', state)], events: [[5, event]] })).toContain(said)
  })

  it('that waits for others names them; that could begin says what keeps it', async () => {
    const steps = [{ name: 'a', dependsOn: [] }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: [], concurrencyGroup: { name: 'db', limit: 2 } }]
    const states = [stateOf('a', { status: 'running' }), stateOf('b', { status: 'waiting', attempts: 0 }), stateOf('c', { status: 'waiting', attempts: 0 })]
    const view = { status: 'running' as const }
    const holders = [{ runId: 'run_x', step: 'y' }]
    const events: [number, EventData][] = [[0, started('a')], [100, { type: 'step.waiting', step: 'c', group: 'db', limit: 2, holders }]]
    expect(await explain('b', { steps, states, view, events })).toContain('it waits for 1 step: a (running)')
    const group = await explain('c', { steps, states, view, events })
    expect(group).toContain('it waits for concurrency group db, which holds 2 at once: y of run_x')
    expect(group).toContain('has waited 9.9s for concurrency group db')
    expect(await explain('c', { steps, states, view, events: [[0, started('a')]] })).toContain('it waits for a slot')
    expect(await explain('c', { steps, states, view: { ...view, abandoned: true } })).toContain('nobody drives the run')
    const late = { steps: ['a', { name: 'z', phase: 'always' as const, stage: 0 }], states: [stateOf('z', { status: 'waiting' })], view }
    expect(await explain('z', late)).toContain('it waits for the part of the run before it')
    const paused = { by: 'eve', reason: '', at: 0 }
    const pause: [number, EventData][] = [[1000, { type: 'run.paused', by: 'eve', reason: '' }]]
    const halted = await explain('c', { steps, states, view: { ...view, paused }, events: pause })
    expect(halted).toContain('it waits because eve had paused the run')
    expect(halted).toContain('lorc unpause ab12cd  let the run go on')
  })

  it('that asks for an approval shows the question, then the decision', async () => {
    const steps = [{ name: 'a', type: 'approval' }]
    const asked = { message: '', by: null, requestedAt: 0, expiresAt: 60_000, decision: null }
    const events: [number, EventData][] = [[0, { type: 'approval.requested', step: 'a', message: '', by: null, expiresAt: null }]]
    const open = await explain('a', { steps, states: [stateOf('a', { status: 'running', approval: asked })], events, view: { status: 'running' } })
    expect(open).toMatch(/asked: may it go on\? \(anybody may decide, until .*\)/)
    expect(open).toContain('has waited 10.0s for an approval')
    expect(open).toContain('lorc approve ab12cd a --by NAME --reason TEXT')
    const decision = { approved: false, by: 'eve', reason: 'no', at: 5000 }
    const closed = await explain('a', {
      steps,
      states: [stateOf('a', { status: 'failed', approval: { ...asked, by: ['eve'], decision } })],
      events: [...events, [5000, { type: 'approval.decided', step: 'a', approved: false, by: 'eve', reason: 'no' }]],
    })
    expect(closed).toMatch(/eve rejected it on .*: no/)
    expect(closed).toContain('waited 5.0s for the decision of eve')
  })

  it('that was run again, is a run of its own, or was cut off says so', async () => {
    const text = await explain('b', {
      steps: ['a', 'b'],
      states: [stateOf('b', { childRun: 'run_child' })],
      events: [
        [0, started('b')],
        [1000, { type: 'driver.started', epoch: 2, pid: 1, host: 'h' }],
        [1000, { type: 'step.interrupted', step: 'b', attempt: 1 }],
        [1000, { type: 'steps.reset', steps: ['b'], by: 'eve', reason: 'new data' }],
        [1000, started('b', 2)],
        [1500, { type: 'step.cancelled', step: 'b', attempt: 2, reason: '', metrics: null }],
        [1600, started('b', 3)],
        [1700, completed('b')],
      ],
      view: { status: 'completed' },
    })
    expect(text).toContain('it could begin when the run was taken up again, at 1.0s into the run')
    expect(text).toMatch(/eve had it run again on .*: new data/)
    expect(text).toContain('it is a run of its own: run_child')
    expect(text).toContain('attempt 1 ran 1.0s until its driver was gone')
    expect(text).toContain('attempt 2 ran 500ms and was cancelled')
    expect(text).toContain('lorc explain child')
    expect(text).toContain('lorc resume ab12cd --from b')
  })

  it('tells an item from its step, and both from how often they ran', async () => {
    const steps = [{ name: 'each', forEach: { items: 'x', maxParallel: 1 } }]
    const states = [stateOf('each', { items: 2 }), stateOf('each[0]', { itemOf: 'each' }), stateOf('each[1]', { itemOf: 'each', status: 'running' })]
    const events: [number, EventData][] = [
      [0, { type: 'step.expanded', step: 'each', items: [1, 2] }],
      [0, started('each[0]')],
      [1000, completed('each[0]')],
      [1000, started('each[1]')],
    ]
    const view = { status: 'running' as const }
    const item = await explain('each[1]', { steps, states, events, view })
    expect(item).toContain('each[1]  running  an item of each of demo')
    expect(item).toContain('it could begin when each had its list')
    expect(item).toContain('waited 1.0s for its turn among the items, until each[0] made room')
    expect(item).toContain('has run for 9.0s')
    expect(item).toContain("lorc runs logs ab12cd 'each[1]'")
    expect(await explain('each', { steps, states, events, view })).toContain('its 2 items ran for 10.0s')
    expect(await explain('each[7]', { steps, states, events, view })).toContain('there is no step `each[7]`')
  })

  describe('with a cache', () => {
    const steps = [{ name: 'a', cache: { mode: 'auto' as const } }]
    const entry = (runId: string, createdAt: number, parts: Record<string, string>): CacheEntry => ({
      planName: 'demo', step: 'a', key: 'auto:1', value: { parts }, runId, createdAt,
    })
    const events: [number, EventData][] = [[0, started('a')], [5000, completed('a')]]
    const told = (entries: CacheEntry[], more = events) => explain('a', { steps, states: [stateOf('a')], events: more, entries })

    it('names what changed since the nearest earlier result', async () => {
      const many = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`p${i}`, 'x']))
      expect(await told([entry('run_old', 1, { 'args.n': '1' }), entry(RUN_ID, 2, { 'args.n': '2' })])).toContain(
        'cache    not taken from the cache: since run_old, 1 thing that it is made from changed\n           args.n: 1 -> 2\n',
      )
      expect(await told([entry('run_old', 1, {}), entry(RUN_ID, 2, many)])).toContain('p9: not there -> x\n           and 2 more: --json shows them')
      expect(await told([entry('run_old', 1, many), entry(RUN_ID, 2, {})])).toContain('p9: x -> not there')
    })

    it('tells the first result, one without its files, one of which nothing is left, and where a hit came from', async () => {
      expect(await told([entry(RUN_ID, 2, {})])).toContain('no result of this step had been kept')
      expect(await told([entry('run_old', 1, {}), entry(RUN_ID, 2, {})])).toContain('a file that it left was gone or altered')
      expect(await told([])).toContain('it left no result to compare')
      expect(await told([], [])).not.toContain('cache    ')
      const hit: [number, EventData][] = [[0, started('a')], [1, { ...completed('a'), cached: 'auto:1' } as EventData]]
      const text = await told([entry('run_old', 1, {})], hit)
      expect(text).toMatch(/taken from the cache: made by run_old on /)
      expect(text).toContain('0ms in  was taken from the cache')
      expect(await told([], hit)).toContain('cache    taken from the cache\n')
    })
  })
})
