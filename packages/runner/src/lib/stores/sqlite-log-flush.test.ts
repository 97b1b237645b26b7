import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { append, creation } from '../store-testsuite/samples.ts'
import { SqliteLogFlush } from './sqlite-log-flush.ts'
import { createSqliteStore } from './sqlite.ts'

const STRETCH = 1 << 20

let folder: string
let path: string
let syncs: { mock: { calls: unknown[] }; mockRestore(): void }
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-log-'))
  path = join(folder, 'log')
  writeFileSync(path, '')
  const file = await open(path)
  syncs = vi.spyOn(Object.getPrototypeOf(file) as typeof file, 'datasync')
  await file.close()
})
afterEach(() => {
  syncs.mockRestore()
  rmSync(folder, { recursive: true })
})

it('has the log written after each stretch, once at a time', async () => {
  const flush = new SqliteLogFlush(path)
  flush.added(STRETCH - 1)
  await flush.close()
  expect(syncs.mock.calls).toHaveLength(0)
  flush.added(1)
  flush.added(STRETCH)
  await flush.close()
  expect(syncs.mock.calls).toHaveLength(1)
})

it('goes on with what was added meanwhile', async () => {
  const flush = new SqliteLogFlush(path)
  flush.added(STRETCH)
  flush.added(STRETCH)
  const calls = (): unknown[] => {
    flush.added(0)
    return syncs.mock.calls
  }
  await expect.poll(calls).toHaveLength(2)
  await flush.close()
})

it('leaves what fails to the sync that counts', async () => {
  const flush = new SqliteLogFlush(join(folder, 'nowhere'))
  flush.added(STRETCH)
  await expect(flush.close()).resolves.toBeUndefined()
})

it.each([
  ['process', 1],
  ['power', 0],
] as const)('a store with durability %s has it done %d times in a stretch of commits', async (durability, times) => {
  const store = await createSqliteStore({ file: join(folder, 'lorc.db'), durability })
  await store.commit([creation('r')])
  for (let seq = 0; seq < 40; seq += 1) await store.commit([append('r', seq, ['x'.repeat(STRETCH / 32)])])
  await store.close()
  expect(syncs.mock.calls).toHaveLength(times)
})
