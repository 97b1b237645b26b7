import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { driver } from '../store-testsuite/samples.ts'
import { beatUntilStopped } from './heartbeat-loop.ts'
import { createSqliteStore } from './sqlite.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-beat-'))
})

afterEach(() => rmSync(folder, { recursive: true }))

/** An order to stop that is there already: the loop begins, and ends at its first wait. */
function stopped(kind: 'sqlite' | 'files', place: string) {
  const stop = new SharedArrayBuffer(4)
  new Int32Array(stop)[0] = 1
  return { kind, place, driver: driver('first'), intervalMs: 1e9, stop }
}

async function database(): Promise<{ file: string; db: DatabaseSync; beats: () => unknown }> {
  const file = join(folder, 'lorc.db')
  await (await createSqliteStore({ file })).close()
  const db = new DatabaseSync(file)
  return { file, db, beats: () => db.prepare('SELECT heartbeat FROM drivers').all().map((row) => row['heartbeat']) }
}

it('beats before it waits', async () => {
  const { file, db, beats } = await database()
  beatUntilStopped(stopped('sqlite', file))
  expect(beats()).toEqual([1])
  beatUntilStopped(stopped('sqlite', file))
  expect(beats()).toEqual([2])
  db.close()
})

it('writes a counter of one length into a file', () => {
  const place = join(folder, 'beat')
  beatUntilStopped(stopped('files', place))
  expect(readFileSync(place, 'utf8')).toBe('0000000000000001')
})

it('waits at a lock for as long as it is not stopped', async () => {
  const { file, db, beats } = await database()
  db.exec('BEGIN IMMEDIATE')
  beatUntilStopped(stopped('sqlite', file))
  expect(beats()).toEqual([])
  db.exec('ROLLBACK')
  db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  beatUntilStopped(stopped('sqlite', file))
  db.close()
})

it('leaves a beat out that fails, and throws where there is nothing to beat in', async () => {
  const { file, db, beats } = await database()
  db.exec(`CREATE TRIGGER full BEFORE INSERT ON drivers BEGIN SELECT raise(ABORT, 'full'); END`)
  beatUntilStopped(stopped('sqlite', file))
  expect(beats()).toEqual([])
  db.exec('DROP TRIGGER full; DROP TABLE drivers')
  expect(() => beatUntilStopped(stopped('sqlite', file))).toThrow('no such table')
  expect(() => beatUntilStopped(stopped('files', join(folder, 'missing', 'beat')))).toThrow('ENOENT')
  db.close()
})
