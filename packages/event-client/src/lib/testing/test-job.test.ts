import { describe, expect, expectTypeOf, it } from 'vitest'
import * as z from 'zod'
import { defineJob, TransientError } from '../jobs/job.ts'
import { testJob } from './test-job.ts'

const SOURCE = 'test'

describe('testJob', () => {
  it('gives the job what it was given, and tells what it did', async () => {
    const job = defineJob({
      params: z.object({ days: z.number().default(7), at: z.coerce.date().optional() }),
      async run({ params, account, since, until, events, log, run, progress, signal }) {
        expectTypeOf(params.days).toBeNumber()
        events.emit({ type: 'b', source: SOURCE, payload: { days: params.days, account: account ?? null } })
        events.emit({ type: 'a', source: SOURCE, payload: [since?.toISOString() ?? null, until?.toISOString() ?? null] })
        const counts = await events.upsert([{ type: 'mail', source: SOURCE, id: '1', payload: { n: 1 } }])
        log.info('upserted', { ...counts })
        log.debug('done')
        progress(1, 2)
        progress(2)
        return { attempt: run.attempt, key: run.idempotencyKey, aborted: signal.aborted }
      },
    })
    const seed = { rawObjects: [{ type: 'mail', source: SOURCE, id: '0', payload: {} }], events: [{ type: 'old', source: SOURCE, payload: 1 }] }
    const done = await testJob(job, { params: { days: 3 }, account: 'acct1', since: '7d', until: '2026-02-01', now: '2026-02-02T12:00:00Z', seed })
    expectTypeOf(done.result).toEqualTypeOf<{ attempt: number; key: string; aborted: boolean } | undefined>()
    expect(done).toMatchObject({
      result: { attempt: 1, key: 'run_test/job', aborted: false },
      error: undefined,
      attempts: 1,
      events: [
        { event_type: 'b', payload: { days: 3, account: 'acct1' }, created_at: '2026-02-02T12:00:00.000Z', correlation_id: 'run_test' },
        { event_type: 'a', payload: ['2026-01-26T12:00:00.000Z', '2026-02-01T00:00:00.000Z'] },
      ],
      upserts: { inserted: 1, updated: 0, unchanged: 0 },
      logs: [
        { level: 'info', message: 'upserted', fields: { inserted: 1, updated: 0, unchanged: 0 } },
        { level: 'debug', message: 'done', fields: {} },
      ],
      progress: [
        { done: 1, total: 2 },
        { done: 2, total: undefined },
      ],
    })
    expect(done.rawObjects.map(({ idem_key, payload }) => [idem_key, payload])).toEqual([
      ['test:mail:0', {}],
      ['test:mail:1', { n: 1 }],
    ])
  })

  it('tries again after a TransientError, as often as it is told, and counts what is emitted again once', async () => {
    const job = defineJob({
      async run({ run, events }) {
        events.emit({ type: 'begun', source: SOURCE, payload: null })
        await events.flush()
        if (run.attempt < 3) throw new TransientError('later')
        return (await events.query('SELECT COUNT(*) AS n FROM events'))[0]?.['n'] ?? null
      },
    })
    expect(await testJob(job, { attempts: 5 })).toMatchObject({ result: 1, error: undefined, attempts: 3, events: [{ event_type: 'begun' }] })
    const twice = await testJob(job, { attempts: 2 })
    expect(twice).toMatchObject({ result: undefined, error: new TransientError('later'), attempts: 2 })
    expect(await testJob(job)).toMatchObject({ attempts: 1 })
  })

  it('tells what a job threw, and does not try that again', async () => {
    const error = new Error('kaputt')
    const done = await testJob(
      async () => {
        throw error
      },
      { attempts: 3 },
    )
    expect(done).toMatchObject({ error, attempts: 1, events: [] })
  })

  it('tells that a job threw undefined', async () => {
    const job = defineJob({ run: () => Promise.reject(undefined as unknown as Error) })
    expect((await testJob(job)).error).toEqual(new Error('The job threw undefined.'))
  })

  it('tells that parameters are wrong', async () => {
    const job = defineJob({ params: z.object({ days: z.number() }), run: () => undefined })
    expect(await testJob(job, { params: { dayz: 1 } })).toMatchObject({ error: { code: 'JOB_PARAMS_INVALID' } })
    await expect(testJob(job, { since: 'yesterday' })).rejects.toMatchObject({ code: 'JOB_TIME_INVALID' })
    await expect(testJob(3 as never)).rejects.toMatchObject({ code: 'JOB_INVALID' })
  })

  it('gives a client of BigQuery where there is one', async () => {
    const client = {} as never
    const job = defineJob({ run: async ({ bigquery }) => (await bigquery()) === client })
    expect(await testJob(job, { bigquery: () => client })).toMatchObject({ result: true })
    expect(await testJob(job)).toMatchObject({ error: { message: expect.stringContaining('`bigquery`') as string } })
  })

  it('passes a signal', async () => {
    const job = defineJob({ run: ({ signal }) => signal.throwIfAborted() })
    expect(await testJob(job, { signal: AbortSignal.abort(new Error('enough')) })).toMatchObject({ error: { message: 'enough' } })
  })
})
