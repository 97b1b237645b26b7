import { openEvents } from '@lorc/event-client'
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runJobInWorker, type WorkerJob } from './job-in-worker.ts'
import type { StepBacking } from '../node/node-step.ts'

/** What a worker process does with a job, done in this one. */
let folder: string
let url: string
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-job-')))
  writeFileSync(
    join(folder, 'jobs.mjs'),
    `export const ok = ({ events }) => { events.emit({ type: 't', source: 's', payload: 'hunter2' }); return 1 }
    export const upserts = ({ events }) => events.upsert([{ type: 'm', source: 's', id: '1', payload: {} }]).then(() => events.upsert([{ type: 'm', source: 's', id: '1', payload: {} }]))
    export const boom = () => { throw new Error('kaputt') }
    export default () => null`,
  )
  url = pathToFileURL(join(folder, 'jobs.mjs')).href
})
afterAll(() => rmSync(folder, { recursive: true }))

async function run(name: string | undefined, more: Partial<WorkerJob> = {}) {
  const logged: string[] = []
  const backing: StepBacking = {
    stepName: 'extract',
    runId: 'run_1',
    workspace: folder,
    attempt: 1,
    idempotencyKey: 'run_1/extract',
    item: undefined,
    seed: 0,
    signal: () => new AbortController().signal,
    artifactsDir: () => folder,
    env: () => ({}),
    progress: () => {},
    write: (text) => void logged.push(text),
  }
  const request = { label: 'a/b', package: '@x/a', job: 'b', params: {}, account: null, since: null, until: null, runTime: 0, logging: { level: 'info', format: 'text' } as const }
  const job: WorkerJob = { request, events: { dir: join(folder, '.lorc'), deliver: false }, ...more }
  const outcome = await runJobInWorker({ code: { url }, ...(name !== undefined && { export: name }) }, job, { backing, isOver: () => false })
  return { outcome, logged: logged.join('') }
}

describe('a job in a worker process', () => {
  it('writes its events into the database that the runner has', async () => {
    expect(await run('ok')).toMatchObject({ outcome: { status: 'ok', meta: { result: 1, events: { emitted: 1 } } } })
    const hub = await openEvents({ dir: join(folder, '.lorc') })
    expect(hub.counts('run_1')).toMatchObject({ emitted: 1, byType: { t: 1 } })
    await hub.close()
  })

  it('may be a default export', async () => {
    expect((await run(undefined)).outcome).toMatchObject({ status: 'ok', meta: { result: null } })
  })

  it('counts its raw objects', async () => {
    expect((await run('upserts')).outcome).toMatchObject({ meta: { raw_objects: { inserted: 1, updated: 0, unchanged: 1 } } })
  })

  it('tells how it failed, and logs what the message does not say', async () => {
    const { outcome, logged } = await run('boom')
    expect(outcome).toMatchObject({ status: 'error', error: { code: 'JOB_FAILED', message: 'kaputt' }, retry: { max: 3 } })
    expect(logged).toMatch(/^Error: kaputt\n +at /)
    const absent = await run('absent')
    expect(absent).toMatchObject({ outcome: { error: { code: 'JOB_INVALID' } }, logged: '' })
    expect(absent.outcome).not.toHaveProperty('retry')
  })

  it('knows the secrets of the run by their forms', async () => {
    expect((await run('ok', { secretForms: ['hunter2'] })).outcome).toMatchObject({ error: { code: 'EVENT_SECRET' } })
  })

  it('leaves a sink to the runner, whichever it is', async () => {
    const sink = { name: 'remote', limits: { rows: 1, bytes: 1000 } } as never
    for (const one of [sink, 'stdout' as const]) {
      const dir = join(folder, typeof one === 'string' ? one : 'own')
      expect((await run('ok', { events: { dir, sink: one, deliver: false } })).outcome).toMatchObject({ meta: { events: { emitted: 1, waiting: 1 } } })
    }
  })
})
