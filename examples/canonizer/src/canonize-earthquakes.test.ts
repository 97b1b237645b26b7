import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testJob } from '@lorc/event-client/testing'
import { canonizeEarthquakes } from './canonize-earthquakes.ts'
import type { RawEarthquake } from './earthquake.ts'

function raw(id: string, mag: number): RawEarthquake {
  const properties = { mag, magType: 'mww', place: '1km N of Here', time: Date.parse('2025-12-31T00:00:00Z'), updated: Date.parse('2025-12-31T01:00:00Z'), tsunami: 1, felt: null }
  return { id, properties, geometry: { coordinates: [-118.5, 34.25, 26.5] } }
}

const kept = (...quakes: RawEarthquake[]) => quakes.map((quake) => ({ type: 'earthquake', source: 'usgs/earthquakes', id: quake.id, payload: { ...quake } }))

test('emits an event for each raw object, at the time of the earthquake', async () => {
  const other = { type: 'storm', source: 'usgs/earthquakes', id: 's', payload: {} }
  const { result, events } = await testJob(canonizeEarthquakes, { seed: { rawObjects: [...kept(raw('b', 2), raw('a', 1)), other] } })
  assert.deepEqual(result, { count: 2 })
  assert.deepEqual(events.map(({ event_type, subject_id, created_at, schema_ref }) => [event_type, subject_id, created_at, schema_ref]), [
    ['earthquake.canonical', 'a', '2025-12-31T00:00:00.000Z', 'earthquake/v1'],
    ['earthquake.canonical', 'b', '2025-12-31T00:00:00.000Z', 'earthquake/v1'],
  ])
})

test('emits nothing again, and what changed once more', async () => {
  const first = await testJob(canonizeEarthquakes, { seed: { rawObjects: kept(raw('a', 1), raw('b', 1)) } })
  const emitted = first.events.map(({ event_type, source, subject_id, payload }) => ({ type: event_type, source, subjectId: subject_id ?? '', payload }))
  const again = await testJob(canonizeEarthquakes, { seed: { events: emitted, rawObjects: kept(raw('a', 1), raw('b', 1)) } })
  assert.deepEqual([again.result, again.events], [{ count: 0 }, []])
  // An hour later `b` is another.
  const later = await testJob(canonizeEarthquakes, { now: '2026-01-01T01:00:00Z', seed: { events: emitted, rawObjects: kept(raw('b', 3)) } })
  assert.deepEqual(later.events.map(({ subject_id }) => subject_id), ['b'])
})

test('takes what changed in a window alone', async () => {
  const seed = { rawObjects: kept(raw('a', 1)) }
  assert.deepEqual((await testJob(canonizeEarthquakes, { seed, until: '2026-01-01' })).result, { count: 0 })
  assert.deepEqual((await testJob(canonizeEarthquakes, { seed, since: '1h' })).result, { count: 1 })
})
