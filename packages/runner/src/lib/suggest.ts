/**
 * The candidate that a misspelt word most likely means: the nearest by edits (a swap of neighbours is one edit), if it
 * is near enough for the length of the word; else the only one that begins with it. Case and `-`, `_`, `.` are alike.
 * `undefined`: none is near.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word)
  if (wanted === '' || wanted.length > 200) return undefined
  let best: string | undefined
  const longer: string[] = []
  let limit = Math.floor((wanted.length + 1) / 3) + 1
  for (const candidate of candidates) {
    const folded = fold(candidate)
    if (wanted.length > 2 && folded.startsWith(wanted)) longer.push(candidate)
    if (Math.abs(folded.length - wanted.length) >= limit) continue
    const distance = edits(wanted, folded, limit)
    if (distance >= limit) continue
    best = candidate
    limit = distance
    if (distance === 0) break
  }
  return best ?? (longer.length === 1 ? longer[0] : undefined)
}

/** The same for names of files: their endings, which are alike, do not bring them nearer. */
export function suggestFile(name: string, candidates: Iterable<string>): string | undefined {
  const byStem = new Map([...candidates].map((candidate) => [stem(candidate), candidate]))
  const meant = suggest(stem(name), byStem.keys())
  return meant === undefined ? undefined : byStem.get(meant)
}

const stem = (name: string): string => name.replace(/\.[^.]*$/, '')

function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_. ]/g, '_')
}

/** Optimal string alignment distance; anything from `limit` on is `limit`. */
function edits(a: string, b: string, limit: number): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let cost = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforeLast[j - 2]! + 1)
      row.push(cost)
      least = Math.min(least, cost)
    }
    if (least >= limit) return limit
    beforeLast = last
    last = row
  }
  return Math.min(last[b.length]!, limit)
}
