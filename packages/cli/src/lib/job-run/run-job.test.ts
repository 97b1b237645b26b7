import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ToyWorkspace } from './toy-workspace.fixture.ts'

const ZOD = JSON.stringify(import.meta.resolve('zod'))
/** Another copy, of which lorc knows nothing. */
const ZOD_3 = JSON.stringify(import.meta.resolve('zod3'))

let toy: ToyWorkspace
beforeAll(() => {
  toy = new ToyWorkspace(`import * as z from ${ZOD}
    import * as z3 from ${ZOD_3}
    export const older = defineJob({ params: z3.object({ label: z3.string().min(4), most: z3.number().int().default(3) }), run: ({ params }) => params })
    export const hello = defineJob({
      params: z.object({ name: z.string().default('you'), times: z.number().int().default(2), label: z.string().nullable().optional() }),
      run({ params, events, log, account, since, until, progress }) {
        for (let i = 0; i < params.times; i++) events.emit({ type: 'hello.said', source: 'toy', payload: { i, ...params } })
        log.debug('detail')
        log.info('said hello', { times: params.times })
        progress(params.times, params.times)
        return { account: account ?? null, since: since?.toISOString() ?? null, until: until?.toISOString() ?? null }
      },
    })
    export const mail = ({ events }) => events.upsert([{ type: 'm', source: 's', id: '1', payload: {} }]).then(() => undefined)
    export const boom = () => { throw new Error('kaputt') }
    export const flaky = defineJob({ retry: { max: 2, delay: 1 }, run({ run, events }) {
      events.emit({ type: 'tried', source: 'toy', payload: 1 })
      if (run.attempt === 1) throw new TransientError('not yet')
    } })
    let tries = 0
    export const second = ({ log }) => { log.info('at it'); if (tries++ === 0) throw new Error('not at first') }
    export const never = ({ signal }) => new Promise((_, stop) => { const timer = setInterval(() => {}, 1000); signal.addEventListener('abort', () => { clearInterval(timer); stop(signal.reason) }) })
  `)
})
afterAll(() => toy.remove())

const events = async (): Promise<unknown> => (await toy.lorc(['sql', 'SELECT event_type, COUNT(*) AS n FROM events GROUP BY 1 ORDER BY 1', '--format', 'json'])).stdout

