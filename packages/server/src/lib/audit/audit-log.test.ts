import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { scratch } from '../service.fixture.ts'
import { AuditLog } from './audit-log.ts'

const action = { who: 'ann', via: 'http', action: 'run.cancel', target: 'run_1', why: 'wrong', before: { status: 'running' } }

async function logFile(): Promise<string> {
  return join(await scratch(), 'deep', 'audit.db')
}

function open(file: string): AuditLog {
  const log = new AuditLog(file, () => 0)
  onTestFinished(() => log.close())
  return log
}

/** As somebody would who may write the file. */
function forge(file: string, sql: string): void {
  const db = new DatabaseSync(file)
  db.exec(`DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; ${sql}`)
  db.close()
}

it('keeps what was done, and what became of it, in a chain', async () => {
  const log = open(await logFile())
  const result = await log.act(action, () => Promise.resolve({ result: 42, after: { status: 'cancelled' } }))
  expect(result).toBe(42)
  await expect(log.act(action, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  const records = [...log.records()]
  expect(records).toMatchObject([
    { seq: 0, at: '1970-01-01T00:00:00.000Z', ...action, prev: '0'.repeat(64) },
    { seq: 1, of: 0, outcome: 'done', after: { status: 'cancelled' }, prev: records[0]?.hash },
    { seq: 2, prev: records[1]?.hash },
    { seq: 3, of: 2, outcome: 'failed', after: { error: 'SERVER_INTERNAL' } },
  ])
  expect(log.verify()).toEqual({ ok: true, records: 4, head: records[3]?.hash, bad: null })
  expect([...log.lines(3)]).toHaveLength(1)
})

it('goes on where another process left it', async () => {
  const file = await logFile()
  const [one, two] = [open(file), open(file)]
  one.append(action)
  two.append(action)
  one.append(action)
  expect(two.verify()).toMatchObject({ ok: true, records: 3 })
})

it('does nothing that it cannot put on record', async () => {
  const file = await logFile()
  open(file).append(action)
  const log = new AuditLog(join(file, 'audit.db'))
  let done = false
  const work = () => ((done = true), Promise.resolve({ result: null, after: null }))
  await expect(log.act(action, work)).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' })
  expect(done).toBe(false)
  expect([...log.lines()]).toEqual([])
})

it('says what to do about a file that is damaged', async () => {
  const file = join(await scratch(), 'audit.db')
  writeFileSync(file, 'no database')
  expect(() => new AuditLog(file).append(action)).toThrow(expect.objectContaining({ code: 'AUDIT_UNAVAILABLE', fix: expect.stringMatching(/^Restore `audit.db` from a backup/) as string }) as Error)
})

it('lets nobody change or remove a record', async () => {
  const file = await logFile()
  open(file).append(action)
  const db = new DatabaseSync(file)
  expect(() => db.exec("UPDATE audit SET line = ''")).toThrow('append-only')
  expect(() => db.exec('DELETE FROM audit')).toThrow('append-only')
  db.close()
})

it.each([
  ['changed', `UPDATE audit SET line = replace(line, 'ann', 'bob') WHERE seq = 1`, { seq: 1, reason: 'its hash is not that of its content' }],
  ['no JSON', `UPDATE audit SET line = 'x' WHERE seq = 1`, { seq: 1, reason: 'it is not JSON' }],
  ['removed', 'DELETE FROM audit WHERE seq = 1', { seq: 1, reason: 'it says that it is record 2' }],
  ['moved', `UPDATE audit SET line = (SELECT replace(line, '"seq":0', '"seq":1') FROM audit WHERE seq = 0) WHERE seq = 1`, { seq: 1, reason: 'it does not follow on the record before it' }],
])('tells a record that was %s', async (_, sql, bad) => {
  const file = await logFile()
  const log = open(file)
  for (let n = 0; n < 3; n++) log.append(action)
  forge(file, sql)
  expect(log.verify()).toMatchObject({ ok: false, records: 1, bad })
})

it('tells records that were cut off the end, to who kept the head', async () => {
  const file = await logFile()
  const log = open(file)
  for (let n = 0; n < 3; n++) log.append(action)
  const { head } = log.verify()
  log.append(action)
  expect(log.verify(head)).toMatchObject({ ok: true, records: 4 })
  forge(file, 'DELETE FROM audit WHERE seq > 1')
  expect(log.verify()).toMatchObject({ ok: true, records: 2 })
  expect(log.verify(head)).toMatchObject({ ok: false, bad: { seq: 2, reason: expect.stringContaining('cut off') as unknown } })
})
