import { openEvents } from '@lorc/event-client'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { discoverJobs } from './discover.ts'
import { executeJob } from './execute-job.ts'
import { getJob } from './get-job.ts'
import type { JobLocation } from './job-registry.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
let location: JobLocation
beforeEach(async () => {
  files = new ScratchWorkspace()
  files.linkZod()
  files.write('package.json', { name: 'own', type: 'module', lorc: { jobs: { one: './one.js#one', flaky: './flaky.js', broken: './broken.js' } } })
  files.write('one.js', `
    import * as z from 'zod'
    export const one = {
      [Symbol.for('@lorc/job')]: 1,
      params: z.object({ n: z.number().default(2), big: z.boolean().default(false) }),
      async run({ params, account, since, until, events, log, run, progress, bigquery }) {
        log.info('at work', { account })
        progress(1, 2)
        for (let i = 0; i < params.n; i++) events.emit({ type: 'counted', source: 'test', payload: { i } })
        if (params.big) await bigquery()
        return { account: account ?? null, since: since?.toISOString() ?? null, until: until?.toISOString() ?? null, run }
      },
    }`)
  location = getJob(await discoverJobs({ root: files.root }), 'own', 'one')
})
afterEach(() => files.remove())

it('runs a job once, with what it is given, and sees its events off', async () => {
  const events = await openEvents({ sink: 'memory' })
  const logged: unknown[] = []
  const log = (message: string, fields?: object): void => void logged.push([message, fields])
  const progress: unknown[] = []
  const executed = await executeJob(location, {
    events,
    params: { n: 3 },
    account: 'acct1',
    since: '1d',
    until: new Date(0),
    runId: 'run_1',
    attempt: 2,
    now: () => 0,
    log: { debug: log, info: log, warn: log, error: log },
    onProgress: (...done) => progress.push(done),
  })
  expect(executed).toMatchObject({
    result: { account: 'acct1', since: '1969-12-31T00:00:00.000Z', until: '1970-01-01T00:00:00.000Z', run: { id: 'run_1', attempt: 2, idempotencyKey: 'run_1/one' } },
    events: { emitted: 3, delivered: 3, byType: { counted: 3 } },
    attempts: 1,
  })
  expect(logged).toEqual([['at work', { account: 'acct1' }]])
  expect(progress).toEqual([[1, 2]])
  expect(await events.query('SELECT COUNT(*) AS n FROM events')).toEqual([{ n: 3 }])
  await events.close()
})

it('opens events of its own where it is given none', async () => {
  const before = process.cwd()
  process.chdir(files.root)
  try {
    expect((await executeJob(location, { onProgress: () => undefined })).events).toMatchObject({ emitted: 2, delivered: 2 })
  } finally {
    process.chdir(before)
  }
  const events = await openEvents({ dir: `${files.root}/.lorc` })
  expect(await events.query('SELECT COUNT(*) AS n FROM events')).toEqual([{ n: 2 }])
  await events.close()
})

it('refuses what the job does not take, and a client that nobody gave', async () => {
  const events = await openEvents({ sink: 'memory' })
  await expect(executeJob(location, { events, params: { m: 1 } })).rejects.toMatchObject({ code: 'JOB_PARAMS_INVALID' })
  await expect(executeJob(location, { events, since: 'soon' })).rejects.toMatchObject({ code: 'JOB_TIME_INVALID' })
  await expect(executeJob(location, { events, params: { big: true } })).rejects.toMatchObject({ code: 'REGISTRY_BIGQUERY_MISSING' })
  await events.close()
})

const FLAKY = (thrown: string) => `
  export default {
    [Symbol.for('@lorc/job')]: 1,
    retry: { max: 3, delay: '1m' },
    run({ run, events }) {
      events.emit({ type: 'tried', source: 'test', payload: 1 })
      if (run.attempt < 4) throw ${thrown}
      return run.attempt
    },
  }`
const THROWN = {
  flaky: "Object.assign(new Error('later'), { [Symbol.for('@lorc/transient-error')]: true, retryAfterMs: 100_000 })",
  broken: "new Error('kaputt')",
}

async function execute(name: keyof typeof THROWN, options: Parameters<typeof executeJob>[1]) {
  files.write(`${name}.js`, FLAKY(THROWN[name]))
  const job = getJob(await discoverJobs({ root: files.root }), 'own', name)
  const events = await openEvents({ sink: 'memory' })
  const waits: number[] = []
  try {
    const ended = await executeJob(job, { events, ...(options?.signal ? {} : { wait: async (ms) => waits.push(ms) }), ...options }).catch((error: unknown) => error)
    return { ended, waits, tried: await events.query('SELECT COUNT(*) AS n FROM events') }
  } finally {
    await events.close()
  }
}

it('tries again what may pass, as the job says, and emits nothing twice', async () => {
  const { ended, waits, tried } = await execute('flaky', { attempt: 2 })
  expect(ended).toMatchObject({ result: 4, attempts: 3, events: { emitted: 1, duplicates: 2 } })
  expect(waits).toEqual([100_000, expect.toSatisfy((ms: number) => ms >= 100_000 && ms <= 120_000)])
  expect(tried).toEqual([{ n: 1 }])
})

it('gives up after as many attempts as there are, at what is for good, and when it is cancelled', async () => {
  expect(await execute('flaky', {})).toMatchObject({ ended: { message: 'later' }, waits: { length: 2 }, tried: [{ n: 1 }] })
  expect(await execute('flaky', { retries: 0 })).toMatchObject({ ended: { message: 'later' }, waits: [] })
  expect(await execute('flaky', { retries: 1 })).toMatchObject({ ended: { message: 'later' }, waits: { length: 1 } })
  expect(await execute('broken', {})).toMatchObject({ ended: { message: 'kaputt' }, waits: [] })
  expect(await execute('flaky', { signal: AbortSignal.abort() })).toMatchObject({ ended: { message: 'later' }, waits: [] })
  const during = new AbortController()
  const ended = execute('flaky', { signal: during.signal, log: { debug() {}, info() {}, warn: () => during.abort(), error() {} } })
  expect(await ended).toMatchObject({ ended: { name: 'AbortError' } })
})
