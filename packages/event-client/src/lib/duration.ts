const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const DURATION = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d|w)$/

/** Milliseconds of `500ms`, `30s`, `5m`, `24h`, `7d` or `2w`; undefined for any other text. */
export function durationMs(text: string): number | undefined {
  const [, amount, unit] = DURATION.exec(text) ?? []
  return amount === undefined || unit === undefined ? undefined : Number(amount) * UNITS[unit]!
}
