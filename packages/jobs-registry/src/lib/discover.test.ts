import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { discoverJobs } from './discover.ts'
import { getJob } from './get-job.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-jobs-')))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
}

it('finds the jobs of declared packages, of its own and at paths, and of no other', async () => {
  write('package.json', { name: 'app', dependencies: { '@acme/ingester': '1' }, lorc: { jobs: { own: './own.js' } } })
  for (const name of ['@acme/ingester', 'stray', 'at/path']) {
    const folder = name === 'at/path' ? name : `node_modules/${name}`
    write(`${folder}/package.json`, { name, version: '1.2.3', lorc: { jobs: { one: './dist/a.js#one' } } })
    write(`${folder}/dist/a.js`, '')
  }
  const registry = await discoverJobs({ root, paths: ['at/path'] })
  expect(registry.problems).toEqual([])
  expect(registry.packages.map(({ name }) => name)).toEqual(['@acme/ingester', 'app', 'at/path'])
  expect(getJob(registry, 'ingester', 'one')).toMatchObject({
    package: '@acme/ingester',
    version: '1.2.3',
    file: join(root, 'node_modules/@acme/ingester/dist/a.js'),
    export: 'one',
  })
})
