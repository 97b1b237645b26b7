import { defineJob } from '@lorc/event-client'
import * as z from 'zod'
import { readFeed, WEEK } from './feed.ts'

export const SOURCE = 'usgs/earthquakes'

/** Objects in one upsert. */
const BATCH = 500

/**
 * Keeps what the feed has from `--since` to `--until` as raw objects, each under the id that the USGS gives it: run again,
 * it changes only what the feed has changed.
 */
export const extractEarthquakes = defineJob({
  summary: 'Keeps the earthquakes of a feed as raw objects',
  params: z.object({
    feed: z.string().default(WEEK).describe('A GeoJSON feed of the USGS: a file or a URL'),
    min_magnitude: z.number().optional().describe('Weaker ones are left out'),
  }),
  async run({ params, since, until, events, log, signal, progress }) {
    const features = await readFeed(params.feed, signal)
    const wanted = features.filter(({ properties: { type, time, mag } }) =>
      type === 'earthquake' &&
      time >= (since?.getTime() ?? -Infinity) &&
      time < (until?.getTime() ?? Infinity) &&
      mag >= (params.min_magnitude ?? -Infinity))
    const counts = { inserted: 0, updated: 0, unchanged: 0 }
    for (let done = 0; done < wanted.length; done += BATCH) {
      signal.throwIfAborted()
      const batch = wanted.slice(done, done + BATCH)
      const made = await events.upsert(batch.map((feature) => ({
        type: 'earthquake',
        source: SOURCE,
        id: feature.id,
        payload: { ...feature },
      })))
      for (const key of ['inserted', 'updated', 'unchanged'] as const) counts[key] += made[key]
      progress(done + batch.length, wanted.length)
    }
    log.info('extracted', { read: features.length, ...counts })
    events.emit({ type: 'earthquakes.extracted', source: SOURCE, payload: { read: features.length, ...counts } })
    return counts
  },
})
