/** What several measurements of one thing come to. */
export interface Summary {
  median: number
  min: number
  max: number
  /** Half the distance between the quartiles, as a share of the median. */
  spread: number
}

/** Throws RangeError for no values. */
export function summarize(values: readonly number[]): Summary {
  if (values.length === 0) throw new RangeError('There is nothing to summarize.')
  const sorted = [...values].sort((a, b) => a - b)
  const median = quantile(sorted, 0.5)
  const spread = median === 0 ? 0 : (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 2 / median
  return { median, min: sorted[0]!, max: sorted[sorted.length - 1]!, spread }
}

/** Of ascending values, interpolated between neighbours. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const below = Math.floor(place)
  const low = sorted[below]!
  const high = sorted[Math.ceil(place)]!
  return low + (high - low) * (place - below)
}
