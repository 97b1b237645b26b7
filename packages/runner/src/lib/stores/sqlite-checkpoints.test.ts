import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, creation } from '../store-testsuite/samples.ts'
import { startThread } from '../thread.ts'
import { ORDERS, SqliteCheckpoints, type CheckpointData } from './sqlite-checkpoints.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { createSqliteStore, sqliteStore } from './sqlite.ts'

const MIB = 1 << 20

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-log-'))
  file = join(folder, 'lorc.db')
})
afterEach(() => rmSync(folder, { recursive: true }))

it.each(['power', 'process'] as const)('brings the log into the database before a commit has to (%s)', async (durability) => {
  const store = await createSqliteStore({ file, durability })
  await store.commit([creation('r')])
  for (let seq = 0; seq < 32; seq += 1) await store.commit([append('r', seq, ['x'.repeat(MIB / 4)])])
  expect(statSync(`${file}-wal`).size).toBeLessThan(12 * MIB)
  await expect.poll(() => statSync(file).size).toBeGreaterThan(3 * MIB)
  await store.close()
  expect(existsSync(`${file}-wal`)).toBe(false)
})

it('counts what is written in transactions of several runs', async () => {
  const store = await createSqliteStore({ file })
  await store.commit([creation('r'), creation('s')])
  const both = (seq: number) => ['r', 's'].map((run) => append(run, seq, ['x'.repeat(MIB / 4)]))
  for (let seq = 0; seq < 16; seq += 1) await store.commit(both(seq))
  await expect.poll(() => statSync(file).size).toBeGreaterThan(3 * MIB)
  await store.close()
})

describe('many short commits', () => {
  let threads: Worker[]
  const started = (thread: Worker): void => void threads.push(thread)
  beforeEach(() => {
    threads = []
    process.on('worker', started)
  })
  afterEach(() => void process.off('worker', started))

  it.each([
    ['that follow each other', ['r'], 0],
    ['that are far apart', ['r'], 1000],
    ['of several runs', ['r', 's'], 0],
  ])('%s count for a page each', async (_, runs, apart) => {
    let now = 0
    const store = sqliteStore(await SqliteConnection.open(file, 'process', undefined, { now: () => (now += apart), wait: () => {} }))
    await store.commit(['r', 's'].map((run) => creation(run)))
    for (let seq = 0; seq < (4 * MIB) / 4096; seq += 1) await store.commit(runs.map((run) => append(run, seq, ['x'])))
    await store.close()
    expect(threads).toHaveLength(1)
  })
})

it('is done with a stretch before a commit does as much itself', async () => {
  const connection = await SqliteConnection.open(file, 'process')
  const { wal_autocheckpoint: pages } = connection.db.prepare('PRAGMA wal_autocheckpoint').get() as { wal_autocheckpoint: number }
  expect(pages * 4096).toBeGreaterThan(2 * 4 * MIB)
  await connection.close()
})

it('leaves a database that the thread cannot open to the commits', async () => {
  const checkpoints = new SqliteCheckpoints(join(folder, 'nowhere', 'lorc.db'))
  checkpoints.added(64 * MIB)
  checkpoints.added(64 * MIB)
  await expect(checkpoints.close()).resolves.toBeUndefined()
})

it('starts no thread for a short log', async () => {
  const checkpoints = new SqliteCheckpoints(file)
  checkpoints.added(4 * MIB - 1)
  await checkpoints.close()
  expect(existsSync(file)).toBe(false)
})

it('asks once for each stretch, but not before the one that was asked for is done', () => {
  const orders: Int32Array[] = []
  const checkpoints = new SqliteCheckpoints(file, (_from, _name, data) => {
    orders.push(new Int32Array((data as CheckpointData).order))
    return { worker: undefined as never, ended: () => Promise.resolve() }
  })
  const asked = (bytes: number): boolean => {
    checkpoints.added(bytes)
    return orders[0]?.[0] === ORDERS.checkpoint
  }
  const done = (): number => Atomics.store(orders[0]!, 0, ORDERS.none)
  expect([asked(4 * MIB - 1), asked(1)]).toEqual([false, true])
  done()
  expect([asked(4 * MIB - 1), asked(1)]).toEqual([false, true])
  checkpoints.added(4 * MIB)
  done()
  expect([asked(1), orders.length]).toEqual([true, 1])
})

it('lets the thread rest once it has done what it was asked, and wakes it for the next stretch and to end', async () => {
  let orders = new Int32Array(new SharedArrayBuffer(4))
  const checkpoints = new SqliteCheckpoints(file, (from, name, data) => {
    orders = new Int32Array((data as CheckpointData).order)
    return startThread(from, name, data)
  })
  for (const _ of ['first', 'next']) {
    checkpoints.added(4 * MIB)
    await expect.poll(() => Atomics.load(orders, 0)).toBe(ORDERS.none)
  }
  await checkpoints.close()
})
