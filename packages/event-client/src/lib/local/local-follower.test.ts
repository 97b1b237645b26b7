import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openEvents } from '../open-events.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-follow-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

it('has what comes in, from this process and others, in the order in which it came', async () => {
  const [reader, writer] = [await openEvents({ dir }), await openEvents({ dir })]
  const follower = reader.follow({ where: "event_type = 'wanted'", params: [] })
  const all = reader.follow()
  expect(await follower.next()).toEqual([])
  const client = writer.client({ runId: 'r' })
  client.emit({ type: 'wanted', source: 's', payload: 1, time: '2026-01-02T00:00:00Z' })
  client.emit({ type: 'other', source: 's', payload: 2 })
  client.emit({ type: 'wanted', source: 's', payload: 3, time: '2026-01-01T00:00:00Z' })
  await client.flush()
  expect((await follower.next()).map(({ payload }) => payload)).toEqual([1, 3])
  expect(await follower.next()).toEqual([])
  const late = reader.follow()
  client.emit({ type: 'wanted', source: 's', payload: 4 })
  await client.flush()
  expect((await follower.next()).map(({ payload }) => payload)).toEqual([4])
  expect((await late.next()).map(({ payload }) => payload)).toEqual([4])
  expect(await all.next()).toHaveLength(4)
  await writer.close()
  await reader.close()
})

it('is of no use for a sink that cannot be asked', async () => {
  const hub = await openEvents({ dir, sink: 'ndjson' })
  expect(() => hub.follow()).toThrow(expect.objectContaining({ code: 'EVENTS_ELSEWHERE' }))
  await hub.close()
})
