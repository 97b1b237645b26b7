import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { discoverJobs } from './discover.ts'
import { RegistryError } from './errors.ts'
import { getJob, getPackage } from './get-job.ts'
import type { JobRegistry } from './job-registry.ts'
import { ScratchWorkspace } from './scratch-workspace.fixture.ts'

let files: ScratchWorkspace
let registry: JobRegistry
beforeEach(async () => {
  files = new ScratchWorkspace()
  files.write('package.json', { dependencies: { '@acme/ingester': '1', '@other/ingester': '1', scorer: '1', '@acme/scorer': '1', broken: '1' } })
  for (const name of ['@acme/ingester', '@other/ingester', 'scorer', '@acme/scorer']) {
    files.package(`node_modules/${name}`, { name, version: '2.1.0' }, 'extract_gmail', 'extract_exchange')
  }
  files.write('node_modules/broken/package.json', { lorc: { jobs: { one: 'one.js', two: './two.js' } } })
  registry = await discoverJobs({ root: files.root })
})
afterEach(() => files.remove())

function refusal(packageName: string, job: string): Pick<RegistryError, 'code' | 'message' | 'fix'> {
  try {
    getJob(registry, packageName, job)
  } catch (error) {
    if (error instanceof RegistryError) return { code: error.code, message: error.message, fix: error.fix }
    throw error
  }
  throw new Error('it was found')
}

it('finds a job by the full name of its package, and by the short one where only one has it', () => {
  const dir = join(files.root, 'node_modules/@acme/ingester')
  const file = join(dir, 'dist/extract_gmail.js')
  expect(getJob(registry, '@acme/ingester', 'extract_gmail')).toEqual({ package: '@acme/ingester', version: '2.1.0', dir, job: 'extract_gmail', file, export: 'extract_gmail' })
  expect(getJob({ ...registry, packages: registry.packages.slice(0, 1) }, 'ingester', 'extract_gmail').package).toBe('@acme/ingester')
  expect(getPackage(registry, 'scorer').name).toBe('scorer')
})

it('asks for the full name where several have the short one', () => {
  expect(refusal('ingester', 'extract_gmail')).toEqual({
    code: 'REGISTRY_PACKAGE_AMBIGUOUS',
    message: '2 packages are called ingester: @acme/ingester, @other/ingester.',
    fix: 'write the name in full: @acme/ingester or @other/ingester.',
  })
})

it('tells the nearest names', () => {
  expect(refusal('scorr', 'x')).toEqual({ code: 'REGISTRY_PACKAGE_UNKNOWN', message: 'Unknown package: scorr', fix: 'did you mean `scorer`?' })
  expect(refusal('@acm/scorer', 'x').fix).toBe('did you mean `@acme/scorer`?')
  expect(refusal('zzzzzz', 'x').fix).toContain('`lorc jobs list`')
  expect(refusal('scorer', 'extract_gmial')).toEqual({ code: 'REGISTRY_JOB_UNKNOWN', message: 'Unknown job: scorer/extract_gmial', fix: 'did you mean `extract_gmail`?' })
  expect(refusal('scorer', 'extract').fix).toBe('did you mean `extract_exchange` or `extract_gmail`?')
  expect(refusal('scorer', 'zzzzzz').fix).toBe('its jobs are extract_gmail, extract_exchange.')
})

it('tells what is wrong with what is asked for, where it is there but broken', () => {
  expect(refusal('broken', 'one')).toMatchObject({ code: 'REGISTRY_DECLARATION_INVALID' })
  expect(refusal('broken', 'two')).toMatchObject({ code: 'REGISTRY_MODULE_MISSING', message: expect.stringContaining('broken/two') })
  expect(refusal('broken', 'three')).toMatchObject({ code: 'REGISTRY_DECLARATION_INVALID' })
  files.write('node_modules/scorer/dist/gone.js', '')
  rmSync(join(files.root, 'node_modules/scorer/dist/extract_gmail.js'))
  expect(refusal('scorer', 'extract_gmail')).toMatchObject({ code: 'REGISTRY_MODULE_MISSING', fix: expect.stringContaining('build the package') })
  rmSync(join(files.root, 'node_modules/scorer/dist/extract_exchange.js'))
  files.link('node_modules/scorer/dist/extract_exchange.js', '/etc/hostname')
  expect(refusal('scorer', 'extract_exchange')).toMatchObject({ code: 'REGISTRY_MODULE_OUTSIDE', message: expect.stringContaining('leads out of its package, to /etc/hostname') })
})

it('tells of one broken job by its name', () => {
  const problems = registry.problems.map((problem) => ({ ...problem, package: 'scorer' }))
  try {
    getJob({ ...registry, problems }, 'scorer', 'one')
    expect.unreachable()
  } catch (error) {
    expect(error).toMatchObject({ code: 'REGISTRY_DECLARATION_INVALID', message: expect.stringContaining('lorc.jobs.one') })
  }
})
