import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { underPermissions } from '../../../../../tools/config/permissions.ts'
import { append, attempt, creation, driver, journal } from '../store-testsuite/samples.ts'
import { SqliteConnection } from './sqlite-connection.ts'
import { migrate, rollback } from './sqlite-schema.ts'
import { createSqliteStore, sqliteStore } from './sqlite.ts'

let folder: string
let file: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-sqlite-'))
  file = join(folder, 'lorc.db')
})

afterEach(() => {
  chmodSync(folder, 0o755)
  rmSync(folder, { recursive: true })
})

describe('durability', () => {
  it.each([
    ['power', 2],
    ['process', 1],
  ] as const)('%s is synchronous = %d with a write-ahead log', async (durability, synchronous) => {
    const connection = await SqliteConnection.open(file, durability)
    expect(connection.db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous })
    expect(connection.db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    await connection.close()
  })

  it.each([
    ['cut off', (wal: Buffer) => wal.subarray(0, wal.length - 100)],
    ['garbled', (wal: Buffer) => wal.fill(0xa5, wal.length - 2000)],
  ])('keeps what was acknowledged before a last write that is %s', async (_how, damage) => {
    const store = await createSqliteStore({ file })
    await store.commit([creation('r', ['0'])])
    await store.commit([append('r', 1, ['1'])])
    await store.commit([append('r', 2, ['torn'.repeat(2000)])])
    const [database, wal] = [readFileSync(file), readFileSync(`${file}-wal`)]
    await store.close()
    const killed = join(folder, 'killed.db')
    writeFileSync(killed, database)
    writeFileSync(`${killed}-wal`, damage(wal))
    const again = await createSqliteStore({ file: killed })
    expect(await journal(again, 'r')).toEqual(['0', '1'])
    expect(await again.commit([append('r', 2, ['2'])])).toEqual(['ok'])
    await again.close()
  })
})

describe('a full database', () => {
  it('refuses a commit with STORE_FULL, keeps nothing of it, and goes on when there is space', async () => {
    const connection = await SqliteConnection.open(file, 'power')
    const store = sqliteStore(connection)
    await store.commit([creation('r', ['0'])])
    const { page_count } = connection.db.prepare('PRAGMA page_count').get() as { page_count: number }
    connection.db.exec(`PRAGMA max_page_count = ${page_count}`)
    const large = 'x'.repeat(100_000)
    const full = expect.objectContaining({ code: 'STORE_FULL', fix: expect.any(String) as string })
    await expect(async () => store.commit([append('r', 1, [large])])).rejects.toEqual(full)
    await expect(async () => store.commit([append('r', 1, ['1']), creation('other', [large])])).rejects.toEqual(full)
    await expect(async () => store.commit([creation('other', [large])])).rejects.toEqual(full)
    expect(await journal(store, 'r')).toEqual(['0'])
    expect(await store.get('other')).toBeUndefined()
    connection.db.exec('PRAGMA max_page_count = 1000000')
    expect(await store.commit([append('r', 1, [large]), creation('other', [large])])).toEqual(['ok', 'ok'])
    expect(await store.commit([append('other', 1, ['1'])])).toEqual(['ok'])
    await store.close()
  })
})

