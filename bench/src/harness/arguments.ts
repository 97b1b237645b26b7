export interface Arguments {
  /** Workloads to measure, in their own order; all of them when none is named. */
  names: string[]
  quick: boolean
  list: boolean
}

/** Throws Error with a sentence for people. */
export function parseArguments(words: readonly string[], known: readonly string[]): Arguments {
  const names: string[] = []
  const parsed = { quick: false, list: false }
  for (const word of words) {
    if (word === '--quick') parsed.quick = true
    else if (word === '--list') parsed.list = true
    else if (word.startsWith('-')) throw new Error(`There is no option ${word}; there are --quick and --list.`)
    else if (!known.includes(word)) throw new Error(`There is no workload ${word}; there are ${known.join(', ')}.`)
    else names.push(word)
  }
  return { names: known.filter((name) => names.length === 0 || names.includes(name)), ...parsed }
}
