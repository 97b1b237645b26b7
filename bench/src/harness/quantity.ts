/** A number as people read it: three digits that count, thousands apart. */
export function digits(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  const rounded = size >= 100 ? Math.round(value) : Number(value.toPrecision(size >= 1 ? 3 : 2))
  return rounded.toLocaleString('en-US', { maximumFractionDigits: 6 })
}

export function percent(share: number): string {
  return `${Math.round(share * 100)}%`
}
