import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { AttemptOutcome } from '../executor.ts'
import type { PlanStep } from '../plan.ts'
import { SecretMask } from '../secrets/secret-mask.ts'
import { JobBench } from './job.fixture.ts'
import { claimStrayError } from './node/node-output.ts'

const benches: JobBench[] = []
function benchOf(...options: ConstructorParameters<typeof JobBench>): JobBench {
  const bench = new JobBench(...options)
  benches.push(bench)
  return bench
}
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.close()
})

const resultOf = (outcome: AttemptOutcome): unknown => (outcome.status === 'ok' ? outcome.meta?.['result'] : outcome.error)
const NONE = { emitted: 0, duplicates: 0, delivered: 0, waiting: 0, rejected: 0, by_type: {} }

describe('a job in this process', () => {
  it('gets what its step says, and leaves its result, its events and its log', async () => {
    const bench = benchOf()
    bench.jobs(`export const extract = defineJob({ async run(ctx) {
      const { account, since, until, events, log, run, progress } = ctx
      events.emit({ type: 'a.b', source: 's', payload: { account, since: since.toISOString(), until: until ?? null } })
      events.emit({ type: 'a.b', source: 's', payload: 2 })
      console.log('printed')
      log.info('read', { pages: 3 })
      log.debug('left out')
      progress(1, 2)
      progress(2)
      if ((await events.query('SELECT COUNT(*) AS n FROM events'))[0].n !== 2) throw new Error('not there yet')
      return { run, objects: await events.upsert({ type: 'mail', source: 's', id: '1', payload: {} }) }
    } })`)
    const attempt = bench.job('extract', { account: 'acct', since: '1h' }, {}, { runTime: Date.parse('2026-01-31T12:00:00Z') })
    expect(await bench.executor.execute(attempt)).toEqual({
      status: 'ok',
      outputs: null,
      meta: {
        result: { run: { id: 'run_1', attempt: 1, idempotencyKey: attempt.idempotencyKey }, objects: { inserted: 1, updated: 0, unchanged: 0 } },
        events: { ...NONE, emitted: 2, delivered: 2, by_type: { 'a.b': 2 } },
        raw_objects: { inserted: 1, updated: 0, unchanged: 0 },
      },
    })
    expect(await bench.rows()).toEqual([
      { event_type: 'a.b', payload: { account: 'acct', since: '2026-01-31T11:00:00.000Z', until: null } },
      { event_type: 'a.b', payload: 2 },
    ])
    expect(attempt.progress).toEqual([[1, 2], [2, null]])
    expect(attempt.log()).toMatch(/^printed\n\S+Z INFO ingester\/extract: read, pages=3\n$/)
  })

  it('may be a plain function, and leave nothing', async () => {
    const bench = benchOf()
    bench.jobs('export async function plain() {}')
    expect(await bench.executor.execute(bench.job('plain'))).toEqual({ status: 'ok', outputs: null, meta: { events: NONE } })
  })

  it('gets the one client of BigQuery of the port, for where its events go', async () => {
    const bigquery = vi.fn<() => Promise<never>>(() => Promise.resolve('the client' as never))
    const bench = benchOf({ bigquery })
    bench.jobs(`export const a = async ({ bigquery }) => [await bigquery(), await bigquery()]`)
    const outcome = await bench.executor.execute(bench.job('a', { events: { smokeNamespace: 'x' } }))
    expect(outcome).toMatchObject({ meta: { result: ['the client', 'the client'] } })
    expect(bigquery).toHaveBeenCalledWith({ smokeNamespace: 'x' })
  })

  it('emits nothing twice when it is tried again', async () => {
    const bench = benchOf()
    bench.jobs(`let tries = 0
    export const a = defineJob({ retry: { max: 5, delay: '2s' }, run({ events }) {
      events.emit({ type: 't', source: 's', payload: 1 })
      if (tries++ === 0) throw new TransientError('busy', { retryAfterMs: 70 })
    } })`)
    const retry = { max: 5, delayMs: 2000, backoff: 'exponential', factor: 2, maxDelayMs: 300_000, jitter: 0.2 }
    expect(await bench.executor.execute(bench.job('a'))).toEqual({
      status: 'error',
      error: { code: 'JOB_TRANSIENT', message: 'busy', details: { retryAfterMs: 70 } },
      retry,
    })
    expect(await bench.executor.execute(bench.job('a', {}, {}, { number: 2 }))).toMatchObject({
      meta: { events: { emitted: 1, duplicates: 1, by_type: { t: 1 } } },
    })
    expect(await bench.rows()).toHaveLength(1)
  })

  it('prints into its log as it is loaded, too', async () => {
    const bench = benchOf()
    bench.jobs(`console.log('loading'); export const a = () => {}`)
    const attempt = bench.job('a')
    await bench.executor.execute(attempt)
    expect(attempt.log()).toBe('loading\n')
  })

  it.each([false, true])('is the same all through a run, and what it has become by the next one, isolated: %s', async (requiresProcess) => {
    const bench = benchOf()
    const valueIn = async (runId: string): Promise<unknown> => resultOf(await bench.executor.execute(bench.job('a', {}, { requiresProcess }, { runId })))
    bench.jobs('export const a = () => 1')
    expect(await valueIn('one')).toBe(1)
    bench.jobs('export const a = () => 2')
    expect([await valueIn('one'), await valueIn('two')]).toEqual([1, 2])
  })

  it('is another where its package was installed anew in the same place', async () => {
    const bench = benchOf({ locate: (_name, job) => ({ file: join(bench.root, 'node_modules/ingester/dist/jobs/jobs.mjs'), export: job, package: 'ingester', version: '1', label: `ingester/${job}` }) })
    const install = (version: number): void => {
      bench.file('node_modules/ingester/package.json', JSON.stringify({ name: 'ingester', version: `${version}.0.0` }))
      bench.file('node_modules/ingester/dist/value.mjs', `export const value = ${version}`)
    }
    bench.file('node_modules/ingester/dist/jobs/jobs.mjs', `import { value } from '../value.mjs'\nexport const a = () => value`)
    const values: unknown[] = []
    for (const version of [1, 2, 3]) {
      install(version)
      values.push(resultOf(await bench.executor.execute(bench.job('a', {}, { requiresProcess: true }, { runId: `run_${version}` }))))
    }
    expect(values).toEqual([1, 2, 3])
  })

  it('counts and samples what it would emit in a dry run', async () => {
    const bench = benchOf({ eventsOptions: { dryRun: true }, dryRun: true })
    bench.jobs(`export const a = ({ events }) => { for (let i = 0; i < 5; i++) events.emit({ type: 't', source: 's', payload: i }) }`)
    for (const isolated of [false, true]) {
      const outcome = await bench.executor.execute(bench.job('a', {}, { requiresProcess: isolated }, { runId: `run_${isolated}` }))
      const samples = [0, 1, 2].map((payload) => ({ event_type: 't', source: 's', payload }))
      expect(outcome).toMatchObject({ meta: { events: { emitted: 5, delivered: 0 }, samples } })
    }
  })
})

