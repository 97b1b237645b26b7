/** RFC 3339 of Unix milliseconds. */
export function timeText(unixMs: number): string {
  return new Date(unixMs).toISOString()
}

export function timeOrNull(unixMs: number | null): string | null {
  return unixMs === null ? null : timeText(unixMs)
}