describe('lorc run PACKAGE JOB', () => {
  it('runs a job, says so, and prints what became of it in one line', async () => {
    const { exit, lines, stderr } = await toy.run('run', 'toy', 'hello', '-p', 'times=3', '--param', 'name=7', '--account', 'acct', '--since', '2026-01-01', '--until', '2026-01-31T12:00Z')
    expect([exit, lines]).toEqual([
      0,
      [
        {
          status: 'ok',
          ctx_keys: [],
          run_id: expect.stringMatching(/^run_/) as string,
          package: '@acme/toy',
          job: 'hello',
          result: { account: 'acct', since: '2026-01-01T00:00:00.000Z', until: '2026-01-31T12:00:00.000Z' },
          events: { emitted: 3, duplicates: 0, delivered: 3, waiting: 0, rejected: 0, by_type: { 'hello.said': 3 } },
        },
      ],
    ])
    expect(stderr).toMatch(/^toy\/hello: run_\S+\n\S+ INFO toy\/hello: said hello, times=3\n✓ toy\/hello completed in [\d.]+m?s: 3 events \(3 hello\.said\)\n$/)
    expect(existsSync(join(toy.folder, '.lorc/events.db'))).toBe(true)
    const result = { account: 'acct', since: '2026-01-01T00:00:00.000Z', until: '2026-01-31T12:00:00.000Z' }
    const shown = await toy.lorc(['runs', 'show', 'last', '--json'])
    expect(JSON.parse(shown.stdout)).toMatchObject({ steps: [{ meta: { result, events: { emitted: 3 } } }] })
    expect((await toy.lorc(['runs', 'show', 'last'])).stdout).toContain('returned {"account":"acct",')
    expect((await toy.lorc(['explain', 'last', 'hello'])).stdout).toMatch(/\nresult {3}returned \{"account".*\n {9}3 events \(3 hello\.said\)\n/)
  })

  it('tells once of events that could not be kept, with the run', async () => {
    const other = new ToyWorkspace('export const tells = ({ events }) => { events.emit({ type: "t", source: "s", payload: 1 }) }')
    try {
      other.write('lorc.config.yaml', 'events: { path: events.db }')
      other.write('events.db', 'what is not a database at all, and never was one')
      const { exit, lines, stderr } = await other.run('run', 'toy', 'tells', '--quiet')
      expect([exit, lines]).toEqual([1, [expect.objectContaining({ status: 'error', step: 'tells', run_id: expect.stringMatching(/^run_/) as string })]])
      expect(stderr.match(/Move the damaged file away/g)).toHaveLength(1)
    } finally {
      other.remove()
    }
  })

  it('takes the name in full, parameters from a file, and texts for what may be a text', async () => {
    toy.write('params.yaml', 'times: 1\nname: Ann\n')
    const { lines } = await toy.run('run', '@acme/toy', 'hello', '--params-file', 'params.yaml', '-p', 'label=12', '--quiet', '--dry-run')
    expect((lines[0]?.['samples'] as { payload: unknown }[])[0]!.payload).toEqual({ i: 0, times: 1, name: 'Ann', label: '12' })
  })

  it('passes on what looks like an expression as it is', async () => {
    const text = '${{ run.id }} and ${{ 1 + 1'
    const { lines } = await toy.run('run', 'toy', 'hello', '-p', `name=${text}`, '-p', 'times=1', '--account', text, '--dry-run', '--quiet')
    expect(lines[0]).toMatchObject({ status: 'ok', result: { account: text } })
    expect((lines[0]?.['samples'] as { payload: unknown }[])[0]!.payload).toMatchObject({ name: text })
  })

  it('runs a job whose schema is of another copy of its library, which tells no types', async () => {
    const { lines } = await toy.run('run', 'toy', 'older', '-p', 'label=2026', '-p', 'most=5', '--quiet')
    expect(lines[0]).toMatchObject({ status: 'ok', result: { label: '2026', most: 5 } })
    const refused = await toy.run('run', 'toy', 'older', '-p', 'label=2026', '-p', 'mots=4')
    expect(refused).toMatchObject({ exit: 2, lines: [{ code: 'JOB_PARAMS_INVALID', run_id: null }] })
    expect(refused.stderr).toContain('The parameters of toy/older are wrong: it has no parameter `mots`.')
    expect(refused.stderr).toContain('fix: Its parameters are label, most.')
    expect((await toy.run('run', 'toy', 'older', '-p', 'label')).stderr).toContain('fix: write --param label=VALUE\n')
    expect((await toy.run('run', 'toy', 'older', '-p', 'most=x')).stderr).toContain('`label` is missing; `most`: Expected number, received string')
    expect((await toy.run('run', 'toy', 'older', '-p', 'label=2026', '-p', 'most=1.5')).stderr).toContain('`most`: Expected integer, received float')
    expect((await toy.lorc(['jobs', 'show', 'toy', 'older'])).stdout).toMatch(/\nlabel +string +\(required\)\s*\nmost +integer +3\s*\n/)
  })

  it('tells of raw objects', async () => {
    expect((await toy.run('run', 'toy', 'mail')).stderr).toContain(': no events; raw objects: 1 inserted\n')
    const { stderr, lines } = await toy.run('run', 'toy', 'mail')
    expect(stderr).toContain(': no events; raw objects: 1 unchanged\n')
    expect(lines[0]).toMatchObject({ raw_objects: { inserted: 0, updated: 0, unchanged: 1 } })
  })

  it('tells how it failed, and why', async () => {
    const { exit, lines, stderr } = await toy.run('run', 'toy', 'boom')
    expect(exit).toBe(1)
    expect(lines).toMatchObject([{ status: 'error', exit_code: 1, step: 'boom', reason: 'step `boom`: kaputt' }])
    expect(stderr).toMatch(/\nError: kaputt\n +at [^\n]*jobs\.mjs[^]*\n✗ toy\/boom failed: kaputt\nwhy, and what to do: lorc explain run_\S+\nto go on from there: lorc resume run_/)
  })

  it('tries again what may pass, and emits it once', async () => {
    const { exit, lines, stderr } = await toy.run('run', 'toy', 'flaky')
    expect(exit).toBe(0)
    expect(lines[0]).toMatchObject({ events: { emitted: 1, duplicates: 1 } })
    expect(stderr).toContain('  retrying   flaky failed: JOB_TRANSIENT: not yet; the next in ')
    expect(stderr).toContain('  started    flaky  attempt 2\n')
    expect(stderr).toContain(': 1 event (1 tried, 1 emitted before)\n')
    expect((await toy.run('run', 'toy', 'flaky', '--retries', '0')).exit).toBe(1)
  })

  it('goes on where it failed', async () => {
    expect((await toy.run('run', 'toy', 'second')).exit).toBe(1)
    const { exit, stderr, lines } = await toy.run('resume', 'last')
    expect([exit, lines[0]]).toMatchObject([0, { status: 'ok', job: 'second' }])
    expect(stderr).toMatch(/ INFO toy\/second: at it\n✓ toy\/second completed in [\d.]+m?s: no events\n$/)
    expect((await toy.run('resume', 'last', '--quiet')).stderr).toBe('')
  })

  it('fails once where its events have no place to go', async () => {
    const lost = new ToyWorkspace(`export const a = ({ events }) => { events.emit({ type: 't', source: 's', payload: 1 }) }`)
    lost.write('lorc.config.json', '{ "events": { "sink": "bigquery", "dataset": "d", "project": "X" } }')
    const { exit, lines, stderr } = await lost.run('run', 'toy', 'a')
    expect([exit, lines]).toMatchObject([1, [{ status: 'error', exit_code: 1, reason: expect.stringContaining('`X` is not a valid name of a project') as string }]])
    expect(stderr).toContain('✗ toy/a failed: `X` is not a valid name of a project of BigQuery.')
    lost.remove()
  })

  it('is ended by --timeout, in a process of its own', async () => {
    const { exit, stderr } = await toy.run('run', 'toy', 'never', '--timeout', '200ms')
    expect([exit, stderr]).toEqual([1, expect.stringContaining('✗ toy/never failed: It took longer than its timeout of 0.2 s.\n')])
  })

  it('runs in a process of its own where it is asked to', async () => {
    const { lines } = await toy.run('run', 'toy', 'hello', '--isolate')
    expect(lines[0]).toMatchObject({ status: 'ok', events: { emitted: 2, delivered: 2 } })
    const { stdout } = await toy.lorc(['runs', 'show', 'last', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ steps: [{ metrics: { peak_rss_bytes: expect.any(Number) as number } }] })
  })
})

describe('what is wrong with the words is told before anything runs', () => {
  it.each([
    [['toy'], 'CLI_ARGUMENT_MISSING', 'JOB is missing: toy is a package with jobs.', /lorc run toy hello, lorc run toy/],
    [['nothing-here'], 'RECIPE_UNREADABLE', '`nothing-here` does not exist', /./],
    [['toi', 'hello'], 'REGISTRY_PACKAGE_UNKNOWN', 'Unknown package: toi', /`toy`/],
    [['toy', 'helo'], 'REGISTRY_JOB_UNKNOWN', 'Unknown job: ', /`hello`/],
    [['toy', 'hello', '-p', 'tims=1'], 'JOB_PARAMS_INVALID', 'The parameters of toy/hello are wrong: it has no parameter `tims`.', /name, times, label/],
    [['toy', 'hello', '-p', 'times=x'], 'CLI_OPTION_INVALID', '--param times takes a whole number, not `x`.', /--param times=3; its parameters are name, times, label\./],
    [['toy', 'hello', '-p', 'times=1.5'], 'CLI_OPTION_INVALID', '--param times takes', /./],
    [['toy', 'boom', '-p', 'x=1'], 'JOB_PARAMS_INVALID', 'The parameters of toy/boom are wrong: it has no parameter `x`.', /takes no parameters/],
    [['toy', 'hello', '--since', 'soon'], 'JOB_TIME_INVALID', '`since` is `soon`, which is not a time.', /24h/],
    [['toy', 'hello', '--since', '1h', '--until', '2h'], 'JOB_TIME_INVALID', '`since` (', /./],
    [['toy', 'hello', '--timeout', 'soon'], 'CLI_OPTION_INVALID', '--timeout is a duration, not `soon`.', /90s/],
    [['toy', 'hello', '--timeout', '0s'], 'CLI_OPTION_INVALID', '--timeout is a duration', /./],
    [['toy', 'hello', '--retries', '-1'], 'CLI_OPTION_INVALID', '--retries is a whole number of at least 0', /^$/],
    [['toy', 'hello', '--sink', 'kafka'], 'CLI_OPTION_INVALID', '--sink: there is no sink `kafka`.', /sqlite/],
    [['toy', 'hello', '--smoke-namespace', 'A B'], 'CLI_OPTION_INVALID', '`A B` is not a valid name of a namespace of smoke tests', /./],
    [['toy', 'hello', '--account', ''], 'CLI_OPTION_INVALID', '--account is empty.', /./],
    [['toy', 'hello', '--log-level', 'loud'], 'CLI_OPTION_INVALID', '--log-level is one of debug, info, warn, error', /^$/],
    [['toy', 'hello', '--only', 'x'], 'CLI_OPTION_INVALID', '--only does not go with a job (toy hello).', /./],
    [['toy', 'hello', '-j', '2'], 'CLI_OPTION_INVALID', '--concurrency does not go with a job', /./],
    [['r.yaml', '--account', 'x'], 'CLI_OPTION_INVALID', '--account does not go with a recipe.', /./],
    [['r.yaml', '--isolate'], 'CLI_OPTION_INVALID', '--isolate does not go with a recipe.', /./],
    [['r.yaml', 'more'], 'CLI_ARGUMENT_UNEXPECTED', '`more` is one argument too many: `r.yaml` is a file.', /^$/],
  ])('%j', async (words, code, message, fix) => {
    toy.write('r.yaml', 'steps: [{ name: a, type: job, package: toy, job: hello }]')
    const before = (await toy.lorc(['runs', 'list', '--json'])).stdout
    const { exit, lines } = await toy.run('run', ...words)
    expect([exit, lines[0]]).toMatchObject([2, { status: 'error', exit_code: 2, run_id: null, code }])
    const [error] = lines[0]?.['errors'] as { message: string; fix?: string }[]
    expect(error?.message).toContain(message)
    expect(error?.fix ?? '').toMatch(fix)
    expect((await toy.lorc(['runs', 'list', '--json'])).stdout).toEqual(before)
  })
})

describe('where events go', () => {
  it('is what --sink says, and lorc itself writes to stdout', async () => {
    const { lines } = await toy.run('run', 'toy', 'hello', '--sink', 'stdout', '-q')
    expect(lines).toMatchObject([{ event_type: 'hello.said' }, { event_type: 'hello.said' }, { status: 'ok', events: { delivered: 2 } }])
  })

  it('is another place in a smoke test, also when it is resumed', async () => {
    const smoke = new ToyWorkspace(`let tries = 0
      export const second = ({ events }) => { events.emit({ type: 't', source: 's', payload: 1 }); if (tries++ === 0) throw new Error('x') }`)
    await smoke.run('run', 'toy', 'second', '--smoke-namespace', 'try_1')
    expect((await smoke.run('resume', 'last')).lines[0]).toMatchObject({ status: 'ok', events: { emitted: 1, duplicates: 1 } })
    expect(readdirSync(join(smoke.folder, '.lorc')).filter((name) => name.endsWith('.db') && name !== 'audit.db').sort()).toEqual(['lorc.db', 'smoke_try_1.db'])
    smoke.remove()
  })

  it('is nowhere in a dry run, which shows what it would have written', async () => {
    const fresh = new ToyWorkspace(`export const a = ({ events }) => { for (let i = 0; i < 9; i++) events.emit({ type: i % 2 ? 'odd' : 'even', source: 's', payload: i }) }
      export const boom = () => { throw new Error('kaputt') }`)
    const { exit, lines, stderr } = await fresh.run('run', 'toy', 'a', '--dry-run')
    expect([exit, lines[0]]).toMatchObject([0, { dry_run: true, events: { emitted: 9, delivered: 0, by_type: { even: 5, odd: 4 } } }])
    expect((lines[0]?.['samples'] as object[]).length).toBe(6)
    expect(stderr).toContain(': 9 events (5 even, 4 odd); nothing was written\n  even s 0\n  even s 2\n  even s 4\n  odd s 1\n')
    expect(readdirSync(fresh.folder).filter((name) => name !== '.lorc').sort()).toEqual(['node_modules', 'package.json'])
    // What packages there are may be kept for the next time.
    expect(existsSync(join(fresh.folder, '.lorc')) ? readdirSync(join(fresh.folder, '.lorc')) : ['jobs.json']).toEqual(['jobs.json'])
    const failed = await fresh.run('run', 'toy', 'boom', '--dry-run')
    expect(failed.exit).toBe(1)
    expect(failed.stderr).toMatch(/✗ toy\/boom failed: kaputt\n$/)
    fresh.remove()
  })

  it('is said for all jobs of a recipe, and of the recipes that it runs', async () => {
    toy.write('inner.yaml', 'steps: [{ name: a, type: job, package: toy, job: hello, params: { times: 1 } }]')
    toy.write('outer.yaml', 'steps: [{ name: a, type: job, package: toy, job: hello, params: { times: 1 } }, { name: b, type: recipe, recipe: inner.yaml }]')
    const before = await events()
    expect((await toy.run('run', join(toy.folder, 'outer.yaml'), '--smoke-namespace', 'try_2')).exit).toBe(0)
    expect(await events()).toEqual(before)
    const smoke = await toy.lorc(['sql', 'SELECT COUNT(*) AS n FROM events', '--smoke-namespace', 'try_2', '--format', 'json'])
    expect(JSON.parse(smoke.stdout)).toEqual([{ n: 2 }])
  })
})

describe('the log of a job', () => {
  const logOf = ({ lines }: { lines: Record<string, unknown>[] }): string =>
    readFileSync(join(toy.folder, '.lorc/logs', String(lines[0]?.['run_id']), '0000-hello.1.log'), 'utf8')

  it('has what the configuration says, and --log-level before that', async () => {
    toy.write('lorc.config.yaml', 'logging: { level: warn, format: json }\n')
    const quiet = await toy.run('run', 'toy', 'hello', '-q')
    expect(() => logOf(quiet)).toThrow('ENOENT')
    const lines = logOf(await toy.run('run', 'toy', 'hello', '-q', '--log-level', 'debug')).split('\n').slice(0, -1).map((line) => JSON.parse(line) as object)
    expect(lines).toMatchObject([
      { level: 'debug', package: '@acme/toy', job: 'hello', message: 'detail' },
      { level: 'info', package: '@acme/toy', job: 'hello', message: 'said hello', times: 2 },
    ])
  })
})