describe('a job that fails', () => {
  it.each([
    ['throws', `export const a = () => { throw Object.assign(new TypeError('kaputt'), { code: 'EBAD' }) }`, { code: 'JOB_FAILED', message: 'kaputt', details: { code: 'EBAD' } }],
    ['rejects', `export const a = async () => { await null; throw 'text' }`, { code: 'JOB_FAILED', message: 'text' }],
    ['throws what cannot be read', `export const a = () => { throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } }) }`, { code: 'JOB_FAILED', message: 'it threw something that cannot be read' }],
    ['throws an error that is named as one of lorc', `export const a = () => { throw Object.assign(new Error('no'), { name: 'CliError', code: 'E_NO', details: { id: 1n } }) }`, { code: 'E_NO', message: 'no' }],
    ['returns what is not JSON', `export const a = () => new Date(0)`, { code: 'JOB_RESULT_INVALID', message: 'What ingester/a returned is not JSON: $ is a Date.' }],
    ['emits what is not an event', `export const a = ({ events }) => events.emit({ type: '', source: 's', payload: 1 })`, { code: 'EVENT_INVALID' }],
    ['is given what it does not take', `export const a = defineJob({ run() {} })`, { code: 'JOB_PARAMS_INVALID', message: 'The parameters of ingester/a are wrong: it has no parameter `x`.' }, { params: { x: 1 } }],
    ['is given no time', `export const a = () => {}`, { code: 'JOB_TIME_INVALID', message: '`since` is `soon`, which is not a time.' }, { since: 'soon' }],
    ['is not exported', `export const b = () => {}`, { code: 'JOB_INVALID', fix: 'It exports b: mend `lorc.jobs` in the package.json of its package.' }],
    ['is none', `export const a = { run() {} }`, { code: 'JOB_INVALID' }],
    ['cannot be loaded', `export const a = (`, { code: 'MODULE_BROKEN' }],
    ['throws as it is loaded', `throw new Error('at once')`, { code: 'MODULE_BROKEN' }],
  ])('%s', async (_, code, error, job: Partial<NonNullable<PlanStep['job']>> = {}) => {
    const bench = benchOf()
    bench.jobs(code)
    const outcome = await bench.executor.execute(bench.job('a', job))
    expect(outcome).toMatchObject({ status: 'error', error })
  })

  it('does not record a wait that is not a number: no journal holds NaN', async () => {
    const bench = benchOf()
    bench.jobs(`export const a = () => { throw new TransientError('busy', { retryAfterMs: Number('Wed, 21 Oct 2026 07:28:00 GMT') }) }`)
    expect(await bench.executor.execute(bench.job('a'))).toMatchObject({ error: expect.toSatisfy((error: object) => !('details' in error)) as object })
  })

  it('is nowhere', async () => {
    const unknown = Object.assign(new Error('Unknown job: ingester/a'), { name: 'RegistryError', code: 'REGISTRY_JOB_UNKNOWN', fix: 'its jobs are b.' })
    const bench = benchOf({ locate: () => Promise.reject(unknown) })
    expect(await bench.executor.execute(bench.job('a'))).toEqual({ status: 'error', error: { code: 'REGISTRY_JOB_UNKNOWN', message: 'Unknown job: ingester/a', fix: 'its jobs are b.' } })
    expect(await bench.executor.execute(bench.attempt({ name: 'x', type: 'job' }))).toMatchObject({ error: { code: 'PLAN_INVALID' } })
  })

  it('logs its stack, and keeps what it emitted before', async () => {
    const bench = benchOf()
    bench.jobs(`export const a = ({ events }) => { events.emit({ type: 't', source: 's', payload: 1 }); throw new Error('kaputt') }`)
    const attempt = bench.job('a')
    await bench.executor.execute(attempt)
    expect(attempt.log()).toMatch(/^Error: kaputt\n +at .*jobs\.mjs/)
    expect(await bench.rows()).toEqual([{ event_type: 't', payload: 1 }])
  })

  it('says in its log where not even its events could be kept', async () => {
    const bench = benchOf()
    const hub = await bench.hub()
    const client = vi.spyOn(hub, 'client')
    client.mockReturnValueOnce({ ...hub.client(), flush: () => Promise.reject(new Error('the disk is full')) })
    bench.jobs(`export const a = () => { throw new Error('kaputt') }`)
    const attempt = bench.job('a')
    expect(await bench.executor.execute(attempt)).toMatchObject({ error: { message: 'kaputt' } })
    expect(attempt.log()).toContain('lorc: events of the job could not be kept: Error: the disk is full\n')
  })

  it('fails though it returned, when the sink refuses its events', async () => {
    const sink = { name: 'strict', limits: { rows: 10, bytes: 1000 }, write: async () => ({ rejected: [{ index: 0, verdict: 'poison' as const, reason: 'no such column' }] }), close: async () => {} }
    const bench = benchOf({ eventsOptions: { sink } })
    bench.jobs(`export const a = ({ events }) => { events.emit({ type: 't', source: 's', payload: 1 }) }`)
    expect(await bench.executor.execute(bench.job('a'))).toMatchObject({ status: 'error', error: { code: 'EVENTS_REJECTED' } })
  })

  it('fails when the sink is down for longer than the patience; its events stay in the outbox', async () => {
    const sink = { name: 'down', limits: { rows: 10, bytes: 1000 }, write: () => Promise.reject(new Error('ECONNREFUSED')), close: async () => {} }
    const bench = benchOf({ eventsOptions: { sink, patienceMs: 1 } })
    bench.jobs(`export const a = ({ events }) => { events.emit({ type: 't', source: 's', payload: 1 }) }`)
    expect(await bench.executor.execute(bench.job('a'))).toMatchObject({ status: 'error', error: { code: 'EVENTS_UNDELIVERED' } })
    expect((await bench.hub()).counts('run_1')).toMatchObject({ emitted: 1, waiting: 1 })
  })
})

