const MOST = 3

/**
 * The names that `word` may have been meant to be, the nearest first, three at most: those that differ in a third of its
 * letters or less, then those that hold it.
 */
export function nearestNames(word: string, names: Iterable<string>): string[] {
  const wanted = word.toLowerCase()
  const limit = Math.max(1, Math.floor(wanted.length / 3))
  const ranked = [...new Set(names)].flatMap((name) => {
    const lower = name.toLowerCase()
    const distance = Math.abs(lower.length - wanted.length) > limit ? limit + 1 : editDistance(wanted, lower)
    if (distance <= limit) return [{ name, distance }]
    return wanted.length > 2 && lower.includes(wanted) ? [{ name, distance: limit + 1 }] : []
  })
  return ranked
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .slice(0, MOST)
    .map(({ name }) => name)
}

/** Edits from `a` to `b`: a letter more, less, other, or two neighbours swapped (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}
