import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testJob } from '@lorc/event-client/testing'
import { countByDay } from './count-by-day.ts'
import { scoreEarthquakes } from './score-earthquakes.ts'

const quiet = { magnitude: 0, depth_km: 300, tsunami: false, felt: 0 }

function canonical(id: string, time: string, magnitude: number, updated = time) {
  const payload = { ...quiet, magnitude, updated, place: `near ${id}` }
  return { type: 'earthquake.canonical', source: 'canonizer/earthquakes', subjectId: id, time, payload }
}

test('scores the newest form of each earthquake in the window, and tells the highest', async () => {
  const events = [
    canonical('a', '2026-01-02T00:00:00Z', 4.5),
    canonical('b', '2026-01-03T00:00:00Z', 3.6),
    canonical('b', '2026-01-03T00:00:00Z', 5.4, '2026-01-03T01:00:00Z'),
    canonical('late', '2026-01-04T00:00:00Z', 9),
  ]
  const scored = await testJob(scoreEarthquakes, { params: { top: 1 }, since: '2026-01-01', until: '2026-01-04', seed: { events } })
  assert.deepEqual(scored.result, { count: 2, top: [{ score: 30, place: 'near b', magnitude: 5.4 }] })
  assert.deepEqual(scored.events.map(({ subject_id, created_at }) => [subject_id, created_at]), [['a', '2026-01-02T00:00:00.000Z'], ['b', '2026-01-03T00:00:00.000Z']])
})

test('scores nothing twice', async () => {
  const events = [{ ...canonical('a', '2026-01-02T00:00:00Z', 4.5), idempotencyKey: 'a' }]
  const first = await testJob(scoreEarthquakes, { seed: { events } })
  const before = first.events.map(({ event_type, source, payload }) => ({ type: event_type, source, payload }))
  assert.equal(before.length, 1)
  const again = await testJob(scoreEarthquakes, { seed: { events: [...events, ...before] } })
  assert.deepEqual(again.result, { count: 0, top: [] })
})

test('counts each earthquake of a day once', async () => {
  const events = [canonical('a', '2026-01-02T00:00:00Z', 1), canonical('a', '2026-01-02T00:00:00Z', 2, '2026-01-02T01:00:00Z'), canonical('b', '2026-01-03T23:59:59Z', 3)]
  const { result, events: emitted } = await testJob(countByDay, { seed: { events } })
  assert.deepEqual(result, [{ day: '2026-01-02', earthquakes: 1, strongest: 2 }, { day: '2026-01-03', earthquakes: 1, strongest: 3 }])
  assert.deepEqual(emitted.map(({ subject_id }) => subject_id), ['2026-01-02', '2026-01-03'])
})
