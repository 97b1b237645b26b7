import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { EventHub } from '../event-client.ts'
import { openEvents } from '../open-events.ts'

const BY_TYPE = 'SELECT event_type, COUNT(*) AS n FROM events GROUP BY event_type ORDER BY 1'
const ALL = 'SELECT COUNT(*) AS n FROM events'

let dir: string
let hub: EventHub

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'lorc-counts-'))
  hub = await openEvents({ dir })
})
afterEach(async () => {
  await hub.close()
  rmSync(dir, { recursive: true })
})

/** Emits so many events of each type, the same ones each time. */
function emit(types: Record<string, number>): void {
  const client = hub.client({ runId: 'run', step: 'step' })
  for (const [type, count] of Object.entries(types)) for (let n = 0; n < count; n += 1) client.emit({ type, source: 's', payload: n })
  client.counts()
}

/** As somebody does with another program. */
function byHand(sql: string): void {
  const db = new DatabaseSync(join(dir, 'events.db'))
  db.exec(sql)
  db.close()
}

it('counts by type what is there, each event once however often it is emitted', async () => {
  expect(await hub.query(ALL)).toEqual([{ n: 0 }])
  expect(await hub.query(BY_TYPE)).toEqual([])
  emit({ a: 20, b: 3 })
  emit({ a: 21, b: 3, c: 1 })
  expect(await hub.query(BY_TYPE)).toEqual([{ event_type: 'a', n: 21 }, { event_type: 'b', n: 3 }, { event_type: 'c', n: 1 }])
  expect(await hub.query(ALL)).toEqual([{ n: 25 }])
})

it('reads no event for that', async () => {
  emit({ a: 2 })
  byHand('UPDATE event_counts SET count = 7000')
  expect(await hub.query(BY_TYPE)).toEqual([{ event_type: 'a', n: 7000 }])
  expect(await hub.query("SELECT COUNT(*) AS n FROM events WHERE source = 's'")).toEqual([{ n: 2 }])
})

it('keeps count of what is removed by hand', async () => {
  emit({ a: 5, b: 2 })
  byHand("DELETE FROM events WHERE event_type = 'b' OR payload > '2'")
  expect(await hub.query(BY_TYPE)).toEqual([{ event_type: 'a', n: 3 }])
})

it('counts what is there already when a database of the version before is opened', async () => {
  emit({ a: 5, b: 2 })
  await hub.close()
  byHand('DROP TRIGGER events_removed; DROP TABLE event_counts; PRAGMA user_version = 1')
  hub = await openEvents({ dir })
  emit({ b: 3 })
  expect(await hub.query(BY_TYPE)).toEqual([{ event_type: 'a', n: 5 }, { event_type: 'b', n: 3 }])
})
