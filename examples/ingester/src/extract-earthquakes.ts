import { defineJob } from '@lorc/event-client'
import * as z from 'zod'
import { readFeed } from './feed.ts'

export const SOURCE = 'usgs/earthquakes'

/** Objects in one upsert. */
const BATCH = 500

/**
 * Keeps the earthquakes from `--since` to `--until` as raw objects, each under the id that the USGS gives it: run again, it
 * changes only what the feed has changed since.
 */
export const extractEarthquakes = defineJob({
  summary: 'Keeps the earthquakes of a feed as raw objects',
  params: z.object({
    feed: z.string().default('week').describe('A GeoJSON feed of the USGS: a URL, a file, or `week`'),
    min_magnitude: z.number().optional().describe('Weaker ones are left out'),
  }),
  async run({ params, since, until, events, log, signal, progress }) {
    const features = await readFeed(params.feed, signal)
    const [from, to, weakest] = [since?.getTime() ?? -Infinity, until?.getTime() ?? Infinity, params.min_magnitude ?? -Infinity]
    const wanted = features.filter(
      ({ properties: { type, time, mag } }) => type === 'earthquake' && mag !== null && mag >= weakest && time >= from && time < to,
    )
    const counts = { inserted: 0, updated: 0, unchanged: 0 }
    for (let at = 0; at < wanted.length; at += BATCH) {
      signal.throwIfAborted()
      const batch = wanted.slice(at, at + BATCH).map((feature) => ({ type: 'earthquake', source: SOURCE, id: feature.id, payload: { ...feature } }))
      const made = await events.upsert(batch)
      counts.inserted += made.inserted
      counts.updated += made.updated
      counts.unchanged += made.unchanged
      progress(at + batch.length, wanted.length)
    }
    log.info('extracted', { read: features.length, ...counts })
    events.emit({ type: 'earthquakes.extracted', source: SOURCE, payload: { read: features.length, ...counts } })
    return counts
  },
})
