import { openEvents, type EventHub } from '@lorc/event-client'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Runner, RunResult } from './api.ts'
import type { JobPort } from './job-port.ts'
import type { Plan, PlanStep } from './plan.ts'
import { createRunner } from './create-runner.ts'
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

describe('what a job returned', () => {
  const ANY = `{ '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }`
  const JOBS = `export const list = () => ({ ids: [3, 4], more: true })
    export const twice = defineJob({ params: ${ANY}, run: ({ params: { id } }) => id * 2 })
    export const sum = defineJob({ params: ${ANY}, run: ({ params: { all, first } }) => ({ sum: all.reduce((a, b) => a + b, first) }) })
    export const none = () => {}`
  const step = (name: string, stage: number, job: Partial<NonNullable<PlanStep['job']>> = {}, more: Partial<PlanStep> = {}): PlanStep => ({
    name, type: 'job', stage, job: { package: 'ingester', name, ...job }, ...more,
  })
  const plan: Plan = {
    lorc: 1,
    name: 'results',
    steps: [
      step('list', 0),
      step('twice', 1, { params: { id: '${{ item }}' } }, { forEach: { items: 'steps.list.result.ids' } }),
      step('sum', 2, { params: { all: '${{ steps.twice.result }}', first: '${{ steps.list.result.ids[0] }}' }, set: { 'demo.sum_v1': 'result.sum', 'demo.all_v1': 'result' } }, {
        when: 'steps.list.result.more',
        produces: { 'demo.sum_v1': { type: 'integer' } },
        success: { when: 'ctx.demo.sum_v1 == 17' },
      }),
      step('none', 3, {}, { when: '!steps.list.result.more || steps.none.result != null' }),
    ],
  }

  it('is there for what comes after, its list of items, and the context', async () => {
    jobs(JOBS)
    const result = await run(plan)
    expect(result.steps.map(({ name, status, meta }) => [name, status, meta?.result])).toEqual([
      ['list', 'completed', { ids: [3, 4], more: true }],
      ['twice', 'completed', [6, 8]],
      ['twice[0]', 'completed', 6],
      ['twice[1]', 'completed', 8],
      ['sum', 'completed', { sum: 17 }],
      ['none', 'skipped', undefined],
    ])
    expect(result.steps[4]?.outputs).toEqual(['demo.sum_v1', 'demo.all_v1'])
    expect(result.context.get('demo.all_v1')).toEqual({ sum: 17 })
    expect(result.steps.at(-1)?.reason).toContain('as steps.list is completed with the result {"ids":a list of 2,"more":true}')
  })

  it('is there in a run that takes it over from another', async () => {
    jobs(JOBS)
    const { runId } = await run(plan)
    const again = await (await runner.start(plan, { fromRun: runId, resumeFrom: ['sum'] })).result
    expect(again).toMatchObject({ status: 'completed', steps: [{ importedFrom: runId }, { importedFrom: runId, meta: { result: [6, 8] } }, { importedFrom: null, meta: { result: { sum: 17 } } }, {}] })
  })

  it('is null where it returned nothing, and fails the step where `set` finds nothing in it', async () => {
    jobs(JOBS)
    const [list] = plan.steps
    expect(await run({ ...plan, steps: [list!, step('none', 1, { set: { 'demo.none_v1': 'result == null' } })] })).toMatchObject({ status: 'completed', steps: [{}, { outputs: ['demo.none_v1'] }] })
    const failed = await run({ ...plan, steps: [step('list', 0, { set: { 'demo.none_v1': 'result.absent' } })] })
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'EXPRESSION_FAILED', message: expect.stringContaining('`set.demo.none_v1` of the step `list`') as string } })
  })

  it('of a process of its own is the same', async () => {
    jobs(JOBS)
    expect(await run({ ...plan, steps: [step('list', 0, { set: { 'demo.ids_v1': 'result.ids' } }, { requiresProcess: true })] })).toMatchObject({ steps: [{ outputs: ['demo.ids_v1'] }] })
  })

  it('is put back from the cache, what was set of it, too', async () => {
    jobs(JOBS)
    const cached = { ...plan, steps: [step('list', 0, { set: { 'demo.ids_v1': 'result.ids' } }, { cache: { mode: 'auto' } }), step('twice', 1, { params: { id: '${{ steps.list.result.ids[1] }}' } })] } satisfies Plan
    await run(cached)
    expect(await run(cached)).toMatchObject({ steps: [{ cached: true, outputs: ['demo.ids_v1'] }, { meta: { result: 8 } }] })
  })
})

it('what is given as a value is never read as an expression', async () => {
  const ANY = `{ '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }`
  jobs(`export const say = defineJob({ params: ${ANY}, run: ({ params, account }) => ({ params, account, env: process.env.GIVEN ?? null }) })`)
  const text = '${{ run.id }}'
  const plan = planOf('say', { params: { of: '${{ params.text }}', item: '${{ item.text }}', env: '${{ env.GIVEN }}' }, account: '${{ params.text }}', set: { 'demo.env_v1': 'env.GIVEN' } }, {
    env: { grant: [], set: { GIVEN: '${{ params.text }}' } },
    forEach: { items: 'params.items' },
    requiresProcess: true,
  })
  const result = await run(plan, { text, items: [{ text }] })
  expect(result.steps[0]).toMatchObject({ status: 'completed', meta: { result: [{ params: { of: text, item: text, env: text }, account: text, env: text }] } })
  expect(result.context.get('demo.env_v1')).toEqual([text])
})
