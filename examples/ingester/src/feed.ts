import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { TransientError } from '@lorc/event-client'

/** A feature of the GeoJSON feeds of the USGS: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php */
export interface Feature {
  id: string
  type: 'Feature'
  properties: {
    /** `earthquake`, `explosion`, ... */
    type: string
    mag: number | null
    magType: string | null
    place: string
    /** Milliseconds since 1970, as `updated` is. */
    time: number
    updated: number
    tsunami: number
    /** Reports of people. */
    felt: number | null
  }
  /** Longitude, latitude, depth in km. */
  geometry: { type: 'Point'; coordinates: [number, number, number] }
}

/** The features of a feed: a URL, a file, or `week`, the first week of February 2018. Throws TransientError where a later attempt may succeed. */
export async function readFeed(feed: string, signal: AbortSignal): Promise<Feature[]> {
  const text = /^https?:/.test(feed) ? await fetched(feed, signal) : await readFile(feed === 'week' ? week() : feed, 'utf8')
  const { features } = JSON.parse(text) as { features?: Feature[] }
  if (!Array.isArray(features)) throw new Error(`${feed} is not a GeoJSON feed: it has no features`)
  return features
}

/** Published in an npm package of data sets. */
function week(): string {
  return join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/earthquakes.json')
}

async function fetched(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw new TransientError(`${url} cannot be reached`, { cause })
  })
  if (response.ok) return await response.text()
  const what = `${url} answers ${response.status}`
  throw response.status === 429 || response.status >= 500 ? new TransientError(what) : new Error(what)
}
