import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createEventClient } from '@lorc/event-client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fakeIo } from '../fake-io.fixture.ts'
import { main } from '../main.ts'
import { engineOf } from '../scripted-run.fixture.ts'

const NOW = Date.UTC(2026, 0, 31, 12)
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-events-'))
  const client = await createEventClient({ dir: join(folder, '.lorc'), runId: 'run_1', clock: { now: () => NOW } })
  for (let n = 1; n <= 3; n++) {
    client.emit({ type: 'email.received', source: 'gmail/a', subjectId: `m${n}`, payload: { n, subject: 'a "quoted", text' }, time: new Date(NOW - n * 3_600_000) })
  }
  client.emit({ type: 'email_sent', source: 'gmail/b', payload: null, time: '2026-01-01T00:00:00Z' })
  await client.upsert({ type: 'mail', source: 'gmail', id: '1', payload: {} })
  await client.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

async function lorc(words: string[], { tty = false, env = {}, cwd = folder }: { tty?: boolean; env?: Record<string, string>; cwd?: string } = {}) {
  const io = fakeIo({ cwd, tty, env: { LANG: 'C', NO_COLOR: '1', ...env } })
  io.time = NOW
  const exit = await main(words, { io, engine: engineOf(), version: '1.2.3' })
  return { exit, stdout: io.stdout.text, stderr: io.stderr.text }
}

it('answers a query as a table, JSON and CSV', async () => {
  const query = "SELECT subject_id, JSON_VALUE(payload, '$.subject') AS subject, payload FROM events WHERE source = 'gmail/a' OR event_type = 'email_sent' ORDER BY 1 LIMIT 2"
  expect((await lorc(['sql', query])).stdout).toBe(
    ['subject_id  subject           payload', 'NULL        NULL              NULL', 'm1          a "quoted", text  {"n":1,"subject":"a \\"quoted\\", text"}', ''].join('\n'),
  )
  expect((await lorc(['sql', query, '--format', 'csv'])).stdout).toBe(
    'subject_id,subject,payload\n,,\nm1,"a ""quoted"", text","{""n"":1,""subject"":""a \\""quoted\\"", text""}"\n',
  )
  expect(JSON.parse((await lorc(['sql', query, '--format', 'json'])).stdout)).toEqual([
    { subject_id: null, subject: null, payload: null },
    { subject_id: 'm1', subject: 'a "quoted", text', payload: { n: 1, subject: 'a "quoted", text' } },
  ])
  expect((await lorc(['sql', "SELECT '' AS empty, 1 AS one", '--format', 'csv'])).stdout).toBe('empty,one\n"",1\n')
})

it('shows the columns where there are no rows, and makes a table fit the terminal', async () => {
  expect((await lorc(['sql', 'SELECT event_id, source FROM events WHERE FALSE'])).stdout).toBe('event_id  source\n')
  expect((await lorc(['sql', 'SELECT source FROM events WHERE FALSE', '--json'])).stdout).toBe('[]\n')
  const { stdout } = await lorc(['sql', 'SELECT * FROM events'], { tty: true })
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThan(132)
  expect(await lorc(['sql', 'SELECT COUNT(*) AS n FROM raw_objects'], { tty: true })).toMatchObject({ exit: 0, stdout: 'n\n1\n' })
})

