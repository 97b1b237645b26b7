import { openEvents, type EventHub } from '@lorc/event-client'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Runner, RunResult } from './api.ts'
import type { JobPort } from './job-port.ts'
import type { Plan, PlanStep } from './plan.ts'
import { createRunner } from './runner.ts'
import { createMemoryStore } from './stores/memory.ts'

let root: string
let hub: EventHub
let runner: Runner

beforeEach(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-job-run-')))
  mkdirSync(join(root, 'node_modules/ingester'), { recursive: true })
  hub = await openEvents({ dir: join(root, '.lorc') })
  jobs(`export const say = ({ events, params, account, since }) => { events.emit({ type: 'said', source: 's', payload: { since: since?.toISOString() ?? null } }); return { params, account: account ?? null } }`)
  runner = await createRunner({ workspace: root, store: createMemoryStore(), jobs: port(), env: { PATH: process.env.PATH, TOKEN: 'hunter2' } })
})
afterEach(async () => {
  await runner.close()
  await hub.close()
  rmSync(root, { recursive: true })
})

let version = 0
function jobs(code: string): void {
  writeFileSync(join(root, `node_modules/ingester/jobs${++version}.mjs`), `import { defineJob, TransientError } from ${JSON.stringify(import.meta.resolve('@lorc/event-client'))}\n${code}`)
}

function port(): JobPort {
  return {
    locate: (name, job) => ({ file: join(root, `node_modules/ingester/jobs${version}.mjs`), export: job, package: name, version: '1.0.0', label: `${name}/${job}` }),
    events: async () => hub,
    elsewhere: async () => ({ dir: join(root, '.lorc'), deliver: false }),
    bigquery: () => Promise.reject(new Error('none')),
    logging: { level: 'info', format: 'text' },
  }
}

function planOf(name: string, job: Partial<NonNullable<PlanStep['job']>> = {}, more: Partial<PlanStep> = {}, plan: Partial<Plan> = {}): Plan {
  return { lorc: 1, name: `ingester/${name}`, ...plan, steps: [{ name, type: 'job', stage: 0, job: { package: 'ingester', name, ...job }, ...more }] }
}

async function run(plan: Plan, params = {}): Promise<RunResult> {
  return await (await runner.start(plan, { params })).result
}

