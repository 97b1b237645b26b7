/** A set of integers below a limit that tells its least. Adding, deleting and asking cost log32 of the limit. */
export class BitQueue {
  /** Bits of the members; above it, of each level the words that are not zero. */
  readonly #levels: Uint32Array[] = []

  constructor(limit: number) {
    let words = limit
    do {
      words = (words + 31) >>> 5
      this.#levels.push(new Uint32Array(words))
    } while (words > 1)
  }

  get isEmpty(): boolean {
    return this.#levels[this.#levels.length - 1]![0] === 0
  }

  add(member: number): void {
    let at = member
    for (const level of this.#levels) {
      const word = level[at >>> 5]!
      level[at >>> 5] = word | (1 << (at & 31))
      if (word !== 0) return
      at >>>= 5
    }
  }

  delete(member: number): void {
    let at = member
    for (const level of this.#levels) {
      const word = level[at >>> 5]! & ~(1 << (at & 31))
      level[at >>> 5] = word
      if (word !== 0) return
      at >>>= 5
    }
  }

  /** The least member; -1: there is none. */
  first(): number {
    let at = 0
    for (let i = this.#levels.length - 1; i >= 0; i--) {
      const word = this.#levels[i]![at]!
      if (word === 0) return -1
      at = (at << 5) | (31 - Math.clz32(word & -word))
    }
    return at
  }

  clear(): void {
    for (const level of this.#levels) level.fill(0)
  }
}
