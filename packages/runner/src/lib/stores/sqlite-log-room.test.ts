import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, creation, journal } from '../store-testsuite/samples.ts'
import type { Durability, RunStore } from '../store.ts'
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
/** Commits follow each other at once, however slow the disk is. */
const pace = { now: () => 0, wait: () => {} }

/** A store with its commits, and how long the log was after each. */
async function filled(durability: Durability): Promise<{ store: RunStore; lengths: number[] }> {
  const store = sqliteStore(await SqliteConnection.open(file, durability, undefined, pace))
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

it('grows with its commits where nothing is synced', async () => {
  const { store, lengths } = await filled('process')
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
