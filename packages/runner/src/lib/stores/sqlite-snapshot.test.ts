import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { append, creation, driver, journal } from '../store-testsuite/samples.ts'
import type { RunStore } from '../store.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { SqliteSnapshot, type SnapshotPace } from './sqlite-snapshot.ts'
import { createSqliteStore, sqliteStore } from './sqlite.ts'

let folder: string
let file: string
let connection: SqliteConnection
let store: RunStore
let other: DatabaseSync
let now: number
let waiting: (() => void)[]
let pace: SnapshotPace
let seq: number
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-sqlite-'))
  file = join(folder, 'lorc.db')
  now = 1000
  waiting = []
  pace = { now: () => now, wait: (_ms, wake) => void waiting.push(wake) }
  connection = await SqliteConnection.open(file, 'process', 5000, pace)
  store = sqliteStore(connection)
  other = new DatabaseSync(file)
  await store.commit([creation('r', ['0'])])
  seq = 1
})
afterEach(async () => {
  other.close()
  await store.close()
  rmSync(folder, { recursive: true })
})

const commit = (more = {}, line = String(seq)) => store.commit([append('r', seq++, [line], more)])
const commits = async (count: number) => {
  for (let i = 0; i < count; i += 1) expect(await commit()).toEqual(['ok'])
}
/** What is written while a snapshot is held cannot be brought into the database. */
const held = () => {
  other.exec(`INSERT INTO inbox (run, type, by, reason) VALUES (0, 'cancel', '', '')`)
  return (other.prepare('PRAGMA wal_checkpoint(RESTART)').get() as { busy: number }).busy === 1
}
const wake = () => waiting.splice(0).forEach((wakeUp) => wakeUp())

describe('a snapshot', () => {
  it('is held once commits follow each other closely', async () => {
    await commits(1)
    expect(held()).toBe(false)
    now += 11
    await commits(1)
    expect(held()).toBe(false)
    now += 9
    await commits(2)
    expect(held()).toBe(true)
    expect(await journal(store, 'r')).toEqual(['0', '1', '2', '3', '4'])
  })

  it('is let go of when it was not used for a while, and watched as long as it is', async () => {
    await commits(4)
    wake()
    expect([waiting.length, held()]).toEqual([1, true])
    wake()
    expect([waiting.length, held()]).toEqual([0, false])
    await commits(4)
    expect([waiting.length, held()]).toEqual([1, true])
  })

  it('is let go of when much was written on it, and taken again after the next commit', async () => {
    await commits(2)
    await commit({}, 'x'.repeat(5 << 20))
    expect(held()).toBe(false)
    await commits(3)
    expect(held()).toBe(true)
    expect(waiting).toHaveLength(1)
  })

  it('is let go of before anything else is done', async () => {
    await commits(3)
    expect(held()).toBe(true)
    const second = await createSqliteStore({ file })
    await second.takeLease('r', 1, driver('second'))
    expect((await store.lease('r'))?.epoch).toBe(2)
    await second.close()
    await store.send('r', { type: 'cancel', by: 'me', reason: 'why' })
    expect(await store.inbox('r')).toHaveLength(1)
  })

  it('does no harm to the commit before where it cannot be held', () => {
    const broken = {
      prepare: () => {
        throw new Error('disk I/O error')
      },
    }
    const snapshot = new SqliteSnapshot(broken as unknown as DatabaseSync, pace)
    snapshot.follow()
    expect(() => snapshot.follow()).not.toThrow()
    expect(snapshot.held).toBe(false)
  })
})

describe('a commit on a snapshot that others have written over', () => {
  let second: RunStore
  beforeEach(async () => {
    second = await createSqliteStore({ file, durability: 'process' })
    await commits(3)
    expect(held()).toBe(true)
    await commits(3)
  })
  afterEach(() => second.close())

  it('goes through where they have written something else', async () => {
    await second.commit([creation('s', ['0'])])
    await commits(2)
    await second.commit([append('s', 1, ['1'])])
    await commits(1)
    expect(await journal(second, 'r')).toEqual(Array.from({ length: seq }, (_, at) => String(at)))
  })

  it.each([
    ['alone', {}],
    ['with changes of the run', { inboxDone: 1 }],
  ])('is fenced where one of them took the lease (%s)', async (_how, more) => {
    await second.takeLease('r', 1, driver('second'))
    expect(await commit(more)).toEqual(['fenced'])
    seq -= 1
    expect(await commit(more)).toEqual(['fenced'])
    expect(await journal(second, 'r')).toHaveLength(seq - 1)
  })

  it('is fenced where this store took the lease itself', async () => {
    await store.takeLease('r', 1, driver('second'))
    expect(await commit()).toEqual(['fenced'])
  })

  it.each([0, 1, 2])('is fenced among others, with a commit %d times before it', async (times) => {
    await store.commit([creation('s'), creation('t')])
    await commits(times)
    await second.takeLease('r', 1, driver('second'))
    expect(await store.commit([append('r', seq, ['x']), append('s', 0, ['0']), append('t', 0, ['0'])])).toEqual(['fenced', 'ok', 'ok'])
  })

  it('is fenced where one of them has written the same events', async () => {
    await second.commit([append('r', seq, ['theirs'])])
    expect(await commit()).toEqual(['fenced'])
    expect(await journal(store, 'r')).toHaveLength(seq)
  })

  it('leads to no other snapshot for a while, the second time soon after the first', async () => {
    now += 500
    await second.commit([creation('s', ['0'])])
    await commits(3)
    expect(held()).toBe(true)
    // To find that out was to write.
    await commits(3)
    expect(held()).toBe(false)
    now += 490
    await commits(3)
    expect(held()).toBe(false)
    now += 20
    await commits(3)
    expect(held()).toBe(true)
  })

  it('waits for one that is writing, and then asks anew', async () => {
    other.exec('BEGIN IMMEDIATE')
    const written = commit()
    expect(written).toBeInstanceOf(Promise)
    other.exec(`UPDATE runs SET epoch = 2 WHERE run_id = 'r'`)
    other.exec('COMMIT')
    expect(await written).toEqual(['fenced'])
  })
})

it('a commit on a snapshot that finds no room writes nothing, and the next goes on', async () => {
  await commits(4)
  const { page_count: pages } = connection.db.prepare('PRAGMA page_count').get() as { page_count: number }
  connection.db.exec(`PRAGMA max_page_count = ${pages}`)
  expect(() => commit({}, 'x'.repeat(100_000))).toThrow(expect.objectContaining({ code: 'STORE_FULL' }))
  seq -= 1
  expect(held()).toBe(false)
  connection.db.exec('PRAGMA max_page_count = 1000000')
  await commits(2)
  expect(await journal(store, 'r')).toEqual(Array.from({ length: seq }, (_, at) => String(at)))
})
