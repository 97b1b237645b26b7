/** While something goes on, a list is read again this often. */
export const SHORTEST_MS = 2000
/** Where nothing happens, this seldom. */
export const LONGEST_MS = 20_000

/** Milliseconds until a list is read again, given the pause before: longer and longer as long as nothing happens. */
export function nextPause(before: number, isLively: boolean): number {
  return isLively ? SHORTEST_MS : Math.min(LONGEST_MS, before * 1.5)
}
