/** `500ms`, `30s`, `1.5m`, `2h`. */
const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)$/

/** The longest wait that timers keep: 2^31 - 1 milliseconds, almost 25 days. */
export const MAX_DURATION_MS = 2 ** 31 - 1

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** Whether a value has the form of a duration, be it zero or too long. */
export function isDuration(value: number | string): boolean {
  return typeof value === 'number' || DURATION.test(value)
}

/** Milliseconds of a number of seconds or a text with a unit; `undefined`: neither, not positive, too long. */
export function durationMs(value: number | string): number | undefined {
  const parts = typeof value === 'string' ? DURATION.exec(value) : null
  const ms = typeof value === 'number' ? value * 1000 : Number(parts?.[1]) * (UNITS[parts?.[2] ?? ''] ?? Number.NaN)
  return ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined
}
