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
  files.write('package.json', { name: 'own', type: 'module', lorc: { jobs: { one: './one.js#one' } } })
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
