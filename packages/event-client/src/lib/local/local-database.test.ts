import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { underPermissions } from '../../../../../tools/config/permissions.ts'
import { IN_MEMORY, LocalDatabase } from './local-database.ts'
import { LocalPlace } from './local-place.ts'
import { storeProblem } from './store-problem.ts'

let folder: string
let file: string
const databases: LocalDatabase[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-local-'))
  file = join(folder, 'deep', 'events.db')
})

afterEach(async () => {
  for (const database of databases.splice(0)) await database.close()
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})

const opened = (patienceMs?: number): LocalDatabase => {
  const database = new LocalDatabase(file, patienceMs === undefined ? {} : { patienceMs })
  databases.push(database)
  return database
}

const insert = (database: LocalDatabase, name: string): unknown =>
  database.transact(() => database.statement('INSERT INTO sinks (name, next, waiting) VALUES (?, 0, 0)').run(name))

const names = (database: LocalDatabase): unknown[] => database.read(() => database.statement('SELECT name FROM sinks').all()).map(({ name }) => name)

it('keeps what a transaction wrote, and nothing of one that failed', () => {
  const database = opened()
  insert(database, 'a')
  const mistake = new Error('mine')
  expect(() =>
    database.transact(() => {
      insert(database, 'b')
      throw mistake
    }),
  ).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_UNAVAILABLE' }))
  expect(names(opened())).toEqual(['a'])
})

it('survives a crash right after the transaction', () => {
  insert(opened(), 'a')
  const killed = join(folder, 'killed.db')
  writeFileSync(killed, readFileSync(file))
  writeFileSync(`${killed}-wal`, readFileSync(`${file}-wal`))
  file = killed
  expect(names(opened())).toEqual(['a'])
})

it('syncs when it is told to, several times at once too', async () => {
  const database = opened()
  await database.sync()
  insert(database, 'a')
  await Promise.all([database.sync(), database.sync()])
  const memory = new LocalDatabase(IN_MEMORY)
  await memory.sync()
  await memory.close()
})

it('says so when a sync fails', async () => {
  const database = opened()
  insert(database, 'a')
  rmSync(`${file}-wal`)
  await expect(database.sync()).rejects.toMatchObject({ code: 'EVENTS_STORE_UNAVAILABLE' })
})

describe('a full disk', () => {
  it('fails the transaction with EVENTS_STORE_FULL; the next goes on when there is space', () => {
    const database = opened()
    insert(database, 'a')
    const { page_count } = database.db.prepare('PRAGMA page_count').get() as { page_count: number }
    database.db.exec(`PRAGMA max_page_count = ${page_count}`)
    expect(() => insert(database, 'b'.repeat(100_000))).toThrow(
      expect.objectContaining({ code: 'EVENTS_STORE_FULL', fix: expect.any(String) as string }),
    )
    database.db.exec('PRAGMA max_page_count = 100000')
    insert(database, 'c')
    expect(names(database)).toEqual(['a', 'c'])
  })
})

describe('another process that holds the lock', () => {
  it('is waited for no longer than the patience', () => {
    const database = opened(30)
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const locked = expect.objectContaining({ code: 'EVENTS_STORE_LOCKED', fix: expect.any(String) as string })
    expect(() => insert(database, 'a')).toThrow(locked)
    expect(names(database)).toEqual([])
    other.exec('COMMIT')
    other.close()
    insert(database, 'b')
    expect(names(database)).toEqual(['b'])
  })

  it('is waited for when it makes the file', () => {
    const other = new DatabaseSync(join(folder, 'new.db'))
    other.exec('BEGIN EXCLUSIVE')
    file = join(folder, 'new.db')
    expect(() => opened(30)).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_LOCKED' }))
    other.exec('ROLLBACK')
    insert(opened(30), 'a')
    other.close()
  })
})

describe('opening', () => {
  it('refuses what is not a database, and leaves it as it is', () => {
    file = join(folder, 'text')
    writeFileSync(file, 'this is text, and a good deal of it '.repeat(500))
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_CORRUPT' }))
    expect(readFileSync(file, 'utf8')).toContain('this is text')
  })

  it('refuses a database of a newer version, and one of another program', async () => {
    await opened().close()
    databases.length = 0
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version = 1000')
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_VERSION', message: expect.stringContaining('1000') as string }))
    db.exec('PRAGMA user_version = 0; PRAGMA application_id = 0')
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_UNAVAILABLE' }))
    db.close()
  })

  it('changes nothing of a database of another program', () => {
    file = join(folder, 'other.db')
    const db = new DatabaseSync(file)
    db.exec('CREATE TABLE theirs (id INTEGER)')
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_UNAVAILABLE' }))
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'delete' })
    db.close()
  })

  it('refuses a place where no file can be', () => {
    writeFileSync(join(folder, 'file'), '')
    file = join(folder, 'file', 'events.db')
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_UNAVAILABLE' }))
    file = folder
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_UNAVAILABLE' }))
  })

  it('refuses a folder that may not be written', () => {
    underPermissions(folder)
    chmodSync(folder, 0o555)
    expect(() => opened()).toThrow(expect.objectContaining({ code: 'EVENTS_STORE_UNAVAILABLE' }))
  })
})

it('names what the operating system says of space', () => {
  for (const code of ['ENOSPC', 'EDQUOT', 'EFBIG']) {
    expect(storeProblem(Object.assign(new Error(code), { code }), 'open', 'f')).toMatchObject({ code: 'EVENTS_STORE_FULL' })
  }
  expect(storeProblem('odd', 'open', 'f')).toMatchObject({ code: 'EVENTS_STORE_UNAVAILABLE', message: 'Could not open the events database "f": odd.' })
  expect(storeProblem(Object.assign(new Error('short'), { errcode: 522 }), 'read', 'f')).toMatchObject({ code: 'EVENTS_STORE_CORRUPT' })
})

it('is opened once it is needed, and not again once it was closed', async () => {
  const place = new LocalPlace(file)
  expect(place.opened()).toBeUndefined()
  expect(place.existing()).toBeUndefined()
  const database = place.database()
  expect(place.existing()).toBe(database)
  await place.close()
  expect(() => place.database()).toThrow(expect.objectContaining({ code: 'EVENTS_CLOSED' }))
})
