import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { EventRow } from '../event.ts'
import { ManualClock } from '../manual-clock.fixture.ts'
import type { EventSink } from '../sink.ts'
import { ndjsonSink } from './ndjson.ts'

let folder: string
let clock: ManualClock
const sinks: EventSink[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lorc-ndjson-'))
  clock = new ManualClock()
})

afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close()
  rmSync(folder, { recursive: true })
})

const opened = (): EventSink => {
  const sink = ndjsonSink(folder, clock)
  sinks.push(sink)
  return sink
}

const row = (n: number): EventRow => ({
  event_id: n.toString(16).padStart(32, '0'),
  event_type: 't',
  source: 's',
  schema_ref: null,
  created_at: '2026-01-31T12:00:00.000Z',
  correlation_id: null,
  subject_id: null,
  payload: `{"n":${n}}`,
})
const rows = (...ns: number[]): EventRow[] => ns.map(row)
const { signal } = new AbortController()
const file = (name = 'events-2026-01-31.ndjson'): string => join(folder, name)
const numbers = (name?: string): number[] =>
  readFileSync(file(name), 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { payload: { n: number } }).payload.n)

it('writes a line for each event, with the columns and the payload as JSON', async () => {
  await opened().write(rows(1), signal)
  expect(readFileSync(file(), 'utf8')).toBe(
    `{"event_id":"${row(1).event_id}","event_type":"t","source":"s","schema_ref":null,"created_at":"2026-01-31T12:00:00.000Z","correlation_id":null,"subject_id":null,"payload":{"n":1}}\n`,
  )
})

it('begins a file each day', async () => {
  const sink = opened()
  await sink.write(rows(1), signal)
  clock.jump(86_400_000)
  await sink.write(rows(2), signal)
  expect(readdirSync(folder).sort()).toEqual(['events-2026-01-31.ndjson', 'events-2026-02-01.ndjson'])
})

it('does not write again what a process wrote that died before it could say so', async () => {
  await opened().write(rows(1, 2), signal)
  await opened().write(rows(1, 2, 3), signal)
  expect(numbers()).toEqual([1, 2, 3])
  clock.jump(86_400_000)
  await opened().write(rows(3, 4), signal)
  expect(numbers('events-2026-02-01.ndjson')).toEqual([4])
})

it('does not write again what another process wrote meanwhile', async () => {
  const [one, two] = [opened(), opened()]
  await one.write(rows(1), signal)
  await two.write(rows(2), signal)
  await one.write(rows(2, 3), signal)
  await two.write(rows(3, 4), signal)
  expect(numbers()).toEqual([1, 2, 3, 4])
})

it('ends a line that somebody left unfinished', async () => {
  const sink = opened()
  await sink.write(rows(1), signal)
  appendFileSync(file(), '{"event_id":"')
  await sink.write(rows(2), signal)
  const lines = readFileSync(file(), 'utf8').split('\n')
  expect(lines).toHaveLength(4)
  expect(lines[1]).toBe('{"event_id":"')
  expect(JSON.parse(lines[2]!)).toMatchObject({ payload: { n: 2 } })
})

it('leaves nothing of a batch that could not be written to its end', async () => {
  const sink = opened()
  await sink.write(rows(1), signal)
  const probe = await open(file())
  const prototype = Object.getPrototypeOf(probe) as FileHandle
  await probe.close()
  const whole = prototype.write
  let writes = 0
  const inPart = async function (this: FileHandle, bytes: Buffer): Promise<unknown> {
    if ((writes += 1) > 1) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
    return Reflect.apply(whole, this, [bytes.subarray(0, 40)])
  }
  const full = vi.spyOn(prototype, 'write').mockImplementation(inPart as FileHandle['write'])
  await expect(sink.write(rows(2), signal)).rejects.toMatchObject({
    code: 'EVENTS_SINK_FAILED',
    transient: true,
    message: `ndjson ${folder}: no space left on device.`,
  })
  full.mockRestore()
  expect(numbers()).toEqual([1])
  await sink.write(rows(2), signal)
  expect(numbers()).toEqual([1, 2])
})

it('fails where the folder is a file, which people have to mend', async () => {
  const place = join(folder, 'file')
  writeFileSync(place, '')
  await expect(ndjsonSink(place, clock).write(rows(1), signal)).rejects.toMatchObject({ code: 'EVENTS_SINK_FAILED', transient: false })
})
