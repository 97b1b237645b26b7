import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { isTransient } from '@lorc/event-client'
import { testJob } from '@lorc/event-client/testing'
import { extractEarthquakes, SOURCE } from './extract-earthquakes.ts'
import type { Feature } from './feed.ts'

let folder: string
let feed: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ingester-'))
  feed = join(folder, 'feed.json')
})
after(() => rm(folder, { recursive: true }))

function quake(id: string, time: string, mag: number | null = 1, type = 'earthquake'): Feature {
  const properties = { type, mag, magType: 'ml', place: 'somewhere', time: Date.parse(time), updated: Date.parse(time), tsunami: 0, felt: null }
  return { id, type: 'Feature', properties, geometry: { type: 'Point', coordinates: [0, 0, 10] } }
}

function publish(...features: Feature[]): void {
  writeFileSync(feed, JSON.stringify({ type: 'FeatureCollection', features }))
}

test('keeps the earthquakes of the window, and tells how many were new', async () => {
  publish(
    quake('early', '2025-12-30T23:59:59Z'),
    quake('first', '2025-12-31T00:00:00Z'),
    quake('second', '2025-12-31T12:00:00Z', 4.5),
    quake('blast', '2025-12-31T12:00:00Z', 1, 'quarry blast'),
    quake('unmeasured', '2025-12-31T12:00:00Z', null),
    quake('late', '2026-01-01T00:00:00Z'),
  )
  const { result, error, rawObjects, events, progress } = await testJob(extractEarthquakes, { params: { feed }, since: '24h', until: '2026-01-01', now: '2026-01-01T00:00:00Z' })
  assert.equal(error, undefined)
  assert.deepEqual(result, { inserted: 2, updated: 0, unchanged: 0 })
  assert.deepEqual(rawObjects.map((object) => [object.object_id, object.source, object.object_type]), [['first', SOURCE, 'earthquake'], ['second', SOURCE, 'earthquake']])
  assert.deepEqual(events.map(({ event_type, payload }) => [event_type, payload]), [['earthquakes.extracted', { read: 6, inserted: 2, updated: 0, unchanged: 0 }]])
  assert.deepEqual(progress, [{ done: 2, total: 2 }])
})

test('changes only what the feed has changed', async () => {
  const seen = quake('a', '2025-12-31T00:00:00Z')
  const mended = { ...quake('b', '2025-12-31T00:00:00Z'), properties: { ...seen.properties, mag: 2 } }
  publish(seen, mended, quake('c', '2025-12-31T00:00:00Z'))
  const before = [seen, quake('b', '2025-12-31T00:00:00Z')].map((feature) => ({ type: 'earthquake', source: SOURCE, id: feature.id, payload: { ...feature } }))
  const { result } = await testJob(extractEarthquakes, { params: { feed }, seed: { rawObjects: before } })
  assert.deepEqual(result, { inserted: 1, updated: 1, unchanged: 1 })
})

test('leaves weak ones out, and works in batches', async () => {
  publish(...Array.from({ length: 1100 }, (_, index) => quake(`q${index}`, '2025-12-31T00:00:00Z', index < 100 ? 1 : 3)))
  const { result, progress } = await testJob(extractEarthquakes, { params: { feed, min_magnitude: 2 } })
  assert.deepEqual(result, { inserted: 1000, updated: 0, unchanged: 0 })
  assert.deepEqual(progress.map(({ done }) => done), [500, 1000])
})

test('reads a week of real earthquakes', async () => {
  const { result } = await testJob(extractEarthquakes, { since: '2018-02-06', until: '2018-02-07' })
  assert.deepEqual(result, { inserted: 209, updated: 0, unchanged: 0 })
})

test('a server that is busy is asked again; one that knows no such feed is not', async () => {
  const answers = [503, 429, 200]
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/gone' ? 404 : (answers.shift() ?? 200)
    response.end(JSON.stringify({ features: [quake('a', '2025-12-31T00:00:00Z')] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  const base = `http://127.0.0.1:${address.port}`
  try {
    const busy = await testJob(extractEarthquakes, { params: { feed: base }, attempts: 3 })
    assert.deepEqual([busy.attempts, busy.result?.inserted], [3, 1])
    const gone = await testJob(extractEarthquakes, { params: { feed: `${base}/gone` }, attempts: 3 })
    assert.equal(gone.attempts, 1)
    assert.match(String(gone.error), /answers 404/)
  } finally {
    server.close()
  }
  const cut = await testJob(extractEarthquakes, { params: { feed: base }, attempts: 2 })
  assert(isTransient(cut.error) && cut.attempts === 2)
})

test('a feed that is none is refused, and so are parameters that the job does not have', async () => {
  writeFileSync(feed, '{}')
  assert.match(String((await testJob(extractEarthquakes, { params: { feed } })).error), /is not a GeoJSON feed/)
  assert.match(String((await testJob(extractEarthquakes, { params: { fed: 'x' } })).error), /`fed`/)
})
