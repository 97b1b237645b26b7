/**
 * Milliseconds that an answer asks to wait by its `Retry-After` (RFC 9110, 10.2.3); a date counts from the answer's own
 * `Date`. Undefined: it asks for nothing that can be read.
 */
export function retryAfterMs(value: string | null | undefined, date: string | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000
  const ms = Date.parse(value) - Date.parse(date ?? '')
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
