import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { platform } from 'node:process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, creation, journal } from '../store-testsuite/samples.ts'
import type { Durability, RunStore } from '../store.ts'
import { openBelow } from './open-files.fixture.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { SqliteLogRoom } from './sqlite-log-room.ts'
import { createSqliteStore, sqliteStore } from './sqlite.ts'

let folder: string
let file: string
let log: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-room-'))
  file = join(folder, 'lorc.db')
  log = `${file}-wal`
})
afterEach(() => rmSync(folder, { recursive: true }))

const COMMITS = 30
const lines = Array.from({ length: COMMITS }, (_, seq) => `${seq}`.padEnd(3000))

/** A store with its commits, so many milliseconds apart, however slow the disk is, and how long the log was after each. */
async function filled(durability: Durability, apart = 0): Promise<{ store: RunStore; lengths: number[] }> {
  let now = 0
  const store = sqliteStore(await SqliteConnection.open(file, durability, undefined, { now: () => (now += apart), wait: () => {} }))
  await store.commit([creation('r')])
  const lengths: number[] = []
  for (const [seq, line] of lines.entries()) {
    await store.commit([append('r', seq, [line])])
    lengths.push(statSync(log).size)
  }
  return { store, lengths }
}

describe('the log of a store with durability power', () => {
  it('grows ahead of commits, each time by as much as it has', async () => {
    const { store, lengths } = await filled('power')
    expect(new Set(lengths).size).toBeLessThan(COMMITS / 4)
    expect(readFileSync(log).subarray(-4096).every((byte) => byte === 0)).toBe(true)
    await store.close()
    expect(existsSync(log)).toBe(false)
  })

  it('is read to its end by who opens it after a crash', async () => {
    const { store } = await filled('power')
    const crashed = join(folder, 'crashed.db')
    copyFileSync(file, crashed)
    copyFileSync(log, `${crashed}-wal`)
    await store.close()
    const again = await createSqliteStore({ file: crashed })
    expect(await journal(again, 'r')).toEqual(lines)
    await again.close()
  })
})

it.each([
  ['nothing is synced', 'process', 0],
  ['commits are far apart', 'power', 1000],
] as const)('grows with its commits where %s', async (_, durability, apart) => {
  const { store, lengths } = await filled(durability, apart)
  expect(new Set(lengths).size).toBe(COMMITS)
  await store.close()
})

it('makes none where somebody else has the lock to write, nor from then on', () => {
  writeFileSync(log, 'frames')
  let locks = 0
  const room = new SqliteLogRoom(log, () => {
    locks += 1
    throw new Error('database is locked')
  })
  room.make()
  room.make()
  expect([readFileSync(log, 'utf8'), locks]).toEqual(['frames', 1])
})

it('does without room where there is no file', () => {
  const room = new SqliteLogRoom(join(folder, 'nowhere'), (task) => task())
  expect(() => room.make()).not.toThrow()
  expect(existsSync(join(folder, 'nowhere'))).toBe(false)
})

it('makes a stretch at a time, and no more once the log is long enough to be started over', () => {
  const [stretch, enough] = [1 << 20, 16 << 20]
  writeFileSync(log, '')
  truncateSync(log, enough - stretch - 1)
  const room = new SqliteLogRoom(log, (task) => task())
  const lengths = Array.from({ length: 3 }, () => {
    room.make()
    const { size } = statSync(log)
    appendFileSync(log, 'frames')
    return size
  })
  expect(lengths).toEqual([enough - 1, enough - 1 + 6 + stretch, enough - 1 + 12 + stretch])
})

it.runIf(platform === 'linux')('is let go of with the store', async () => {
  const { store } = await filled('power')
  await store.close()
  expect(openBelow(folder)).toEqual([])
})
