/** Half of the values, and 95 of 100, are at most this (nearest rank); null: there are none. */
export interface Distribution {
  p50: number | null
  p95: number | null
}

/** Sorts the list. */
export function distributionOf(values: number[]): Distribution {
  values.sort((a, b) => a - b)
  const at = (share: number): number | null => values[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null
  return { p50: at(0.5), p95: at(0.95) }
}