it('reads the query from a file', async () => {
  writeFileSync(join(folder, 'q.sql'), '-- all of them\nSELECT COUNT(*) AS n\nFROM events;\n')
  expect((await lorc(['sql', '--file', 'q.sql'])).stdout).toBe('n\n4\n')
  expect(await lorc(['sql', '--file', 'none.sql'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('CLI_FILE_MISSING') })
  expect(await lorc(['sql'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('give either a query or --file') })
  expect(await lorc(['sql', 'SELECT 1', '--file', 'q.sql'])).toMatchObject({ exit: 2 })
})

it('points at what is wrong with a query', async () => {
  expect(await lorc(['sql', 'SELECT typ\nFROM events'])).toEqual({
    exit: 2,
    stdout: '',
    stderr: [
      'error[SQL_NAME_UNKNOWN]: SQL, line 1, column 8: there is no column `typ` here.',
      '    SELECT typ',
      '           ^',
      'fix: the columns here: event_id, event_type, source, schema_ref, created_at, correlation_id, subject_id, payload.',
      '',
    ].join('\n'),
  })
  expect(await lorc(['sql', 'DROP TABLE events'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('only SELECT and WITH are possible') })
  expect(await lorc(['sql', "SELECT CAST(event_type AS INT64) FROM events"])).toMatchObject({ exit: 1, stderr: expect.stringContaining('SQL_VALUE') })
})

it('shows the newest events', async () => {
  expect((await lorc(['events', 'tail', '-n', '2'])).stdout).toBe(
    [
      '2026-01-31T10:00:00.000Z  email.received  gmail/a  m2  {"n":2,"subject":"a \\"quoted\\", text"}',
      '2026-01-31T11:00:00.000Z  email.received  gmail/a  m1  {"n":1,"subject":"a \\"quoted\\", text"}',
      '',
    ].join('\n'),
  )
  const cut = (await lorc(['events', '-n', '1'], { tty: true })).stdout
  expect(cut).toBe('2026-01-31T11:00:00.000Z  email.received  gmail/a  m1  {"n":1,"subject":"a \\"q…\n')
  const [row] = (await lorc(['events', 'tail', '--json', '-n', '1'])).stdout.split('\n')
  expect(JSON.parse(row ?? '')).toMatchObject({ event_type: 'email.received', correlation_id: 'run_1', payload: { n: 1 } })
})

it('shows those of one millisecond in the order in which they were emitted', async () => {
  const cwd = join(folder, 'at-once')
  const client = await createEventClient({ dir: join(cwd, '.lorc'), runId: 'run_2', clock: { now: () => NOW } })
  for (let n = 1; n <= 9; n++) client.emit({ type: 'tick', source: 'clock', subjectId: `t${n}`, payload: null })
  await client.close()
  const subjects = async (words: string): Promise<string[]> =>
    ((await lorc([...words.split(' '), '--json'], { cwd })).stdout.match(/"subject_id":\s*"t\d"/g) ?? []).map((text) => text.slice(-3, -1))
  expect(await subjects('events tail -n 4')).toEqual(['t6', 't7', 't8', 't9'])
  expect(await subjects('events query -n 4')).toEqual(['t9', 't8', 't7', 't6'])
})

it('filters them', async () => {
  const counted = async (...words: string[]): Promise<string> => (await lorc(['events', 'count', ...words])).stdout.replaceAll(/ +/g, ' ')
  expect(await counted()).toBe('type events\nemail.received 3\nemail_sent 1\n')
  expect(await counted('--type', 'email_*')).toBe('type events\nemail_sent 1\n')
  expect(await counted('--type', '*')).toBe('type events\nemail.received 3\nemail_sent 1\n')
  expect(await counted('--by', 'source')).toBe('source events\ngmail/a 3\ngmail/b 1\n')
  expect(await counted('--by', 'day')).toBe('day events\n2026-01-01 1\n2026-01-31 3\n')
  expect(await counted('--since', '150m', '--until', '90m')).toBe('type events\nemail.received 1\n')
  expect(await counted('--until', '2026-01-02')).toBe('type events\nemail_sent 1\n')
  expect(await lorc(['events', 'count', '--since', '1h', '--until', '2h'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('error[JOB_TIME_INVALID]: `since`') as string })
  expect(await lorc(['events', 'count', '--until', 'soon'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('`until` is `soon`, which is not a time') as string })
  expect(await counted('--source', 'gmail/b')).toBe('type events\nemail_sent 1\n')
  expect(await counted('--subject', 'm1', '--correlation', 'run_1')).toBe('type events\nemail.received 1\n')
  expect(JSON.parse((await lorc(['events', 'count', '--json'])).stdout)).toEqual([{ type: 'email.received', events: 3 }, { type: 'email_sent', events: 1 }])
  expect(await lorc(['events', 'count', '--type', 'x'])).toEqual({ exit: 0, stdout: '', stderr: 'no events\n' })
  expect(await lorc(['events', 'tail', '--type', 'x'])).toEqual({ exit: 0, stdout: '', stderr: 'no events\n' })
})

it('goes on with what comes in, in the order in which it came', async () => {
  const io = fakeIo({ cwd: folder, env: { LANG: 'C', NO_COLOR: '1' } })
  io.time = NOW
  const following = main(['events', 'tail', '-f', '-n', '1', '--type', 'late.*'], { io, engine: engineOf(), version: '1.2.3' })
  await expect.poll(() => io.tickers.size).toBeGreaterThan(0)
  const client = await createEventClient({ dir: join(folder, '.lorc'), runId: 'run_2' })
  const ids = [10, 5].map((n) => client.emit({ type: `late.${n}`, source: 's', payload: n, time: new Date(NOW - n * 86_400_000) }))
  client.emit({ type: 'other', source: 's', payload: 0 })
  await client.close()
  const shown = (): string => {
    io.tick()
    return io.stdout.text
  }
  await expect.poll(shown).toBe('2026-01-21T12:00:00.000Z  late.10  s  10\n2026-01-26T12:00:00.000Z  late.5  s  5\n')
  io.stdout.closed = true
  const ended = (): Promise<unknown> => {
    io.tick()
    return Promise.race([following, 'going on'])
  }
  await expect.poll(ended).toBe(0)
  const db = new DatabaseSync(join(folder, '.lorc', 'events.db'))
  db.exec(`DELETE FROM events WHERE event_type = 'other' OR event_id IN ('${ids.join("', '")}')`)
  db.close()
})

it('lists events with fields of their payloads', async () => {
  expect((await lorc(['events', 'query', '--type', 'email.*', '--field', 'n,subject', '--columns', 'subject_id', '-n', '2'])).stdout).toBe(
    'subject_id  n  subject\nm1          1  a "quoted", text\nm2          2  a "quoted", text\n',
  )
  expect((await lorc(['events', 'query', '--field', 'a.b[0].c', '--format', 'csv', '-n', '1'])).stdout).toMatch(/^created_at,event_type,source,subject_id,a_b_0_c\n/)
  expect(JSON.parse((await lorc(['events', 'query', '--type', 'email_sent', '--json'])).stdout)).toEqual([
    { created_at: '2026-01-01T00:00:00.000Z', event_type: 'email_sent', source: 'gmail/b', subject_id: null, payload: null },
  ])
  expect(await lorc(['events', 'query', '--type', 'x'])).toEqual({ exit: 0, stdout: '', stderr: 'no events\n' })
  expect(await lorc(['events', 'query', '--columns', 'colour'])).toMatchObject({ exit: 2, stderr: expect.stringContaining('events have no column `colour`') })
  expect(await lorc(['events', 'query', '--field', "a'b"])).toMatchObject({ exit: 2, stderr: expect.stringContaining('is not a path within a payload') })
})

it('prints what setup does, and does it', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lorc-setup-'))
  expect((await lorc(['events', 'setup', '--dry-run'], { cwd })).stdout).toMatch(/^CREATE TABLE events \([^]*\);\n\nCREATE /)
  expect(existsSync(join(cwd, '.lorc'))).toBe(false)
  expect((await lorc(['events', 'setup'], { cwd })).stdout).toMatch(/^ok {2}sqlite .*events\.db is set up\n$/)
  expect(JSON.parse((await lorc(['events', 'setup', '--json'], { cwd })).stdout)).toMatchObject({ dry_run: false })
  expect(existsSync(join(cwd, '.lorc', 'events.db'))).toBe(true)
  rmSync(cwd, { recursive: true })
})

it('removes what smoke tests left, and nothing else', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lorc-smoke-'))
  const dir = join(cwd, '.lorc')
  for (const options of [{ dir }, { dir, namespace: 'a' }, { dir, namespace: 'ab' }, { dir, namespace: 'a', sink: 'ndjson' }] as const) {
    const client = await createEventClient(options)
    client.emit({ type: 't', source: 's', payload: 1 })
    await client.close()
  }
  expect((await lorc(['events', 'count', '--smoke-namespace', 'a'], { cwd })).stdout).toBe('type  events\nt     1\n')
  const gone = '.lorc/smoke_a\nwould remove .lorc/smoke_a.db\n'
  expect((await lorc(['events', 'cleanup-smoke', 'a', '--dry-run'], { cwd })).stdout).toBe(`would remove ${gone}`)
  expect((await lorc(['events', 'cleanup-smoke', 'a'], { cwd })).stdout).toBe(`would remove ${gone}`.replaceAll('would remove', 'removed'))
  expect(readdirSync(dir).filter((name) => name.endsWith('.db') || name === 'smoke_a').sort()).toEqual(['events.db', 'smoke_ab.db'])
  expect(await lorc(['events', 'cleanup-smoke', 'a'], { cwd })).toEqual({ exit: 0, stdout: '', stderr: 'there is nothing of smoke_a\n' })
  expect(JSON.parse((await lorc(['events', 'cleanup-smoke', 'ab', '--json'], { cwd })).stdout)).toEqual({ namespace: 'ab', dry_run: false, files: ['.lorc/smoke_ab.db'], dataset: null, tables: [] })
  for (const namespace of ['../events', '', 'A', '*']) expect(await lorc(['events', 'cleanup-smoke', namespace], { cwd })).toMatchObject({ exit: 2 })
  expect(existsSync(join(dir, 'events.db'))).toBe(true)
  rmSync(cwd, { recursive: true })
})

it('delivers what waits in the outbox, and shows what was refused for good', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lorc-flush-'))
  const settings = { dir: join(cwd, '.lorc'), sink: 'ndjson', allowOutbox: true } as const
  writeFileSync(join(cwd, 'lorc.config.json'), '{ "events": { "sink": "ndjson" } }')
  mkdirSync(settings.dir)
  writeFileSync(join(settings.dir, 'events'), 'a file where the folder is to be')
  const client = await createEventClient({ ...settings, deliver: false })
  client.emit({ type: 't', source: 's', payload: 1 })
  await client.close()
  expect(await lorc(['events', 'flush', '--patience', '0.1s'], { cwd })).toMatchObject({ exit: 1, stderr: expect.stringContaining('EVENTS_UNDELIVERED') })
  const other = await lorc(['events', 'flush', '--sink', 'sqlite'], { cwd })
  expect([other.exit, other.stderr]).toEqual([0, expect.stringMatching(/^note: 1 event waits for ndjson .*events, which is not the sink now: /)])
  rmSync(join(settings.dir, 'events'))
  expect((await lorc(['events', 'flush'], { cwd })).stdout).toMatch(/^ok {2}1 event delivered to ndjson .*events\n$/)
  expect(JSON.parse((await lorc(['events', 'flush', '--json'], { cwd })).stdout)).toMatchObject({ delivered: 0, rejected: 0, waiting: 0, revived: 0 })
  expect(await lorc(['events', 'rejected'], { cwd })).toEqual({ exit: 0, stdout: '', stderr: 'no event was refused\n' })
  expect(await lorc(['events', 'tail'], { cwd })).toMatchObject({ exit: 1, stderr: expect.stringContaining('EVENTS_ELSEWHERE') })
  expect(await lorc(['events', 'tail', '-f'], { cwd })).toMatchObject({ exit: 1, stderr: expect.stringContaining('EVENTS_ELSEWHERE') })
  rmSync(cwd, { recursive: true })
})

it('says how many events still wait while the sink takes none', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lorc-flush-'))
  let status = 503
  const server = createServer((request, response) => void request.resume().on('end', () => response.writeHead(status).end()))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  writeFileSync(join(cwd, 'lorc.config.json'), JSON.stringify({ events: { sink: 'http', url } }))
  const client = await createEventClient({ dir: join(cwd, '.lorc'), sink: 'http', url, allowOutbox: true, deliver: false })
  client.emit({ type: 't', source: 's', payload: 1 })
  await client.close()
  const io = fakeIo({ cwd })
  const flushed = main(['events', 'flush', '--patience', '5m'], { io, engine: engineOf(), version: '1.2.3' })
  await expect.poll(() => (io.tick(), io.stderr.text)).toContain(`1 event still waits for http ${url}, which has 5m to take any\n`)
  status = 204
  expect([await flushed, io.stdout.text, io.tickers.size]).toEqual([0, `ok  1 event delivered to http ${url}\n`, 0])
  server.close()
  rmSync(cwd, { recursive: true })
})

it('shows what was refused for good as it was emitted', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'lorc-refused-'))
  const server = createServer((_, answer) => answer.writeHead(422).end('not here'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const events = { sink: 'http', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` } as const
  writeFileSync(join(cwd, 'lorc.config.json'), JSON.stringify({ events }))
  const client = await createEventClient({ dir: join(cwd, '.lorc'), ...events })
  client.emit({ type: 't', source: 's', payload: { n: 1 } })
  await expect(client.close()).rejects.toMatchObject({ code: 'EVENTS_REJECTED' })
  const rejected = await lorc(['events', 'rejected', '--json'], { cwd })
  expect(JSON.parse(rejected.stdout)).toMatchObject([{ event_type: 't', payload: { n: 1 }, reason: expect.stringContaining('422') as string }])
  expect((await lorc(['events', 'rejected'], { cwd })).stdout).toMatch(/\n\S+ +t +s +.*422/)
  server.close()
  rmSync(cwd, { recursive: true })
})

it('makes no database where there is none', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'lorc-none-'))
  expect(await lorc(['sql', 'SELECT COUNT(*) AS n FROM events'], { cwd: empty })).toMatchObject({ exit: 0, stdout: 'n\n0\n' })
  expect(() => rmSync(join(empty, '.lorc'))).toThrow('ENOENT')
  rmSync(empty, { recursive: true })
})
