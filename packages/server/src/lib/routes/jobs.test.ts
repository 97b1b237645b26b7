import type { JobFinder, JsonObject } from '@lorc/runner'
import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findJob } from '@lorc/jobs-registry'
import { openEvents } from '@lorc/event-client'
import { describe, expect, it, onTestFinished } from 'vitest'
import { scratch, serviceFixture } from '../service.fixture.ts'

const EVENT_CLIENT = JSON.stringify(import.meta.resolve('@lorc/event-client'))
const files = {
  'package.json': JSON.stringify({ name: 'app', dependencies: { '@acme/toy': '1.0.0' } }),
  'node_modules/@acme/toy/package.json': JSON.stringify({ name: '@acme/toy', version: '1.2.0', lorc: { jobs: { greet: './jobs.mjs#greet', 'bad one': 7 } } }),
  'node_modules/@acme/toy/jobs.mjs': `
import { defineJob } from ${EVENT_CLIENT}
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value) => (typeof value.name === 'string' ? { value } : { issues: [{ message: 'name is missing', path: ['name'] }] }),
  jsonSchema: { input: () => ({ type: 'object', properties: { name: { type: 'string' } }, required: ['name'] }), output: () => ({}) } } }
/** Greets somebody. */
export const greet = defineJob({ summary: 'Say hello', params: schema, run: ({ params, account }) => ({ said: 'hello ' + params.name, account: account ?? null }) })
`,
}

async function withJobs(more: Readonly<Record<string, string>> = {}) {
  const workspace = await scratch({ ...files, ...more })
  const jobs = { root: workspace }
  const finder: JobFinder = {
    locate: async (packageName, job) => {
      const { file, export: name, package: full, version, params } = await findJob(jobs, packageName, job)
      return { file, export: name, package: full, version, label: `toy/${job}`, ...(params && { params: params as JsonObject }) }
    },
  }
  const hub = await openEvents({ dir: join(workspace, '.lorc'), sink: 'memory' })
  onTestFinished(() => hub.close())
  const port = { ...finder, events: () => Promise.resolve(hub), bigquery: () => Promise.reject(new Error('none')), elsewhere: () => Promise.reject(new Error('none')), logging: { level: 'info', format: 'text' } } as const
  return serviceFixture({ workspace, jobs, runner: { jobs: port } })
}

