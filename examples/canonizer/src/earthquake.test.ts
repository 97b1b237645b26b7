import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonical } from './earthquake.ts'

test('the form is the same for every source', () => {
  const properties = { mag: 2.5, magType: 'mww', place: '1km N of Here', time: Date.parse('2025-12-31T00:00:00Z'), updated: Date.parse('2025-12-31T01:00:00Z'), tsunami: 1, felt: null }
  assert.deepEqual(canonical({ id: 'a', properties, geometry: { coordinates: [-118.5, 34.25, 26.5] } }), {
    id: 'a',
    time: '2025-12-31T00:00:00.000Z',
    updated: '2025-12-31T01:00:00.000Z',
    magnitude: 2.5,
    magnitude_type: 'mww',
    place: '1km N of Here',
    latitude: 34.25,
    longitude: -118.5,
    depth_km: 26.5,
    tsunami: true,
    felt: 0,
  })
})