describe('a job and the secrets of its run', () => {
  it.each([false, true])('does not emit one (in a process of its own: %s)', async (requiresProcess) => {
    const bench = benchOf()
    bench.jobs(`export const a = ({ events }) => { console.log('it is hunter22'); events.emit({ type: 't', source: 's', payload: { is: 'hunter22' } }) }`)
    const attempt = bench.job('a', {}, { requiresProcess }, { mask: new SecretMask(['hunter22']) })
    expect(await bench.executor.execute(attempt)).toMatchObject({ status: 'error', error: { code: 'EVENT_SECRET' } })
    expect(attempt.log()).toBe('it is ***\n')
    expect(await bench.rows()).toEqual([])
  })
})

describe('a job that is told to end', () => {
  it('sees it by its signal', async () => {
    const bench = benchOf()
    bench.jobs(`export const a = ({ signal }) => new Promise((_, stop) => { signal.addEventListener('abort', () => stop(signal.reason)); globalThis.waits = true })`)
    const attempt = bench.job('a')
    const running = bench.executor.execute(attempt)
    await expect.poll(() => globalThis).toHaveProperty('waits')
    attempt.cancel()
    expect(await running).toMatchObject({ status: 'error', error: { code: 'STEP_CANCELLED', message: 'cancelled by the test' } })
  })

  it('is given up when it never settles; what it emits later is refused', async () => {
    const bench = benchOf()
    bench.jobs(`export const a = async ({ events }) => {
      await new Promise((go) => (globalThis.goOnJob = go))
      events.emit({ type: 'late', source: 's', payload: 1 })
    }`)
    const attempt = bench.job('a', {}, {}, { graceMs: 5 })
    const running = bench.executor.execute(attempt)
    await expect.poll(() => globalThis).toHaveProperty('goOnJob')
    attempt.cancel()
    expect(await running).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
    ;(globalThis as unknown as { goOnJob(): void }).goOnJob()
    await expect.poll(() => attempt.log()).toContain('the step was told to end and went on')
    await new Promise(setImmediate)
    expect(await bench.rows()).toEqual([])
  })
})

