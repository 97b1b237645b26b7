import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Context } from '@lorc/context'
import type { EventData, JournalEvent, RunView, StepState } from '@lorc/runner'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { completed, CREATED, DRIVER, engineOf, failed, planOf, RUN_ID, runnerOf, started, stateOf, viewOf } from '../scripted-run.fixture.ts'
import type { StepRow } from './report-data.ts'

const EVIL = '</script><script>alert(1)</script><img src=x onerror=alert(2)>" \'`|\u2028'

let folder: string
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'lorc-report-')))
})
afterEach(() => rm(folder, { recursive: true }))

interface Scene {
  view?: Partial<RunView>
  events?: [number, EventData][]
  created?: EventData
  env?: Record<string, string>
}

async function report(words: string[], { view = {}, events = [], created = CREATED, env = {} }: Scene = {}) {
  const journal = [[0, created] as const, [0, DRIVER] as const, ...events].map(
    ([ts, event], seq): JournalEvent => ({ ...event, seq, ts, prev: '', hash: `hash${seq}` }),
  )
  const engine = engineOf({
    runner: runnerOf({
      view: async () => viewOf({ createdAt: 0, endedAt: 3000, ...view }),
      events: async function* () {
        yield* journal
      },
      logPath: async (_run, step, attempt) => join(folder, `${step}.${attempt}.log`),
    }),
    store: { get: async () => ({ runId: RUN_ID }) as never },
  })
  const io = fakeIo({ cwd: folder, env })
  io.time = 10_000
  const exit = await main(['report', RUN_ID, ...words], { io, engine, version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

/** The steps that the page's script gets. */
function stepsIn(html: string): StepRow[] {
  const json = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1] ?? ''
  return (JSON.parse(json) as { steps: StepRow[] }).steps
}

const failing: Scene = {
  view: {
    status: 'failed',
    plan: planOf('load', 'stats', 'mail'),
    error: { code: 'STEP_FAILED', message: 'kaputt' },
    failedStep: 'stats',
    recipe: { path: 'demo.yaml', sha256: 'abc' },
    steps: [
      stateOf('load'),
      stateOf('stats', { status: 'failed', attempts: 2, endedAt: 3000, error: { code: 'STEP_FAILED', message: 'kaputt', fix: 'oil it' } }),
      stateOf('mail', { status: 'blocked', attempts: 0, blockedBy: 'stats' }),
    ],
  },
  events: [
    [0, started('load')],
    [1000, completed('load')],
    [1000, started('stats')],
    [1500, failed('stats', { retryInMs: 500 })],
    [2000, started('stats', 2)],
    [3000, failed('stats', { attempt: 2 })],
    [3000, { type: 'steps.blocked', steps: ['mail'], by: 'stats' }],
    [3000, { type: 'run.failed', step: 'stats', error: { code: 'STEP_FAILED', message: 'kaputt' } }],
  ],
}

describe('the page', () => {
  it('loads nothing and lets nothing run but its own script, by the hash of it', async () => {
    const { exit, stdout } = await report([], failing)
    expect(exit).toBe(0)
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(stdout) ?? []
    expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'; img-src data:; base-uri 'none'; form-action 'none'$/)
    const hash = (tag: string): string => {
      const content = new RegExp(`<${tag}>(.*?)</${tag}>`, 's').exec(stdout)?.[1] ?? ''
      return createHash('sha256').update(content).digest('base64')
    }
    expect(policy).toContain(hash('script'))
    expect(policy).toContain(hash('style'))
    expect(stdout).not.toMatch(/ (src|href)="(https?:)?\/\/| style="| on[a-z]+="/)
  })

  it('tells what went wrong first, with the fix, the log, what it blocks and the commands', async () => {
    await writeFile(join(folder, 'stats.2.log'), 'one\ntwo <b>\n')
    const { stdout } = await report([], failing)
    expect(stdout).toContain('<a href="#step=stats">stats</a> failed 3.0s into the run, after 2 attempts')
    expect(stdout).toContain('<b>fix:</b> oil it')
    expect(stdout).toContain('two &lt;b&gt;</pre>')
    expect(stdout).toContain('Because of it, 1 step cannot begin: <code>mail</code>.')
    expect(stdout).toContain('<code>lorc resume ab12cd --skip stats --by NAME --reason TEXT</code>')
    expect(stdout).toContain('The longest chain: 3.0s')
    expect(stdout).toContain('recipe <code>demo.yaml</code>')
    expect(stepsIn(stdout)[1]).toEqual({
      name: 'stats',
      type: 'node',
      status: 'failed',
      attempts: 2,
      ready: 1000,
      from: 1000,
      to: 3000,
      took: 1500,
      spans: [
        { kind: 'ran', from: 1000, to: 1500, end: 'failed', attempt: 1 },
        { kind: 'retry', from: 1500, to: 2000 },
        { kind: 'ran', from: 2000, to: 3000, end: 'failed', attempt: 2 },
      ],
      after: 'load',
      error: { code: 'STEP_FAILED', message: 'kaputt', fix: 'oil it' },
      log: 'one\ntwo <b>\n',
      logCut: 0,
    })
  })

  it('has what is in the journal alone of a log', async () => {
    const [load, ...others] = failing.view!.steps!
    const { stdout } = await report([], { ...failing, view: { ...failing.view, steps: [{ ...load!, log: ['called', 'answered'] }, ...others] } })
    expect(stepsIn(stdout)[0]).toMatchObject({ log: 'called\nanswered\n', logCut: 0 })
  })

  it('lets nothing that a step wrote be anything but text', async () => {
    const context = new Context()
    context.set('demo.evil_v1', { [EVIL]: EVIL }, { who: EVIL, step: 'a' })
    context.set('demo.evil_v1', { [EVIL]: 'b' }, { who: EVIL })
    await writeFile(join(folder, 'a.1.log'), `${EVIL}\n`)
    const artifacts = [{ path: `${EVIL}.csv`, bytes: 1, sha256: EVIL }]
    const error = { code: 'STEP_FAILED', message: EVIL, fix: EVIL }
    const { stdout } = await report([], {
      view: {
        name: EVIL,
        plan: { ...planOf('a'), description: EVIL },
        params: { evil: EVIL },
        context,
        status: 'failed',
        error,
        recipe: { path: EVIL, sha256: EVIL },
        parent: { runId: EVIL, step: EVIL },
        paused: { by: EVIL, reason: EVIL, at: 0 },
        steps: [stateOf('a', { status: 'failed', error, artifacts, outputs: [EVIL], reason: EVIL, childRun: EVIL })],
      },
      created: { ...CREATED, params: { evil: EVIL }, code: { [EVIL]: EVIL }, versions: { [EVIL]: EVIL }, env: { [EVIL]: EVIL } } as EventData,
      events: [[0, started('a')], [5, failed('a')]],
    })
    expect(stdout).toContain('<summary>Parameters (1)</summary>')
    expect(stdout.match(/<script/g)).toHaveLength(2)
    expect(stdout.match(/<\/script>/g)).toHaveLength(2)
    expect(stdout).not.toContain('<img src=x')
    expect(stepsIn(stdout)[0]?.log).toBe(`${EVIL}\n`)
  })

  it('shows context with who wrote it and what it held before, long values cut', async () => {
    const context = new Context({ now: () => 0 })
    context.set('demo.rows_v1', ['old'], { who: 'ann', step: 'load', attempt: 1 })
    context.set('demo.rows_v1', ['y'.repeat(50_000)], { who: 'ann' })
    const { stdout } = await report([], { view: { context, status: 'completed' } })
    expect(stdout).toMatch(/written by ann, 1970-/)
    expect(stdout).toMatch(/46\d\d\d more characters/)
    expect(stdout).toContain('<h3>Before that</h3><ul><li>ann in step <a href="#step=load">load</a>, attempt 1, 1970-')
    expect(stdout.length).toBeLessThan(60_000)
  })

  it('holds small images that are as the step left them, and links to every file', async () => {
    const png = Buffer.from('iVBORw0KGgo=', 'base64')
    await mkdir(join(folder, 'out'))
    await writeFile(join(folder, 'out/a b.png'), png)
    await writeFile(join(folder, 'out/changed.png'), 'other')
    const sha256 = createHash('sha256').update(png).digest('hex')
    const file = (path: string, bytes = png.length) => ({ path, bytes, sha256 })
    const artifacts = [file('out/a b.png'), file('out/changed.png'), file('out/gone.png'), file('out/huge.png', 9e9), file('out/x.csv')]
    const scene = { view: { steps: [stateOf('a', { artifacts })], status: 'completed' as const } }
    const { stdout } = await report([], scene)
    expect(stdout.match(/<img /g)).toHaveLength(1)
    expect(stdout).toContain(`<a href="out/a%20b.png"><code>out/a b.png</code></a><img src="data:image/png;base64,${png.toString('base64')}"`)
    await report(['-o', 'deep/er/r.html'], scene)
    expect(await readFile(join(folder, 'deep/er/r.html'), 'utf8')).toContain('<a href="../../out/x.csv">')
  })

  it('keeps the ends of long logs, of failed steps before others, and says what is left out', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `s${i}`)
    const long = Array.from({ length: 9000 }, (_, i) => `line ${i} é\n`).join('')
    for (const name of names) await writeFile(join(folder, `${name}.1.log`), long)
    const states = names.map((name) => stateOf(name, { status: name === 's39' ? 'failed' : 'completed' }))
    const events = names.flatMap((name): [number, EventData][] => [[0, started(name)], [9, name === 's39' ? failed(name) : completed(name)]])
    const scene: Scene = { view: { plan: planOf(...names.map((name) => ({ name, dependsOn: [] }))), steps: states, status: 'failed' }, events }
    const steps = stepsIn((await report(['--log-kib', '64'], scene)).stdout)
    expect(steps[39]!.log!.length).toBeGreaterThan(50_000)
    expect(steps[0]!.log).toMatch(/^line \d+ é\n/)
    expect(steps[0]!.log!.length).toBeLessThan(1501)
    expect(steps[0]!.logCut! + Buffer.byteLength(steps[0]!.log!)).toBe(Buffer.byteLength(long))
    expect(stepsIn((await report(['--log-kib', '0'], scene)).stdout)[0]).toMatchObject({ log: '', logCut: Buffer.byteLength(long) })
    expect(stepsIn((await report([], scene)).stdout)[3]!.log!.length).toBeGreaterThan(15_000)
  })

  it('masks secrets that are known by now, wherever they stand', async () => {
    await writeFile(join(folder, 'a.1.log'), `${'x'.repeat(20_000)}\ntoken hunter22\n`)
    const context = new Context()
    context.set('demo.token_v1', 'hunter22', { who: 'a' })
    const error = { code: 'STEP_FAILED', message: 'hunter22 was refused' }
    const steps: StepState[] = [stateOf('a', { status: 'failed', error, reason: 'hunter22' }), stateOf('b', { log: ['with hunter22'] })]
    const plan = { ...planOf('a', 'b'), secrets: ['TOKEN'] }
    const events: [number, EventData][] = [[0, started('a')], [5, failed('a')], [0, started('b')], [5, completed('b')]]
    const scene: Scene = { view: { plan, steps, context, error, status: 'failed' }, events, env: { TOKEN: 'hunter22' } }
    for (const words of [[], ['--format', 'md']]) {
      const { stdout } = await report(words, scene)
      expect(stdout).not.toContain('hunter22')
      expect(stdout).toMatch(/\*\*\*|&#42;&#42;&#42;/)
    }
  })

  it('tells of items, waits, pauses, gaps and cached steps, and draws long gaps short', async () => {
    const plan = planOf({ name: 'each', forEach: { items: 'x' } }, { name: 'b', phase: 'always', stage: 0 })
    const { stdout } = await report([], {
      view: {
        plan,
        status: 'running',
        abandoned: true,
        endedAt: null,
        steps: [
          stateOf('each', { items: 1 }),
          stateOf('each[0]', { itemOf: 'each', cached: true, metrics: { wallMs: 1, cpuUserMs: 2, cpuSystemMs: 3, peakRssBytes: 4, exitCode: 0 } }),
          stateOf('b', { status: 'waiting', attempts: 0 }),
        ],
      },
      events: [
        [0, { type: 'step.expanded', step: 'each', items: [1] }],
        [0, { type: 'run.paused', by: 'eve', reason: '' }],
        [50, { type: 'run.unpaused', by: 'eve', reason: '' }],
        [60, started('each[0]')],
        [70, { ...completed('each[0]'), cached: 'k' } as EventData],
        [80, completed('each')],
        [900_000, { type: 'driver.started', epoch: 2, pid: 1, host: 'h' }],
      ],
    })
    expect(stepsIn(stdout)).toMatchObject([
      { name: 'each', spans: [{ kind: 'items', from: 0, to: 80 }] },
      { name: 'each[0]', itemOf: 'each', cached: true, cpuMs: 5, rssBytes: 4, exitCode: 0, spans: [{ kind: 'paused', by: 'eve' }, { kind: 'ran', end: 'cached' }] },
      { name: 'b', phase: 'always' },
    ])
    expect(stdout).toContain('nobody drives it')
    expect(stdout).toMatch(/"cuts":\[\{"from":80,"to":900000,"as":\d+\}\]/)
    expect(stdout).toContain('<title>paused by eve</title>')
    expect(stdout).toContain('<h2 id="trouble">What to do</h2>')
  })

  it('draws a chart of many points with fewer, and says that the chain began when the run was taken up again', async () => {
    const names = Array.from({ length: 1500 }, (_, i) => `s${i}`)
    const events = names.flatMap((name, i): [number, EventData][] => [[i * 4, started(name)], [i * 4 + 2, completed(name)]])
    const plan = planOf(...names, 'z')
    const more: [number, EventData][] = [
      [6000, { type: 'run.failed', step: null, error: { code: 'X', message: '' } }],
      [9000, { type: 'driver.started', epoch: 2, pid: 1, host: 'h' }],
      [9000, started('z')],
      [9500, completed('z')],
    ]
    const { stdout } = await report([], { view: { plan, steps: [], endedAt: 9500, status: 'completed' }, events: [...events, ...more] })
    expect((/class="chart".*?<path d="([^"]*)"/s.exec(stdout)?.[1] ?? '').split('H').length).toBeLessThan(1010)
    expect(stdout).toContain('The longest chain since the run was taken up again: 500ms')
  })

  it('of a run of 5,000 steps has at most 5 MB, however much these printed and produced', async () => {
    const names = Array.from({ length: 5000 }, (_, i) => `step_number_${i}`)
    const context = new Context()
    for (const name of names.slice(0, 2600)) context.set(`demo.${name}_v1`, { text: '<"\n'.repeat(800) }, { who: name, step: name })
    await writeFile(join(folder, 'log'), '<"printed"\n'.repeat(2000))
    const events = names.flatMap((name, i): [number, EventData][] => [[i, started(name)], [i + 1, completed(name)]])
    const engine = engineOf({
      runner: runnerOf({
        view: async () => viewOf({ createdAt: 0, plan: planOf(...names), context, steps: names.map((name) => stateOf(name, { outputs: [`demo.${name}_v1`] })) }),
        events: async function* () {
          for (const [seq, [ts, event]] of [[0, CREATED] as const, ...events].entries()) yield { ...event, seq, ts, prev: '', hash: '' }
        },
        logPath: async () => join(folder, 'log'),
      }),
      store: { get: async () => ({ runId: RUN_ID }) as never },
    })
    const io = fakeIo({ cwd: folder })
    expect(await main(['report', RUN_ID, '-o', 'r.html'], { io, engine, version: '1' })).toBe(0)
    const page = await readFile(join(folder, 'r.html'))
    expect(page.length).toBeLessThanOrEqual(5_000_000)
    expect(page.toString()).toContain('100 more keys: <code>lorc runs context')
  })
})

describe('Markdown', () => {
  it('is short and tells the same', async () => {
    await writeFile(join(folder, 'stats.2.log'), 'one\n```\n')
    const { stdout } = await report(['--format', 'md'], failing)
    expect(stdout).toContain('## ❌ demo: failed\n\n1 completed, 1 failed, 1 blocked in 3.0s of `demo.yaml`, begun ')
    expect(stdout).toContain('### stats failed after 2 attempts\n\n**STEP&#95;FAILED**'.replace('&#95;', '_'))
    expect(stdout).toContain('**fix:** oil it')
    expect(stdout).toContain('````\none\n```\n````')
    expect(stdout).toContain('Because of it, 1 step cannot begin: `mail`')
    expect(stdout).toContain('```sh\nlorc explain ab12cd stats  # all about stats\n')
    expect(stdout).toContain('**Longest chain:** `load` 1.0s → `stats` 1.5s (+ 500ms waiting)')
    expect(stdout).toContain('| `mail` | ⛔ blocked |  |  | by stats |')
  })

  it('leaves out what is too much, and lets no text be markup', async () => {
    const names = Array.from({ length: 50 }, (_, i) => `s${i}`)
    const context = new Context()
    for (const name of names) context.set(`demo.${name}_v1`, EVIL, { who: name })
    const error = { code: 'X', message: `${EVIL} @everyone [x](http://e.vil)` }
    const artifacts = [{ path: 'a|b.csv', bytes: 2048, sha256: 'f'.repeat(64) }]
    const states = names.map((name, i) => stateOf(name, i < 8 ? { status: 'failed', error } : { artifacts: i === 9 ? artifacts : [], cached: i === 10 }))
    const events = names.flatMap((name, i): [number, EventData][] => [[i, started(name)], [i + 1, completed(name)]])
    const view = { plan: planOf(...names), steps: states, context, status: 'failed' as const }
    const { stdout } = await report(['--format', 'md'], { view, events })
    expect(stdout).toContain('3 more steps failed: `s5`, `s6`, `s7`')
    expect(stdout).toContain('20 other steps left out.')
    expect(stdout).toContain('20 other keys left out.')
    expect(stdout).toContain('(44 shorter links left out)')
    expect(stdout).toContain('| `a\\|b.csv` | 2.0 KiB | `ffffffffffffffff` | s9 |')
    expect(stdout.replaceAll(/(`+)[^\n]*?\1/g, '').replaceAll(/<\/?(details|summary)>/g, '')).not.toMatch(/<[a-z/]|@everyone|\]\(http/)
  })

  it('of a run whose time was over tells that before the handlers that failed', async () => {
    const mail = stateOf('mail', { status: 'failed', error: { code: 'STEP_FAILED', message: 'no mail' } })
    const view: Partial<RunView> = { status: 'failed', plan: planOf({ name: 'mail', phase: 'on_failure' }), steps: [mail], failedStep: null, error: { code: 'RUN_TIMEOUT', message: 'too long' } }
    const { stdout } = await report(['--format', 'md'], { view })
    expect(stdout).toContain('**RUN_TIMEOUT**: too long\n\n### mail failed')
    expect((await report([], { view })).stdout).toMatch(/<h3>RUN_TIMEOUT<\/h3>.*mail<\/a> failed/s)
  })

  it('of a run that completed needs no commands; of one that was cancelled shows why', async () => {
    expect((await report(['--format', 'md'])).stdout).not.toContain('```sh')
    const { stdout } = await report(['--format', 'md'], { view: { status: 'cancelled', error: { code: 'RUN_CANCELLED', message: 'by eve' }, abandoned: true } })
    expect(stdout).toContain('cancelled, but nobody drives it')
    expect(stdout).toContain('**RUN_CANCELLED**: by eve')
    expect((await report([], { view: { status: 'cancelled', error: { code: 'RUN_CANCELLED', message: 'by eve' } } })).stdout).toContain('<h3>RUN_CANCELLED</h3><p>by eve</p>')
  })
})
