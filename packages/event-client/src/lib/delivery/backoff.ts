const FIRST_MS = 200

/**
 * Milliseconds to wait after so many failures on end (1 or more): twice as long each time up to `longestMs`, by a half less
 * at random so that not all come back at once; no less than `askedMs`, what the other side asked for.
 *
 * @param random uniform in [0, 1)
 */
export function backoff(failures: number, longestMs: number, random: number, askedMs = 0): number {
  const delay = Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 30), longestMs)
  return Math.max(Math.round(delay * (1 - random / 2)), askedMs)
}
