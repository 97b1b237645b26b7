import type { Marks } from './marks.ts'

/**
 * A small chart: one character a value, the lowest for `from` and less, the highest for `to` and more. By default they are
 * the least and the greatest value. Null is a space.
 */
export function sparkline(values: readonly (number | null)[], { levels }: Pick<Marks, 'levels'>, from?: number, to?: number): string {
  const known = values.filter((value) => value !== null)
  const low = from ?? Math.min(...known)
  const high = to ?? Math.max(...known)
  return values.map((value) => (value === null ? ' ' : level(value, low, high, levels))).join('')
}

function level(value: number, low: number, high: number, levels: readonly string[]): string {
  const share = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 0
  return levels[Math.round(share * (levels.length - 1))] ?? ''
}
