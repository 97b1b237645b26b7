import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { TransientError } from '@lorc/event-client'

/** A feature of the USGS's GeoJSON feeds, as far as the job reads it: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php */
export interface Feature {
  id: string
  type: 'Feature'
  properties: { type: string; mag: number; place: string; time: number; updated: number; sig: number; tsunami: number; felt: number | null }
  /** Longitude, latitude, depth in km. */
  geometry: { type: 'Point'; coordinates: [number, number, number] }
}

/** The earthquakes of one week, as a package of data sets has them. */
export const WEEK = join(dirname(createRequire(import.meta.url).resolve('vega-datasets')), '../data/earthquakes.json')

/** The features of a feed: a file, or a URL. Throws TransientError where the server may answer later. */
export async function readFeed(feed: string, signal: AbortSignal): Promise<Feature[]> {
  const { features } = JSON.parse(/^https?:/.test(feed) ? await fetched(feed, signal) : await readFile(feed, 'utf8')) as { features?: Feature[] }
  if (!Array.isArray(features)) throw new Error(`${feed} is no GeoJSON feed: it has no features`)
  return features
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
