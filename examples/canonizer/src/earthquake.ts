/** An earthquake as every source tells it: `earthquake/v1`. */
export interface Earthquake {
  id: string
  /** RFC 3339, as `updated` is. */
  time: string
  updated: string
  magnitude: number
  magnitude_type: string | null
  place: string
  latitude: number
  longitude: number
  depth_km: number
  tsunami: boolean
  /** Reports of people. */
  felt: number
}

/** What the job reads of a raw object, which is GeoJSON of the USGS. */
export interface RawEarthquake {
  id: string
  properties: { mag: number; magType: string | null; place: string; time: number; updated: number; tsunami: number; felt: number | null }
  geometry: { coordinates: [longitude: number, latitude: number, depthKm: number] }
}

export function canonical({ id, properties, geometry: { coordinates } }: RawEarthquake): Earthquake {
  const [longitude, latitude, depth] = coordinates
  return {
    id,
    time: new Date(properties.time).toISOString(),
    updated: new Date(properties.updated).toISOString(),
    magnitude: properties.mag,
    magnitude_type: properties.magType,
    place: properties.place,
    latitude,
    longitude,
    depth_km: depth,
    tsunami: properties.tsunami === 1,
    felt: properties.felt ?? 0,
  }
}
