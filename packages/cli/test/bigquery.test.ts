import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { createEventClient } from '@lorc/event-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Workspace } from './lorc.fixture.ts'

// The contract server is a part of the tests of event-client, and no part of the package.
const SERVER = join(import.meta.dirname, '../../event-client/test/bigquery/serve.ts')

let server: ChildProcess
let endpoint: string
let workspace: Workspace

beforeAll(async () => {
  server = spawn(execPath, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(server.stdout!, 'data')) as [Buffer]
  endpoint = String(line).trim()
  workspace = await Workspace.make({ 'lorc.config.json': JSON.stringify({ events: { sink: 'bigquery', project: 'test-project', dataset: 'd', endpoint } }) })
})
afterAll(async () => {
  server.stdin?.end()
  await workspace.remove()
})

const emit = async (count: number, namespace?: string): Promise<void> => {
  const place = { sink: 'bigquery', project: 'test-project', dataset: 'd', endpoint } as const
  const client = await createEventClient({ dir: join(workspace.folder, '.lorc'), ...place, ...(namespace !== undefined && { namespace }) })
  for (let n = 0; n < count; n += 1) client.emit({ type: 't', source: 's', payload: { n } })
  await client.close()
}

it('sets up, delivers, asks and cleans up in BigQuery', async () => {
  expect((await workspace.lorc(['events', 'setup', '--dry-run'])).stdout).toMatch(/^CREATE SCHEMA IF NOT EXISTS `test-project\.d`;\n\nCREATE TABLE /)
  await expect(emit(1)).rejects.toMatchObject({ code: 'EVENTS_UNDELIVERED', message: expect.stringMatching(/^1 event waits in the outbox: Could not insert .* Not found/), fix: expect.stringMatching(/^`lorc events setup`, .* makes .* Then `lorc events flush`/) })
  expect(await workspace.lorc(['events', 'setup'])).toMatchObject({ exit: 0, stdout: 'ok  bigquery test-project.d.events is set up\n' })
  expect(await workspace.lorc(['events', 'flush'])).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^ok {2}1 event delivered to bigquery/) as string })
  await emit(3)
  const asked = await workspace.lorc(['sql', "SELECT COUNT(*) AS n, MAX(JSON_VALUE(payload, '$.n')) AS last FROM events"])
  expect(asked).toMatchObject({ exit: 0, stdout: 'n  last\n4  2\n', stderr: 'BigQuery reads 976.6 KiB for this: less than $0.01 at the price on demand\n' })
  const refused = await workspace.lorc(['sql', 'SELECT COUNT(*) FROM events', '--max-bytes', '1KB'])
  expect(refused).toMatchObject({ exit: 1, stderr: expect.stringContaining('error[BIGQUERY_TOO_COSTLY]') })

  expect((await workspace.lorc(['events', 'setup', '--smoke-namespace', 'pr_7'])).stdout).toContain('test-project.smoke_pr_7.events')
  await emit(2, 'pr_7')
  expect((await workspace.lorc(['events', 'count', '--smoke-namespace', 'pr_7'])).stdout).toBe('type  events\nt     2\n')
  const tables = ['.lorc/smoke_pr_7.db', 'smoke_pr_7.events', 'smoke_pr_7.raw_objects', 'smoke_pr_7.events_deduplicated']
  expect((await workspace.lorc(['events', 'cleanup-smoke', 'pr_7'])).stdout).toBe(tables.map((name) => `removed ${name}\n`).join(''))
  expect((await workspace.lorc(['events', 'count'])).stdout).toBe('type  events\nt     4\n')
})
