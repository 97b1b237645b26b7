import assert from 'node:assert/strict'
import type { RawObjectInput, RawObjectRow } from '../event.ts'
import type { JsonObject } from '../json.ts'
import { using, type SinkConformanceCase } from './sink-under-test.ts'

const object = (id: string | undefined, payload: JsonObject): RawObjectInput => ({ type: 'email', source: 'gmail/acct1', payload, ...(id !== undefined && { id }) })

const byKey = (rows: readonly RawObjectRow[]): Map<string, RawObjectRow> => new Map(rows.map((row) => [row.idem_key, row]))

/** A clock whose time a case sets. */
const clockAt = (text: string): { now: () => number } => ({ now: () => Date.parse(text) })

export const rawObjectCases: readonly SinkConformanceCase[] = [
  {
    name: 'inserts, updates and leaves raw objects, and says how many',
    async run(subject) {
      const upsert = (time: string, objects: readonly RawObjectInput[]) =>
        using(subject, (hub) => hub.client({ runId: 'run_1' }).upsert(objects), { clock: clockAt(time) })
      const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z']
      assert.deepEqual(await upsert(first, [object('1', { rev: 1 }), object('2', { rev: 1 })]), { inserted: 2, updated: 0, unchanged: 0 })
      assert.deepEqual(await upsert(second, [object('1', { rev: 1 }), object('2', { rev: 2 }), object('3', { rev: 1 })]), {
        inserted: 1,
        updated: 1,
        unchanged: 1,
      })
      const rows = byKey(await subject.readRawObjects())
      assert.equal(rows.size, 3)
      const row = { source: 'gmail/acct1', object_type: 'email', correlation_id: 'run_1' }
      const one = { ...row, idem_key: 'gmail/acct1:email:1', object_id: '1', payload: '{"rev":1}' }
      assert.deepEqual(rows.get('gmail/acct1:email:1'), { ...one, first_seen: first, last_seen: second, changed_at: first })
      const two = { ...row, idem_key: 'gmail/acct1:email:2', object_id: '2', payload: '{"rev":2}' }
      assert.deepEqual(rows.get('gmail/acct1:email:2'), { ...two, first_seen: first, last_seen: second, changed_at: second })
    },
  },
  {
    name: 'tells raw objects without an id by what they hold, whatever the order of its fields',
    async run(subject) {
      await using(subject, async (hub) => {
        const client = hub.client()
        assert.deepEqual(await client.upsert(object(undefined, { a: 1, b: [2] })), { inserted: 1, updated: 0, unchanged: 0 })
        assert.deepEqual(await client.upsert(object(undefined, { b: [2], a: 1 })), { inserted: 0, updated: 0, unchanged: 1 })
        assert.deepEqual(await client.upsert(object(undefined, { a: 1, b: [3] })), { inserted: 1, updated: 0, unchanged: 0 })
      })
      const [row] = (await subject.readRawObjects()).filter(({ payload }) => payload === '{"a":1,"b":[2]}')
      // The first 16 hex digits of the SHA-256 of {"a":1,"b":[2]}.
      assert.equal(row?.object_id, '0855bfc20eb6cfaa')
    },
  },
  {
    name: 'takes the last of several raw objects with one key',
    async run(subject) {
      const counts = await using(subject, (hub) => hub.client().upsert([object('1', { rev: 1 }), object('2', {}), object('1', { rev: 2 })]))
      assert.deepEqual(counts, { inserted: 2, updated: 0, unchanged: 0 })
      assert.equal(byKey(await subject.readRawObjects()).get('gmail/acct1:email:1')?.payload, '{"rev":2}')
    },
  },
  {
    name: 'has nothing of raw objects of which one is refused, and takes none at all',
    async run(subject) {
      await using(subject, async (hub) => {
        const wrong = { ...object('2', {}), type: '' }
        await assert.rejects(hub.client().upsert([object('1', {}), wrong]), { code: 'EVENT_INVALID' })
        assert.deepEqual(await hub.client().upsert([]), { inserted: 0, updated: 0, unchanged: 0 })
      })
      assert.deepEqual(await subject.readRawObjects(), [])
    },
  },
  {
    name: 'only counts raw objects in a dry run',
    async run(subject) {
      await using(subject, (hub) => hub.client().upsert([object('1', { rev: 1 }), object('2', { rev: 1 })]))
      const before = await subject.readRawObjects()
      await using(
        subject,
        async (hub) => {
          const counts = await hub.client().upsert([object('1', { rev: 1 }), object('2', { rev: 2 }), object('3', { rev: 1 })])
          assert.deepEqual(counts, { inserted: 1, updated: 1, unchanged: 1 })
        },
        { dryRun: true },
      )
      assert.deepEqual(byKey(await subject.readRawObjects()), byKey(before))
    },
  },
]