describe('a run of a job', () => {
  it('keeps its result and what became of its events, and knows its code', async () => {
    const result = await run(planOf('say', { account: 'acct' }))
    expect(result).toMatchObject({ status: 'completed', steps: [{ meta: { result: { params: {}, account: 'acct' }, events: { emitted: 1, delivered: 1, by_type: { said: 1 } } } }] })
    for await (const created of runner.events(result.runId)) {
      expect(created).toMatchObject({ code: { 'npm:ingester/say': expect.stringMatching(/^[0-9a-f]{64}$/) as string } })
      break
    }
    expect((await runner.view(result.runId)).steps[0]?.meta).toEqual(result.steps[0]?.meta)
  })

  it('resolves what its step takes from the run', async () => {
    jobs(`export const say = defineJob({
      params: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      run: ({ params, account, since, until }) => ({ params, account, since: since.toISOString(), until: until.toISOString() }),
    })`)
    const job = { params: { days: '${{ params.days }}' }, account: 'a-${{ params.days }}', since: '${{ params.from }}', until: '${{ params.to }}' }
    const result = await run(planOf('say', job), { days: 3, from: '2026-01-01', to: '2026-01-31' })
    expect(result.steps[0]?.meta?.result).toEqual({ params: { days: 3 }, account: 'a-3', since: '2026-01-01T00:00:00.000Z', until: '2026-01-31T00:00:00.000Z' })
  })

  it('needs a port for jobs', async () => {
    const other = await createRunner({ workspace: root, store: createMemoryStore() })
    await expect(other.start(planOf('say'))).rejects.toMatchObject({
      code: 'STEP_NO_EXECUTOR',
      fix: 'Give the runner `jobs`: where jobs are, and where their events go.',
    })
    await other.close()
  })

  it('goes on after a failure with the same window of time, and emits nothing twice', async () => {
    jobs(`let tries = 0
    export const say = ({ events, since }) => {
      events.emit({ type: 'said', source: 's', payload: since.toISOString() })
      if (tries++ === 0) throw new Error('kaputt')
    }`)
    const failed = await run(planOf('say', { since: '7d' }))
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'JOB_FAILED' } })
    const resumed = await runner.resume(failed.runId)
    expect(await resumed.result).toMatchObject({ status: 'completed', steps: [{ attempts: 2, meta: { events: { emitted: 1, duplicates: 1 } } }] })
    const { createdAt } = await runner.view(failed.runId)
    const since = new Date(createdAt - 7 * 86_400_000).toISOString()
    expect(await hub.query('SELECT payload FROM events')).toEqual([{ payload: since }])
  })

  it('says that its code has changed since', async () => {
    jobs(`export const say = () => { throw new Error('kaputt') }`)
    const { runId } = await run(planOf('say'))
    jobs(`export const say = () => 1`)
    const resumed = await runner.resume(runId)
    expect(resumed.changedCode).toEqual(['npm:ingester/say'])
    expect(await resumed.result).toMatchObject({ status: 'completed', steps: [{ meta: { result: 1 } }] })
  })

  it('does not keep a secret as its result', async () => {
    jobs(`export const say = () => process.env.NOBODY ?? 'hunter2'`)
    expect(await run(planOf('say', {}, {}, { secrets: ['TOKEN'] }))).toMatchObject({ status: 'failed', error: { code: 'SECRET_LEAKED' } })
  })

  it('is not run again while its code and parameters are the same, where it is cached', async () => {
    const cached = planOf('say', {}, { cache: { mode: 'auto' } })
    await run(cached)
    expect(await run(cached)).toMatchObject({ steps: [{ cached: true, meta: { result: { params: {} } } }] })
    jobs(`export const say = () => 2`)
    expect(await run(cached)).toMatchObject({ steps: [{ cached: false, meta: { result: 2 } }] })
  })
})

describe('a job is tried again', () => {
  const FLAKY = `let tries = 0
    export const flaky = defineJob({ retry: { max: 3, delay: 1 }, run({ run }) { if (++tries < 3) throw new TransientError('later'); return run.attempt } })
    export const boom = defineJob({ retry: { max: 3, delay: 1 }, run() { throw new Error('kaputt') } })`
  const once = { max: 2, delayMs: 0, backoff: 'fixed', factor: 2, maxDelayMs: 0, jitter: 0 } as const

  it.each([
    ['as it says itself', 'flaky', {}, { status: 'completed', steps: [{ attempts: 3, meta: { result: 3 } }] }],
    ['as its step says', 'flaky', { retry: once }, { status: 'failed', error: { code: 'JOB_TRANSIENT' }, steps: [{ attempts: 2 }] }],
    ['not, where it fails for good', 'boom', {}, { status: 'failed', error: { code: 'JOB_FAILED' }, steps: [{ attempts: 1 }] }],
    ['not, though its step has a policy for other steps', 'boom', { retry: once }, { status: 'failed', steps: [{ attempts: 1 }] }],
    ['where its step names the code', 'boom', { retry: { ...once, on: ['JOB_FAILED'] } }, { status: 'failed', steps: [{ attempts: 2 }] }],
  ])('%s', async (_, name, step: Partial<PlanStep>, expected) => {
    jobs(FLAKY)
    expect(await run(planOf(name, {}, step))).toMatchObject(expected)
  })
})

it('jobs of one run share the way of their events', async () => {
  const steps = [0, 1, 2, 3].map((i): PlanStep => ({ ...planOf('say').steps[0]!, name: `say${i}`, stage: 0 }))
  expect(await run({ lorc: 1, name: 'many', concurrency: 4, steps })).toMatchObject({ status: 'completed' })
  expect(await hub.query('SELECT COUNT(*) AS n FROM events')).toEqual([{ n: 4 }])
})
