import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execPath } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openEvents } from '../src/lib/open-events.ts'
import { CloudEventsEndpoint } from '../src/lib/sinks/cloud-events-endpoint.fixture.ts'

let dir: string
const children: ChildProcess[] = []

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-crash-'))
})

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(dir, { recursive: true })
})

/** Runs the emitter; it is killed so many milliseconds after it began to emit. Resolves with what it said. */
async function emitter(count: number, killAfterMs: number | undefined, url?: string): Promise<string> {
  const script = new URL('./emitter.fixture.ts', import.meta.url).pathname
  const flags = ['--conditions=@lorc/source', '--disable-warning=ExperimentalWarning']
  const child = spawn(execPath, [...flags, script, dir, String(count), ...(url === undefined ? [] : [url])], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    if (said === '' && killAfterMs !== undefined) setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    said += chunk.toString()
  })
  await new Promise((resolve) => child.on('close', resolve))
  return said
}

/** Different times, the same in each run of the test. */
const kills = [0, 5, 15, 30, 60]

it('killed while emitting, again and again: each event is there once in the end', async () => {
  for (const ms of kills) await emitter(12_000, ms)
  expect(await emitter(12_000, undefined)).toContain('done')
  const db = new DatabaseSync(join(dir, 'events.db'))
  const rows = db.prepare('SELECT count(*) AS rows, count(DISTINCT payload) AS payloads FROM events').get()
  expect({ ...rows }).toEqual({ rows: 12_000, payloads: 12_000 })
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
  const tallies = db.prepare('SELECT event_type, emitted, delivered FROM tallies WHERE emitter = 1 ORDER BY 1').all()
  expect(tallies.map((row) => ({ ...row }))).toEqual([0, 1, 2].map((n) => ({ event_type: `type${n}`, emitted: 4000, delivered: 4000 })))
  db.close()
})

it('killed while delivering, again and again: each event arrives, and waits for nobody who is gone', async ({ onTestFinished }) => {
  const endpoint = new CloudEventsEndpoint()
  await endpoint.listen()
  onTestFinished(() => endpoint.close())
  for (const ms of kills) await emitter(3000, ms * 2, endpoint.url)
  const arrived = endpoint.events.size
  const hub = await openEvents({ dir, sink: 'http', url: endpoint.url })
  await hub.flush()
  await hub.close()
  expect(endpoint.events.size).toBeGreaterThanOrEqual(arrived)
  const said = await emitter(3000, undefined, endpoint.url)
  expect(said).toContain('"emitted":3000')
  expect(said).toContain('"delivered":3000')
  expect(said).toContain('"waiting":0')
  expect(endpoint.events.size).toBe(3000)
  const numbers = new Set([...endpoint.events.values()].map(({ data }) => (data as { n: number }).n))
  expect(numbers.size).toBe(3000)
})

it('two processes that deliver from one outbox at once: each event arrives once', async ({ onTestFinished }) => {
  const endpoint = new CloudEventsEndpoint()
  await endpoint.listen()
  onTestFinished(() => endpoint.close())
  const said = await Promise.all([emitter(2000, undefined, endpoint.url), emitter(3000, undefined, endpoint.url)])
  for (const one of said) expect(one).toContain('done')
  const sent = endpoint.requests.reduce((sum, { body }) => sum + (JSON.parse(body) as unknown[]).length, 0)
  expect(sent).toBe(3000)
  expect(endpoint.events.size).toBe(3000)
})
