import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeJob, type JobDescription } from './describe-job.ts'
import { discoverJobs } from './discover.ts'
import { getJob } from './get-job.ts'
import type { ProbeOptions } from './probe.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
beforeEach(() => {
  files = new ScratchWorkspace()
  // The job author's own copies: the event client from source, and a schema library.
  files.linkEventClient()
  files.linkZod()
})
afterEach(() => files.remove())

async function described(module: string, declared: object = {}, options?: ProbeOptions): Promise<JobDescription> {
  files.write('package.json', { name: '@acme/own', version: '3.0.0', type: 'module', lorc: { jobs: { one: { module: './one.js', export: 'one', ...declared } } } })
  files.write('one.js', module)
  return await describeJob(getJob(await discoverJobs({ root: files.root }), 'own', 'one'), options)
}

it('tells what a job takes, as its schema says', async () => {
  const found = await described(`
    import { defineJob } from '@lorc/event-client'
    import * as z from 'zod'

    /** Of nothing. */
    const other = 1

    /**
     * Does one thing.
     *
     * And another.
     * @param ctx not shown
     */
    export const one = defineJob({
      summary: 'One thing',
      params: z.object({ feed: z.string().default('week').describe('Where from'), min: z.number().optional() }),
      retry: { max: 5, delay: '2s' },
      timeout: '1m',
      run() {},
    })`)
  expect(found).toMatchObject({
    package: '@acme/own',
    version: '3.0.0',
    job: 'one',
    file: join(files.root, 'one.js'),
    summary: 'One thing',
    docs: 'Does one thing.\n\nAnd another.',
    retry: { max: 5, delayMs: 2000 },
    timeoutMs: 60_000,
    params: { type: 'object', properties: { feed: { type: 'string', default: 'week', description: 'Where from' }, min: { type: 'number' } } },
  })
})

it('takes what is declared where the code does not tell', async () => {
  const params = { type: 'object', properties: { a: { type: 'string' } } }
  const opaque = `import { defineJob } from '@lorc/event-client'
    const params = { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } }
    export const one = defineJob({ params, run() {} })`
  expect(await described(opaque, { params, summary: 'As declared' })).toMatchObject({ params, summary: 'As declared' })
  expect((await described(opaque)).params).toBeNull()
})

it('tells what answers show where the schema does not tell, and the declaration says nothing', async () => {
  const shaped = `import { defineJob } from '@lorc/event-client'
    const field = (expected, preset) => ({ '~standard': { version: 1, vendor: 'zod', validate: (value = preset) => (typeof value === expected ? { value } : { issues: [{ message: '', expected }] }) } })
    const params = { ...field('object'), shape: { label: field('string', 'INBOX'), most: field('number') } }
    export const one = defineJob({ params, run() {} })`
  const asked = { type: 'object', properties: { label: { type: 'string', default: 'INBOX' }, most: { type: 'number' } }, required: ['most'] }
  expect((await described(shaped)).params).toEqual(asked)
  const params = { type: 'object', properties: { label: { type: 'string' } } }
  expect((await described(shaped, { params })).params).toEqual(params)
})

it('knows that a plain function takes no parameters', async () => {
  const found = await described('export async function one() { console.log("not shown") }\nconsole.log("nor this")')
  expect(found.params).toEqual({ type: 'object', properties: {} })
  expect(found).not.toHaveProperty('docs')
})

it('says what to do about TypeScript in what is installed', async () => {
  files.write('package.json', { dependencies: { typed: '1' } })
  files.write('node_modules/typed/package.json', { name: 'typed', type: 'module', lorc: { jobs: { one: './one.ts' } } })
  files.write('node_modules/typed/one.ts', 'export default async (): Promise<void> => {}')
  const location = getJob(await discoverJobs({ root: files.root }), 'typed', 'one')
  await expect(describeJob(location)).rejects.toMatchObject({ code: 'REGISTRY_MODULE_FAILED', fix: expect.stringContaining('name the JavaScript') })
})

it('finds an export of CommonJS', async () => {
  const found = await described('', { module: './one.cjs' }).catch((error: unknown) => error)
  expect(found).toMatchObject({ code: 'REGISTRY_MODULE_MISSING' })
  files.write('one.cjs', 'module.exports = Object.assign(function () {}, { ["o" + "ne"]: async () => {} })')
  expect(await described('', { module: './one.cjs' })).toMatchObject({ job: 'one' })
})

describe('a module that', () => {
  it.each([
    ['throws', 'throw new Error("no key")', 'REGISTRY_MODULE_FAILED', 'cannot be loaded: no key'],
    ['throws no error', 'throw { retry: false }', 'REGISTRY_MODULE_FAILED', 'cannot be loaded: { retry: false }'],
    ['throws an error without words', 'throw new TypeError()', 'REGISTRY_MODULE_FAILED', 'cannot be loaded: TypeError'],
    ['throws something else', 'throw "no key"', 'REGISTRY_MODULE_FAILED', 'no key'],
    ['is none', 'export const = 1', 'REGISTRY_MODULE_FAILED', 'cannot be loaded'],
    ['imports what is not there', 'import "./gone.js"', 'REGISTRY_MODULE_FAILED', 'gone.js'],
    ['exits', 'process.exit(3)', 'REGISTRY_MODULE_FAILED', 'it ended the process that loads it, with exit code 3'],
    ['throws later, while it loads', 'setTimeout(() => { throw new Error("late") }); await new Promise(() => setTimeout(() => {}, 1000))', 'REGISTRY_MODULE_FAILED', 'late'],
    ['hangs', 'for (;;);', 'REGISTRY_MODULE_FAILED', 'it did not end within 0.3 s'],
    ['waits for ever', 'await new Promise(() => setInterval(() => {}, 1000))', 'REGISTRY_MODULE_FAILED', 'it did not end within 0.3 s'],
    ['lacks the export', 'export const two = 1', 'REGISTRY_EXPORT_MISSING', 'exports no `one`'],
    ['exports nothing', '', 'REGISTRY_EXPORT_MISSING', 'exports no `one`'],
    ['exports no job', 'export const one = { run: 1 }', 'REGISTRY_EXPORT_NO_JOB', 'is not a job'],
    ['exports a broken job', 'import { defineJob } from "@lorc/event-client"; export const one = defineJob({ run: 1 })', 'REGISTRY_EXPORT_NO_JOB', 'is not a job'],
  ])('%s is refused', async (_, module, code, message) => {
    const limitMs = message.includes('0.3 s') ? 300 : 10_000
    await expect(described(module, {}, { limitMs })).rejects.toMatchObject({ name: 'RegistryError', code, message: expect.stringContaining(message) })
  })
})
