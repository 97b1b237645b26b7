import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, it, onTestFinished, vi } from 'vitest'
import { ORDER_VARIABLE } from './sabotage-order.ts'

it('sees what is committed where a transaction could not begin, in one, and after one that was taken back, made or empty', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lorc-sabotage-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const trace = join(folder, 'trace')
  const [db, other] = [new DatabaseSync(join(folder, 'a.db')), new DatabaseSync(join(folder, 'a.db'))]
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE journal (lines TEXT)')
  other.exec('BEGIN IMMEDIATE')
  vi.stubEnv(ORDER_VARIABLE, JSON.stringify({ trace }))
  const { watchSqlite } = await import('./sabotage-sqlite.ts')
  watchSqlite()
  const write = (step: string) => db.prepare('INSERT INTO journal VALUES (?)').run(JSON.stringify({ type: 'step.started', step }))
  expect(() => db.exec('BEGIN IMMEDIATE')).toThrow('locked')
  other.close()
  write('a')
  for (const end of ['ROLLBACK', 'COMMIT']) {
    db.exec('BEGIN IMMEDIATE')
    write(`in ${end}`)
    db.exec(end)
    write(`after ${end}`)
  }
  db.exec('BEGIN IMMEDIATE')
  db.exec('COMMIT')
  db.close()
  expect(readFileSync(trace, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as object)).toEqual([
    { commit: ['step.started a'], transaction: false },
    { commit: ['step.started after ROLLBACK'], transaction: false },
    { commit: ['step.started in COMMIT'], transaction: true },
    { commit: ['step.started after COMMIT'], transaction: false },
  ])
})