it('a job that emits when it has returned leaves an error that is its own', async () => {
  const bench = benchOf()
  const claimed = new Promise<boolean>((resolve) => {
    const others = process.listeners('uncaughtException')
    process.removeAllListeners('uncaughtException')
    process.once('uncaughtException', (error) => {
      resolve(claimStrayError(error))
      for (const other of others) process.on('uncaughtException', other)
    })
  })
  bench.jobs(`export const a = ({ events }) => { setTimeout(() => events.emit({ type: 'late', source: 's', payload: 1 }), 1) }`)
  const attempt = bench.job('a')
  expect(await bench.executor.execute(attempt)).toMatchObject({ status: 'ok' })
  expect(await claimed).toBe(true)
  expect(attempt.log()).toContain('ingester/a had ended when it used its events.')
  expect(await bench.rows()).toEqual([])
})

describe('a job in a process of its own', () => {
  const WORK = `export const extract = defineJob({ timeout: '30s', async run({ params, account, since, events, log, progress, run }) {
    events.emit({ type: 'a', source: 's', payload: { account, since: since.toISOString(), pid: process.pid, token: process.env.TOKEN } })
    const counts = await events.upsert({ type: 'mail', source: 's', id: '1', payload: {} })
    log.info('read')
    progress(1, 4)
    return { counts, run }
  } })
  export const crash = defineJob({ run() { process.exit(3) } })
  export const spin = defineJob({ timeout: 100, run() { for (;;); } })
  export const boom = defineJob({ timeout: '30s', retry: { max: 2 }, run({ events }) { events.emit({ type: 'b', source: 's', payload: 1 }); throw new TransientError('busy') } })
  export const stray = defineJob({ timeout: '30s', run() { Promise.reject(new Error('adrift')); return new Promise(() => {}) } })`

  it('does the same there, and its events are delivered from here', async () => {
    const rows: { payload: string }[] = []
    const sink = {
      name: 'remote',
      limits: { rows: 10, bytes: 10_000 },
      write: async (batch: readonly { payload: string }[]) => (rows.push(...batch), { rejected: [] }),
      close: async () => {},
    }
    const bench: JobBench = benchOf({ eventsOptions: { sink }, elsewhere: async () => ({ dir: `${bench.root}/.lorc`, sink, deliver: false }) })
    bench.jobs(WORK)
    const attempt = bench.job('extract', { account: 'acct', since: '2026-01-31' }, {}, { env: { PATH: process.env.PATH ?? '', TOKEN: 't' } })
    const outcome = await bench.executor.execute(attempt)
    expect(outcome).toMatchObject({
      status: 'ok',
      meta: {
        result: { counts: { inserted: 1 }, run: { id: 'run_1', attempt: 1 } },
        events: { emitted: 1, delivered: 1, by_type: { a: 1 } },
        raw_objects: { inserted: 1 },
      },
      metrics: { peakRssBytes: expect.any(Number) as number },
    })
    const [row] = rows.map(({ payload }) => JSON.parse(payload) as { pid: number })
    expect(row).toMatchObject({ account: 'acct', since: '2026-01-31T00:00:00.000Z', token: 't' })
    expect(row?.pid).not.toBe(process.pid)
    expect(attempt.spawned).toMatchObject([{ pid: row?.pid }])
    expect(attempt.progress).toEqual([[1, 4]])
    expect(attempt.log()).toMatch(/INFO ingester\/extract: read\n$/)
  })

  it('is ended by the time limit that it has itself, also in the middle of a loop', async () => {
    const bench = benchOf()
    bench.jobs(WORK)
    const outcome = await bench.executor.execute(bench.job('spin'))
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'STEP_TIMEOUT', message: 'It took longer than its timeout of 0.1 s.', fix: expect.stringContaining('Raise `timeout`') as string } })
  })

  it('is cancelled while its own time limit counts', async () => {
    const bench = benchOf()
    bench.jobs(`export const a = defineJob({ timeout: '30s', run() { return new Promise(() => setInterval(() => {}, 1000)) } })`)
    const attempt = bench.job('a')
    const running = bench.executor.execute(attempt)
    await expect.poll(() => attempt.spawned).toHaveLength(1)
    attempt.cancel()
    expect(await running).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
    const late = bench.job('a', {}, {}, { signal: attempt.signal })
    expect(await bench.executor.execute(late)).toMatchObject({ error: { code: 'STEP_CANCELLED' } })
  })

  it.each([
    ['crash', { requiresProcess: true }, { code: 'STEP_EXECUTOR_CRASHED' }, undefined],
    ['boom', {}, { code: 'JOB_TRANSIENT', message: 'busy' }, { max: 2 }],
    ['stray', {}, { code: 'JOB_FAILED', message: 'adrift' }, undefined],
    ['gone', { timeoutMs: 30_000 }, { code: 'JOB_INVALID' }, undefined],
  ])('tells how it failed: %s', async (name, step, error, retry) => {
    const bench = benchOf()
    bench.jobs(WORK)
    const outcome = await bench.executor.execute(bench.job(name, {}, step))
    expect(outcome).toMatchObject({ status: 'error', error, ...(retry && { retry }) })
    if (name === 'boom') expect(await bench.rows()).toEqual([{ event_type: 'b', payload: 1 }])
  })
})
