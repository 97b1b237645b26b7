import assert from 'node:assert/strict'
import type { EventHub } from '../event-client.ts'
import type { EventInput, EventRow } from '../event.ts'
import type { JsonValue } from '../json.ts'
import { using, type SinkConformanceCase } from './sink-under-test.ts'

const event = (payload: JsonValue, more: Partial<EventInput> = {}): EventInput => ({ type: 'test.happened', source: 'test/suite', payload, ...more })

/** Emits events as one attempt of a step, and settles. Returns their ids. */
async function attempt(hub: EventHub, events: readonly EventInput[], runId = 'run_1', step = 'step'): Promise<string[]> {
  const client = hub.client({ runId, step })
  const ids = events.map((one) => client.emit(one))
  await client.settle()
  return ids
}

const idsOf = (rows: readonly EventRow[]): string[] => rows.map(({ event_id }) => event_id).sort()

export const emitCases: readonly SinkConformanceCase[] = [
  {
    name: 'has every column of an event as it was emitted',
    async run(subject) {
      const full = { type: 'email.received', source: 'ingester/gmail/acct1', schemaRef: 'email.received/v1', correlationId: 'c 1', subjectId: 'ä/1' }
      const ids = await using(subject, (hub) =>
        attempt(hub, [{ ...full, time: '2026-01-31T13:00:00.123+01:00', payload: { a: 1 } }, event(null, { time: new Date(0) })]),
      )
      const rows = new Map((await subject.read()).map((row) => [row.event_id, row]))
      assert.deepEqual(rows.get(ids[0]!), {
        event_id: ids[0],
        event_type: 'email.received',
        source: 'ingester/gmail/acct1',
        schema_ref: 'email.received/v1',
        created_at: '2026-01-31T12:00:00.123Z',
        correlation_id: 'c 1',
        subject_id: 'ä/1',
        payload: '{"a":1}',
      })
      assert.deepEqual(rows.get(ids[1]!), {
        event_id: ids[1],
        event_type: 'test.happened',
        source: 'test/suite',
        schema_ref: null,
        created_at: '1970-01-01T00:00:00.000Z',
        correlation_id: 'run_1',
        subject_id: null,
        payload: 'null',
      })
    },
  },
  {
    name: 'has payloads of any kind as they were',
    async run(subject) {
      const payloads: JsonValue[] = [
        null,
        true,
        0,
        -1.5,
        1e-7,
        9007199254740991,
        '',
        'quote " backslash \\ slash / tab \t newline \n null \u0000 line \u2028',
        'äöü € 😀 שלום 日本語',
        [],
        {},
        [[1, [2, [null]]], { '': { ' ': 'x' } }],
        { z: 1, a: { '10': 1, '9': 2 }, 'select': "'; DROP TABLE events; --" },
      ]
      const ids = await using(subject, (hub) => attempt(hub, payloads.map((payload) => event(payload))))
      const rows = new Map((await subject.read()).map((row) => [row.event_id, JSON.parse(row.payload) as JsonValue]))
      assert.deepEqual(ids.map((id) => rows.get(id)), payloads)
    },
  },
  {
    name: 'has a payload of a megabyte',
    async run(subject) {
      const text = 'ä"'.repeat(333_333)
      await using(subject, (hub) => attempt(hub, [event({ text }), event({ small: true })]))
      const rows = await subject.read()
      assert.equal(rows.length, 2)
      assert.ok(rows.some(({ payload }) => (JSON.parse(payload) as { text?: string }).text === text))
    },
  },
  {
    name: 'has each of thousands of events once',
    async run(subject) {
      const events = Array.from({ length: 2345 }, (_, n) => event({ n }, { type: `test.type${n % 3}` }))
      const ids = await using(subject, (hub) => attempt(hub, events))
      assert.deepEqual(idsOf(await subject.read()), [...ids].sort())
    },
  },
  {
    name: 'keeps equal events of one attempt apart, and those of different steps',
    async run(subject) {
      await using(subject, async (hub) => {
        const ids = await attempt(hub, [event(1), event(1), event(1)])
        assert.equal(new Set(ids).size, 3)
        await attempt(hub, [event(1)], 'run_1', 'other')
        await attempt(hub, [event(1)], 'run_2')
      })
      assert.equal((await subject.read()).length, 5)
    },
  },
  {
    name: 'has nothing twice when an attempt is repeated, in the same process or the next',
    async run(subject) {
      const events = Array.from({ length: 50 }, (_, n) => event({ n: n % 20 }))
      const ids = await using(subject, async (hub) => {
        const first = await attempt(hub, events.slice(0, 30))
        assert.deepEqual((await attempt(hub, events.slice(0, 40))).slice(0, 30), first)
        assert.deepEqual({ ...hub.counts('run_1'), duplicates: 0 }, { ...zero, emitted: 40, delivered: 40, byType: { 'test.happened': 40 } })
        return first
      })
      await using(subject, (hub) => attempt(hub, events))
      const rows = await subject.read()
      assert.equal(rows.length, 50)
      assert.ok(ids.every((id) => rows.some(({ event_id }) => event_id === id)))
    },
  },
  {
    name: 'has one event for an idempotency key, whoever emits it and however often',
    async run(subject) {
      const keyed = (payload: JsonValue) => event(payload, { idempotencyKey: 'mail-1' })
      const ids = await using(subject, (hub) => attempt(hub, [keyed(1), keyed(2)]))
      assert.equal(new Set(ids).size, 1)
      await using(subject, async (hub) => {
        assert.deepEqual(await attempt(hub, [keyed(3), event(4)], 'run_2', 'other').then(([id]) => id), ids[0])
        assert.deepEqual(hub.counts('run_2'), { ...zero, emitted: 1, duplicates: 1, delivered: 1, byType: { 'test.happened': 1 } })
      })
      const rows = await subject.read()
      assert.deepEqual(rows.map(({ payload }) => payload).sort(), ['1', '4'])
    },
  },
  {
    name: 'has what several emit at once',
    async run(subject) {
      const [one, two] = [await subject.open(), await subject.open()]
      try {
        await Promise.all(
          [one, two, one, two].map((hub, n) => attempt(hub, Array.from({ length: 300 }, (_, i) => event({ n, i })), `run_${n}`)),
        )
      } finally {
        await one.close()
        await two.close()
      }
      const rows = await subject.read()
      assert.equal(rows.length, 1200)
      assert.equal(new Set(idsOf(rows)).size, 1200)
    },
  },
  {
    name: 'has nothing of an event that is refused, and all of the others',
    async run(subject) {
      await using(subject, async (hub) => {
        const client = hub.client({ runId: 'run_1' })
        client.emit(event(1))
        const refused: [unknown, string][] = [
          [event(1, { type: '' }), 'EVENT_INVALID'],
          [event(1, { source: '' }), 'EVENT_INVALID'],
          [{ type: 't', source: 's' }, 'EVENT_INVALID'],
          [event(Number.NaN), 'EVENT_INVALID'],
          [event(new Date(0) as unknown as JsonValue), 'EVENT_INVALID'],
          [event('x'.repeat(5 << 20)), 'EVENT_TOO_LARGE'],
        ]
        for (const [input, code] of refused) assert.throws(() => client.emit(input as EventInput), { code })
        client.emit(event(2))
        await client.settle()
      })
      assert.deepEqual((await subject.read()).map(({ payload }) => payload).sort(), ['1', '2'])
    },
  },
  {
    name: 'has nothing of a dry run, which counts and keeps samples',
    async run(subject) {
      const events = Array.from({ length: 10 }, (_, n) => event({ n }, { type: n < 8 ? 'many' : 'few' }))
      await using(
        subject,
        async (hub) => {
          await attempt(hub, [...events, event(0, { type: 'few', idempotencyKey: 'k' }), event(0, { type: 'few', idempotencyKey: 'k' })])
          assert.deepEqual(hub.counts('run_1'), { ...zero, emitted: 11, duplicates: 1, byType: { few: 3, many: 8 } })
          const samples = hub.samples()
          assert.deepEqual(samples.map(({ event_type, payload }) => `${event_type} ${payload}`), [
            'many {"n":0}',
            'many {"n":1}',
            'many {"n":2}',
            'few {"n":8}',
            'few {"n":9}',
            'few 0',
          ])
        },
        { dryRun: true },
      )
      assert.deepEqual(await subject.read(), [])
    },
  },
]

const zero = { emitted: 0, duplicates: 0, delivered: 0, waiting: 0, rejected: 0, byType: {} }