describe('opening', () => {
  const opening = () => createSqliteStore({ file })

  it('refuses a file that is not a database', async () => {
    writeFileSync(file, 'this is text, and a good deal of it '.repeat(500))
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    expect(readFileSync(file, 'utf8')).toContain('this is text')
  })

  it('reports a database whose pages are damaged', async () => {
    const store = await opening()
    await store.commit([creation('r', ['x'.repeat(200_000)])])
    await store.close()
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0xa5, 4096))
    await expect(
      opening().then(async (damaged) => {
        try {
          return await journal(damaged, 'r')
        } finally {
          await damaged.close()
        }
      }),
    ).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  })

  it('brings a store of an older version up to date', async () => {
    await (await opening()).close()
    const db = new DatabaseSync(file)
    db.exec('DROP INDEX runs_idempotency; DROP INDEX runs_recipe; ALTER TABLE runs DROP COLUMN accepted')
    db.exec('ALTER TABLE runs DROP COLUMN idempotency_key; ALTER TABLE runs DROP COLUMN fingerprint')
    db.exec('DROP INDEX runs_top; ALTER TABLE runs DROP COLUMN parent_run; ALTER TABLE runs DROP COLUMN parent_step')
    db.exec('ALTER TABLE inbox DROP COLUMN step; ALTER TABLE inbox DROP COLUMN approved; PRAGMA user_version = 1')
    db.close()
    const store = await opening()
    await store.commit([creation('r', [], { parent: { runId: 'p', step: 's' } })])
    expect(await store.get('r')).toMatchObject({ parent: { runId: 'p', step: 's' } })
    await store.send('r', { type: 'approve', step: 'a', approved: true, by: 'ana', reason: '' })
    expect(await store.inbox('r')).toMatchObject([{ step: 'a', approved: true }])
    await store.close()
  })

  it('refuses a store of a newer version, and a database of another program', async () => {
    await (await opening()).close()
    const db = new DatabaseSync(file)
    db.exec('PRAGMA user_version = 1000')
    const message = expect.stringContaining('1000') as string
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_VERSION', message })
    db.exec('PRAGMA user_version = 0; PRAGMA application_id = 0')
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    db.close()
  })

  it('refuses a place where no file can be', async () => {
    writeFileSync(join(folder, 'file'), '')
    file = join(folder, 'file', 'lorc.db')
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    file = folder
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  it('refuses a folder that may not be written', async () => {
    underPermissions(folder)
    chmodSync(folder, 0o555)
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    file = join(folder, 'deeper', 'lorc.db')
    await expect(opening()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })

  describe('that may not be written', () => {
    const toRead = () => createSqliteStore({ file, reading: true })

    beforeEach(async () => {
      const store = await opening()
      await store.commit([creation('r', ['0'])])
      await store.close()
      underPermissions(folder)
    })

    it('is read where that is all that is asked for', async () => {
      chmodSync(folder, 0o555)
      await expect(opening()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      const store = await toRead()
      expect(await journal(store, 'r')).toEqual(['0'])
      expect(await store.list()).toHaveLength(1)
      expect([await store.document('c', 'k'), await store.documents('c')]).toEqual([undefined, []])
      await expect((async () => store.commit([append('r', 1, ['1'])]))()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      await store.close()
    })

    it('is read with what others have in its log, or not at all', async () => {
      const other = await opening()
      await other.commit([append('r', 1, ['1'])])
      for (const path of [file, `${file}-wal`, `${file}-shm`]) chmodSync(path, 0o444)
      const bare = join(folder, 'bare.db')
      writeFileSync(bare, readFileSync(file))
      writeFileSync(`${bare}-wal`, readFileSync(`${file}-wal`))
      chmodSync(folder, 0o555)
      const store = await toRead()
      expect(await journal(store, 'r')).toEqual(['0', '1'])
      await store.close()
      await other.close()
      file = bare
      await expect(toRead()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    })

    it('is refused where it is older, as it cannot be brought up to date', async () => {
      const db = new DatabaseSync(file)
      db.exec('PRAGMA user_version = 2')
      db.close()
      chmodSync(folder, 0o555)
      await expect(toRead()).rejects.toMatchObject({ code: 'STORE_VERSION', message: expect.stringContaining('may not be written') as string })
    })

    it('is not made where it is missing', async () => {
      file = join(folder, 'other.db')
      chmodSync(folder, 0o555)
      await expect(toRead()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    })
  })

  it('lets several open a new file at once', async () => {
    const stores = await Promise.all(Array.from({ length: 5 }, opening))
    expect(await stores[0]?.commit([creation('r', ['0'])])).toEqual(['ok'])
    expect(await journal(stores[4]!, 'r')).toEqual(['0'])
    for (const store of stores) await store.close()
  })
})

describe('another process that holds the lock', () => {
  it('makes commits wait without blocking, in order, and close waits for them', async () => {
    const store = await createSqliteStore({ file })
    await store.commit([creation('r')])
    const other = new DatabaseSync(file)
    other.exec('BEGIN IMMEDIATE')
    const first = store.commit([append('r', 0, ['0'])])
    const second = store.commit([append('r', 1, ['1'])])
    const taken = store.takeLease('r', 1, driver('second'))
    expect(first).toBeInstanceOf(Promise)
    expect(second).toBeInstanceOf(Promise)
    expect(await journal(store, 'r')).toEqual([])
    other.exec('COMMIT')
    other.close()
    const closed = store.close()
    expect(await Promise.all([first, second, taken])).toEqual([['ok'], ['ok'], 2])
    await closed
  })
})

it('gives up on a lock that another process never lets go of, with nothing written', async () => {
  const connection = await SqliteConnection.open(file, 'process', 20)
  const store = sqliteStore(connection)
  await store.commit([creation('r')])
  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  await expect(store.commit([append('r', 0, ['0'])])).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  other.exec('COMMIT')
  other.close()
  expect(await store.commit([append('r', 0, ['0'])])).toEqual(['ok'])
  await store.close()
})

it('reads again where a read met a process that recovers the file', async () => {
  const connection = await SqliteConnection.open(file, 'process')
  const busy = Object.assign(new Error('busy'), { errcode: 261 })
  let reads = 0
  const task = () => {
    if ((reads += 1) < 3) throw busy
    return 'read'
  }
  expect(await connection.read(task)).toBe('read')
  await connection.close()
})

it('leaves no half-made schema behind', () => {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA max_page_count = 3')
  expect(() => migrate(db, file)).toThrow('full')
  expect(db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get()).toEqual({ tables: 0 })
  expect(() => rollback(db)).not.toThrow()
  db.exec('PRAGMA max_page_count = 1000')
  migrate(db, file)
  migrate(db, file)
  db.close()
})

it.each([1, 2, 3])('takes the schema that another process made after its read number %i', (reads) => {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL')
  let count = 0
  const raced = new Proxy(db, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name !== 'prepare') return typeof member === 'function' ? (member.bind(target) as unknown) : member
      return (sql: string) => {
        const row = target.prepare(sql).get()
        if (++count === reads) makeElsewhere(file)
        return { get: () => row }
      }
    },
  })
  migrate(raced, file)
  expect(db.prepare('SELECT count(*) AS runs FROM runs').get()).toEqual({ runs: 0 })
  db.close()
})

function makeElsewhere(file: string): void {
  const other = new DatabaseSync(file)
  migrate(other, file)
  other.close()
}

it('shows attempts to people who ask with SQL', async () => {
  const connection = await SqliteConnection.open(file, 'process')
  const store = sqliteStore(connection)
  const ended = { status: 'completed' as const, at: 9, error: null, attempts: [attempt('r', 'load')] }
  await store.commit([creation('r')])
  await store.commit([append('r', 0, ['0'], { ended })])
  const row = connection.db.prepare('SELECT run_id, step, attempt, status, wall_ms, exit_code FROM attempts').get()
  expect({ ...row }).toEqual({ run_id: 'r', step: 'load', attempt: 1, status: 'completed', wall_ms: 9.5, exit_code: 0 })
  await store.close()
})
