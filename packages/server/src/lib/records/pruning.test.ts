import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createMemoryStore, createRunner, type RunStore } from '@lorc/runner'
// Loaded before it is first used: a clock that is put forward waits for no file.
import '@lorc/runner/records'
import { TestClock } from '@lorc/runner/testing'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { AuditLog } from '../audit/audit-log.ts'
import { readServiceConfig } from '../config.ts'
import { scratch } from '../service.fixture.ts'
import { Pruning } from './pruning.ts'

const DAY = 86_400_000

let clock: TestClock
let store: RunStore
beforeEach(() => {
  clock = new TestClock()
  store = createMemoryStore()
})

async function pruning(retention: { keepMs: number; keepLast: number } | null) {
  const workspace = await scratch()
  const stateDir = join(workspace, '.lorc')
  const runner = await createRunner({ workspace, store, clock, executors: [{ types: ['x'], execute: () => ({ status: 'ok', outputs: null }), close: async () => undefined }] })
  const audit = new AuditLog(join(stateDir, 'audit.db'), () => clock.now())
  const said: string[] = []
  const task = new Pruning({ retention, runner, stateDir, audit, clock, log: (level, message, fields) => void said.push(`${level} ${message} ${JSON.stringify(fields)}`) })
  onTestFinished(async () => {
    await task.stop()
    audit.close()
    await runner.close()
  })
  const run = async (): Promise<string> => {
    const { runId, result } = await runner.start({ lorc: 1, name: 'daily', steps: [{ name: 'a', type: 'x', stage: 0 }] })
    await result
    return runId
  }
  const ids = async (): Promise<string[]> => (await store.list()).map(({ runId }) => runId)
  return { task, audit, said, run, ids, workspace }
}

it('removes what the retention does not keep, on record, every hour', async () => {
  const { task, audit, said, run, ids } = await pruning({ keepMs: 30 * DAY, keepLast: 1 })
  const [a, b] = [await run(), await run()]
  await clock.leap(20 * DAY)
  const c = await run()
  task.start()
  await clock.advance(10 * 60_000)
  expect([await ids(), audit.verify().records]).toEqual([[c, b, a], 0])
  await clock.leap(11 * DAY)
  await expect.poll(() => said.length).toBe(1)
  expect(await ids()).toEqual([c])
  const [asked, done] = [...audit.records()]
  expect(asked).toMatchObject({ who: 'retention', via: 'service', action: 'runs.prune', why: 'the retention keeps what began within 30 days, and the last 1 runs of each recipe', before: { runs: 2, run_ids: [b, a] } })
  expect(done).toMatchObject({ outcome: 'done', after: { removed: 2, stayed: 0 } })
  expect(audit.verify()).toMatchObject({ ok: true, records: 2 })
  expect(said).toEqual(['info old runs were removed {"removed":2,"stayed":0}'])
  await clock.advance(3 * 3_600_000)
  await new Promise(setImmediate)
  expect(said).toHaveLength(1)
})

it('removes nothing where everything is to stay, or once it was stopped', async () => {
  const none = await pruning(null)
  await none.run()
  none.task.start()
  expect(clock.nextIn).toBeUndefined()
  const { task, run, ids } = await pruning({ keepMs: 0, keepLast: 1 })
  await run()
  task.start()
  await task.stop()
  await clock.advance(DAY)
  expect(await ids()).toHaveLength(2)
})

it('tells of folders that could not be deleted', async () => {
  const { task, said, run, workspace } = await pruning({ keepMs: 0, keepLast: 1 })
  const old = await run()
  await run()
  await rm(join(workspace, 'runs'), { recursive: true, force: true })
  await writeFile(join(workspace, 'runs'), '')
  task.start()
  await clock.advance(10 * 60_000)
  await expect.poll(() => said.length).toBe(2)
  expect(said).toEqual(['info old runs were removed {"removed":1,"stayed":0}', expect.stringMatching(`error folders of old runs could not be deleted {"folders":1,"error":"ENOTDIR: .*${old}`)])
})

it('goes on after a failure, which it tells', async () => {
  const { task, said, run } = await pruning({ keepMs: 0, keepLast: 1 })
  await run()
  await run()
  const { list } = store
  store.list = () => Promise.reject(new Error('disk'))
  task.start()
  await clock.advance(10 * 60_000)
  expect(said).toEqual(['error old runs could not be removed {"error":"disk"}'])
  store.list = list
  await clock.advance(3_600_000)
  await expect.poll(() => said[1]).toContain('"removed":1')
})

it('is set by the configuration', () => {
  const of = (retention: unknown) => readServiceConfig({ server: { retention } }).server.retention
  expect(of(undefined)).toEqual({ keepMs: 30 * DAY, keepLast: 100 })
  expect(of({ keep: '12h' })).toEqual({ keepMs: DAY / 2, keepLast: 100 })
  expect(of({ keep: '2w', keepLast: 7 })).toEqual({ keepMs: 14 * DAY, keepLast: 7 })
  expect(of(false)).toBeNull()
  for (const wrong of [true, { keep: '3 days' }, { keepLast: 0 }, { keepN: 1 }]) expect(() => of(wrong)).toThrow('`server.retention')
})
