import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { discoverJobs, type DiscoverOptions } from './discover.ts'
import { findJob } from './find-job.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
beforeEach(() => {
  files = new ScratchWorkspace()
  files.write('package.json', { dependencies: { '@acme/a': '1', '@acme/plain': '1', gone: '1', denied: '1' } })
  files.package('node_modules/@acme/a', { name: '@acme/a' }, 'one')
  files.package('node_modules/@acme/plain', { name: '@acme/plain' })
  files.package('node_modules/denied', { name: 'denied' }, 'one')
  files.package('node_modules/brought', { name: 'brought' }, 'one')
})
afterEach(() => files.remove())

const find = (name: string, job = 'one', options: Partial<DiscoverOptions> = {}): ReturnType<typeof findJob> => findJob({ root: files.root, deny: ['denied'], ...options }, name, job)

it('finds a job', async () => {
  expect(await find('a')).toMatchObject({ package: '@acme/a', job: 'one', file: join(files.root, 'node_modules/@acme/a/dist/one.js') })
})

it.each([
  ['denied', '`jobs.deny` of the configuration leaves denied out.'],
  ['plain', '@acme/plain is installed, but declares no jobs: its package.json has no `lorc.jobs`.'],
  ['gone', 'gone is declared, but not installed: install the dependencies of the workspace.'],
  ['brought', 'brought is installed, but the workspace does not declare it: add it to the dependencies in its package.json, or to `jobs.allow` of the configuration.'],
])('tells why %s does not count', async (name, fix) => {
  await expect(find(name)).rejects.toMatchObject({ code: 'REGISTRY_PACKAGE_UNKNOWN', message: `Unknown package: ${name}`, fix })
})

it('tells the nearest names of what nobody knows, also where the workspace cannot be read', async () => {
  await expect(find('b')).rejects.toMatchObject({ fix: 'did you mean `a`?' })
  await expect(find('a', 'two')).rejects.toMatchObject({ code: 'REGISTRY_JOB_UNKNOWN' })
  files.write('package.json', '{')
  await expect(find('zzzzzz')).rejects.toMatchObject({ code: 'REGISTRY_PACKAGE_UNKNOWN', fix: expect.stringContaining('lorc jobs list') })
})

it('looks again before it says no', async () => {
  const cacheDir = join(files.root, '.lorc')
  await discoverJobs({ root: files.root, deny: ['denied'], cacheDir })
  const kept = JSON.parse(process.getBuiltinModule('node:fs').readFileSync(join(cacheDir, 'jobs.json'), 'utf8')) as object
  writeFileSync(join(cacheDir, 'jobs.json'), JSON.stringify({ ...kept, registry: { packages: [], problems: [] } }))
  expect(await find('a', 'one', { cacheDir })).toMatchObject({ job: 'one' })
})