describe('jobs over HTTP', () => {
  it('are started with what their package.json declares, where their schema cannot tell', async () => {
    const params = { type: 'object', properties: { name: { type: 'string', maxLength: 3 } } }
    const { ask } = await withJobs({
      'node_modules/@acme/toy/package.json': JSON.stringify({ name: '@acme/toy', version: '1.2.0', lorc: { jobs: { greet: { module: './jobs.mjs', export: 'greet', params } } } }),
      'node_modules/@acme/toy/jobs.mjs': files['node_modules/@acme/toy/jobs.mjs'].replace('jsonSchema:', 'unheard:'),
    })
    expect((await ask('GET', '/jobs/toy/greet')).body).toMatchObject({ params })
    expect(await ask('POST', '/jobs/toy/greet/runs', { params: { name: 'Anna' } })).toMatchObject({ status: 422, body: { code: 'JOB_PARAMS_INVALID', errors: [{ path: '/body/params/name' }] } })
    expect((await ask('POST', '/jobs/toy/greet/runs', { params: { name: 'Ann' } })).status).toBe(202)
  })

  it('are listed, with what is wrong with declarations', async () => {
    const { ask } = await withJobs()
    expect((await ask('GET', '/jobs')).body).toMatchObject({
      items: [{ package: '@acme/toy', version: '1.2.0', name: 'greet' }],
      problems: [{ package: '@acme/toy', job: 'bad one', code: 'REGISTRY_DECLARATION_INVALID' }],
      next_cursor: null,
    })
  })

  it('are described with what they take', async () => {
    const { ask } = await withJobs()
    expect((await ask('GET', '/jobs/toy/greet')).body).toMatchObject({ package: '@acme/toy', name: 'greet', summary: 'Say hello', params: { required: ['name'] }, docs: 'Greets somebody.', timeout_ms: null })
    expect(await ask('GET', '/jobs/toy/gret')).toMatchObject({ status: 404, body: { code: 'REGISTRY_JOB_UNKNOWN', title: 'Not Found' } })
    expect(await ask('GET', '/jobs/nobody/x')).toMatchObject({ status: 404, body: { code: 'REGISTRY_PACKAGE_UNKNOWN' } })
  })

  it('are started, and found again by their package', async () => {
    const { ask } = await withJobs()
    const started = await ask('POST', '/jobs/%40acme%2Ftoy/greet/runs', { params: { name: 'Ann' } }, { prefer: 'wait=10' })
    expect(started).toMatchObject({ status: 200, body: { name: 'toy/greet', status: 'completed' } })
    const { run_id: id } = started.body as { run_id: string }
    for (const name of ['toy', '@acme/toy']) expect((await ask('GET', `/runs?package=${encodeURIComponent(name)}`)).body).toMatchObject({ items: [{ run_id: id }] })
    expect((await ask('GET', '/runs?package=to')).body).toMatchObject({ items: [] })
  })

  it('get what a request says as it is: no part of it is an expression', async () => {
    const { ask, server } = await withJobs()
    const text = '${{ run.id }}'
    const started = await ask('POST', '/jobs/toy/greet/runs', { params: { name: text }, account: text }, { prefer: 'wait=10' })
    const { run_id: id } = started.body as { run_id: string }
    const result = { said: `hello ${text}`, account: text }
    expect((await server.runner.view(id)).steps[0]).toMatchObject({ status: 'completed', meta: { result } })
    expect(started.body).toMatchObject({ steps: [{ meta: { result, events: { emitted: 0 } } }] })
  })

  it('are refused before anything is recorded where what they are given is wrong', async () => {
    const { ask, server } = await withJobs()
    expect(await ask('POST', '/jobs/toy/greet/runs', {})).toMatchObject({ status: 422, body: { code: 'JOB_PARAMS_INVALID', errors: [{ path: '/body/params/name' }] } })
    expect(await ask('POST', '/jobs/toy/greet/runs', { params: { name: 'a' }, since: 'whenever' })).toMatchObject({ status: 422, body: { code: 'JOB_TIME_INVALID', errors: [{ path: '/body/since' }] } })
    expect(await ask('POST', '/jobs/toy/nope/runs', {})).toMatchObject({ status: 404 })
    expect(await server.runner.store.list()).toEqual([])
  })

  it('are checked as they are by now, and run so, where they were changed since they were first asked for', async () => {
    const declared = { 'package.json': JSON.stringify({ name: 'app', dependencies: { '@acme/toy': 'link:toy' } }), 'node_modules/@acme/toy/package.json': '{}' }
    const own = Object.fromEntries(Object.entries(files).slice(1).map(([path, text]) => [path.replace('node_modules/@acme/', ''), text]))
    const { ask, workspace } = await withJobs({ ...declared, ...own })
    await rm(join(workspace, 'node_modules/@acme/toy'), { recursive: true })
    await symlink('../../toy', join(workspace, 'node_modules/@acme/toy'))
    const post = (params: object): ReturnType<typeof ask> => ask('POST', '/jobs/toy/greet/runs', { params }, { prefer: 'wait=10' })
    expect((await post({ who: 'Ann' })).status).toBe(422)
    const { 'toy/jobs.mjs': text } = own
    await writeFile(join(workspace, 'toy/jobs.mjs'), text!.replaceAll(/\bname\b/g, 'who'))
    expect(await post({ who: 'Ann' })).toMatchObject({ status: 200, body: { status: 'completed', steps: [{ meta: { result: { said: 'hello Ann' } } }] } })
    expect((await post({ name: 'Ann' })).status).toBe(422)
  })

  it('are none where the service was made without', async () => {
    const { ask } = await serviceFixture()
    expect((await ask('GET', '/jobs')).body).toEqual({ items: [], problems: [], next_cursor: null })
    expect(await ask('GET', '/jobs/toy/greet')).toMatchObject({ status: 404, body: { code: 'JOBS_ABSENT' } })
    expect(await ask('POST', '/jobs/toy/greet/runs', {})).toMatchObject({ status: 404, body: { code: 'JOBS_ABSENT' } })
  })
})

