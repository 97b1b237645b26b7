import { defineJob } from '@lorc/event-client'
import { canonical, type RawEarthquake } from './earthquake.ts'

const RAW = 'usgs/earthquakes'
const SOURCE = 'canonizer/earthquakes'

/** Rows of one query. */
const PAGE = 5000

/**
 * Raw objects that changed from `--since` to `--until`, but for those whose newest form was emitted before. Without the `DISTINCT`,
 * SQLite would go through all events for each object, where it now makes an index of them.
 */
const CHANGED = `
  WITH emitted AS (
    SELECT DISTINCT subject_id, TIMESTAMP(JSON_VALUE(payload, '$.changed_at')) AS changed_at FROM events
    WHERE event_type = 'earthquake.canonical' AND source = ?
  )
  SELECT raw_objects.object_id, raw_objects.changed_at, raw_objects.payload
  FROM raw_objects LEFT JOIN emitted ON emitted.subject_id = raw_objects.object_id AND emitted.changed_at = raw_objects.changed_at
  WHERE raw_objects.source = ? AND raw_objects.object_type = 'earthquake' AND emitted.subject_id IS NULL
    AND raw_objects.changed_at >= TIMESTAMP(?) AND raw_objects.changed_at < TIMESTAMP(?) AND raw_objects.object_id > ?
  ORDER BY raw_objects.object_id LIMIT ${PAGE}`

interface Row {
  object_id: string
  changed_at: string
  payload: RawEarthquake
}

/**
 * Emits an event in canonical form for each raw object that is new, or that changed since it was emitted. The key of an event
 * is made of what it is about: none is there twice, whatever runs at the same time.
 */
export const canonizeEarthquakes = defineJob({
  summary: 'Emits new and changed earthquakes in one form',
  async run({ since, until, events, log, signal }) {
    const window = [since?.toISOString() ?? '1970-01-01T00:00:00.000Z', until?.toISOString() ?? '9999-12-31T00:00:00.000Z']
    let count = 0
    for (let after = '', full = true; full; ) {
      signal.throwIfAborted()
      const rows = (await events.query(CHANGED, [SOURCE, RAW, ...window, after])) as unknown as Row[]
      for (const { object_id, changed_at, payload } of rows) {
        const earthquake = canonical(payload)
        events.emit({
          type: 'earthquake.canonical',
          source: SOURCE,
          schemaRef: 'earthquake/v1',
          subjectId: object_id,
          time: earthquake.time,
          payload: { ...earthquake, changed_at },
          idempotencyKey: `canonize/${object_id}/${changed_at}`,
        })
      }
      count += rows.length
      after = rows.at(-1)?.object_id ?? after
      full = rows.length === PAGE
    }
    log.info('canonized', { count })
    return { count }
  },
})
