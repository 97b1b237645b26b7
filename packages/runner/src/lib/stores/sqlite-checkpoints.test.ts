import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { append, creation } from '../store-testsuite/samples.ts'
import { SqliteCheckpoints } from './sqlite-checkpoints.ts'
import { createSqliteStore } from './sqlite.ts'

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
