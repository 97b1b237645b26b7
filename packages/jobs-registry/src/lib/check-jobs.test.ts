import { mkdirSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { checkJobs, type CheckedJobs, type CheckOptions } from './check-jobs.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
beforeEach(() => {
  files = new ScratchWorkspace()
})
afterEach(() => files.remove())

const all = (...paths: string[]): CheckOptions => ({ packedFiles: async () => paths })
const codes = ({ problems }: CheckedJobs): unknown[] => problems.map(({ code, job }) => (job === undefined ? code : [job, code]))

it('finds nothing wrong with a package that is right', async () => {
  files.linkZod()
  files.write('package.json', { name: '@acme/a', version: '1.0.0', type: 'module', files: ['dist'], dependencies: { zod: '4' }, lorc: { jobs: { one: './dist/one.js#one' } } })
  files.write('dist/one.js', 'import "node:fs"; import "fs"; import "zod/v4"; export { one } from "./deep/two.js"')
  files.write('dist/deep/two.js', 'export async function one() {}')
  expect(await checkJobs(files.root)).toEqual({ package: '@acme/a', version: '1.0.0', jobs: [{ name: 'one', ok: true }], problems: [] })
})

it('tells each thing that is wrong, job by job', async () => {
  files.linkZod()
  files.write('package.json', {
    name: 'a',
    type: 'module',
    devDependencies: { zod: '4' },
    lorc: { jobs: { good: './good.js', bad: 'bad.js', gone: './gone.js', throws: './throws.js', dev: './dev.js', left: './left.js', none: './good.js#none' } },
  })
  files.write('good.js', 'export default async () => {}')
  files.write('throws.js', 'throw new Error("no")')
  files.write('dev.js', 'import "zod"; export default async () => {}')
  files.write('left.js', 'export { default } from "./lib/out.js"')
  files.write('lib/out.js', 'export default async () => {}')
  const checked = await checkJobs(files.root, all('package.json', 'good.js', 'throws.js', 'dev.js', 'left.js'))
  expect(codes(checked)).toEqual([
    ['bad', 'REGISTRY_DECLARATION_INVALID'],
    ['gone', 'REGISTRY_MODULE_MISSING'],
    ['throws', 'REGISTRY_MODULE_FAILED'],
    ['dev', 'REGISTRY_IMPORT_UNDECLARED'],
    ['left', 'REGISTRY_FILE_UNPACKED'],
    ['none', 'REGISTRY_EXPORT_MISSING'],
  ])
  expect(checked.problems[4]).toMatchObject({ message: expect.stringContaining('`lib/out.js`, which it imports,'), fix: expect.stringContaining('add "lib" to `files`') })
  expect(checked.jobs.filter(({ ok }) => ok)).toEqual([{ name: 'good', ok: true }])
})

it('finds TypeScript in what is to be installed', async () => {
  const manifest = { name: 'a', type: 'module', lorc: { jobs: { one: './one.ts' } } }
  files.write('package.json', manifest)
  files.write('one.ts', 'export default async (): Promise<void> => {}')
  const { problems } = await checkJobs(files.root, all('one.ts'))
  expect(problems).toMatchObject([{ code: 'REGISTRY_MODULE_FAILED', message: expect.stringContaining('`one.ts` is TypeScript'), fix: expect.stringContaining('name the JavaScript') }])
  files.write('package.json', { ...manifest, private: true })
  expect((await checkJobs(files.root, all('one.ts'))).problems).toEqual([])
})

it('finds parameters that are declared, and that the job does not take', async () => {
  const params = { type: 'object', properties: { days: { type: 'number' } } }
  files.linkEventClient()
  files.write('package.json', {
    name: 'a',
    type: 'module',
    dependencies: { '@lorc/event-client': '1' },
    lorc: { jobs: { plain: { module: './jobs.js', export: 'plain', params }, told: { module: './jobs.js', export: 'told', params }, silent: { module: './jobs.js', export: 'silent', params } } },
  })
  const schema = (jsonSchema: string): string => `{ '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }), ${jsonSchema} } }`
  const job = (name: string, jsonSchema: string): string => `export const ${name} = defineJob({ params: ${schema(jsonSchema)}, run: async () => {} })`
  files.write(
    'jobs.js',
    `import { defineJob } from '@lorc/event-client'
     export async function plain() {}
     ${job('told', `jsonSchema: { input: () => (${JSON.stringify(params)}) }`)}
     ${job('silent', '')}`,
  )
  const checked = await checkJobs(files.root, all('jobs.js'))
  expect(checked.problems).toMatchObject([
    { code: 'REGISTRY_DECLARATION_INVALID', job: 'plain', message: 'The package.json declares the parameter `days`, which a/plain does not take.', fix: expect.stringContaining('defineJob') },
  ])
  expect(checked.jobs).toEqual([{ name: 'plain', ok: false }, { name: 'told', ok: true }, { name: 'silent', ok: true }])
})

it('names the module itself where that is left out', async () => {
  files.write('package.json', { name: 'a', type: 'module', lorc: { jobs: { one: './one.js' } } })
  files.write('one.js', 'export default async () => {}')
  expect((await checkJobs(files.root, all())).problems).toMatchObject([{ message: '`one.js` is not among the files that the package is published with.', fix: expect.stringContaining('add "one.js"') }])
})

it('tells of a package without a name, without jobs, or that npm cannot pack', async () => {
  files.write('package.json', { lorc: {} })
  expect(codes(await checkJobs(files.root, all()))).toEqual(['REGISTRY_DECLARATION_INVALID', 'REGISTRY_MANIFEST_INVALID'])
  files.write('package.json', { name: 'a', lorc: { jobs: { one: './one.cjs' } } })
  files.write('one.cjs', 'module.exports = async () => {}')
  expect(await checkJobs(files.root)).toMatchObject({ jobs: [{ name: 'one', ok: true }], problems: [{ code: 'REGISTRY_PACK_FAILED', message: expect.stringContaining('npm cannot tell') }] })
})

it('refuses a folder without a package', async () => {
  mkdirSync(`${files.root}/empty`)
  await expect(checkJobs(`${files.root}/empty`)).rejects.toMatchObject({ code: 'REGISTRY_MANIFEST_INVALID' })
})
