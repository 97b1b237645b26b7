import { OccurrenceSpill } from './occurrence-spill.ts'

/** 32-bit words of a slot: two halves of an id, and its count; 0 where the slot is free. */
const WORDS = 3
const FEWEST_SLOTS = 1 << 10
/** 12 MB. What is more is kept in a temporary file. */
const MOST_SLOTS = 1 << 20
/** Share of the slots that are taken before there are to be more. */
const FULLEST = 0.7

/**
 * Counts how often each id was seen, with 64 bits of the id and a count in twelve bytes: strings in a Map take ten times
 * that, and a job may emit ten million events.
 */
export class Occurrences {
  readonly #most: number
  #slots = new Uint32Array(FEWEST_SLOTS * WORDS)
  #taken = 0
  #spill: OccurrenceSpill | undefined

  /** `most`: slots, a power of two. */
  constructor(most = MOST_SLOTS) {
    this.#most = most
  }

  /** Which time this is: 1 for the first. `id` is 32 hex digits; the last 16 are what it is told by. */
  next(id: string): number {
    const high = wordOf(id, 16)
    const low = wordOf(id, 24)
    if (this.#taken >= (this.#slots.length / WORDS) * FULLEST) this.#makeRoom()
    const slots = this.#slots
    const at = slotOf(slots, high, low)
    if (slots[at + 2] === 0) {
      slots[at] = high
      slots[at + 1] = low
      slots[at + 2] = this.#spill?.count(high, low) ?? 0
      this.#taken += 1
    }
    return (slots[at + 2]! += 1)
  }

  #makeRoom(): void {
    const old = this.#slots
    if (old.length < this.#most * WORDS) {
      this.#slots = new Uint32Array(old.length * 2)
      for (let from = 0; from < old.length; from += WORDS) {
        if (old[from + 2] !== 0) this.#slots.set(old.subarray(from, from + WORDS), slotOf(this.#slots, old[from]!, old[from + 1]!))
      }
      return
    }
    this.#spill ??= new OccurrenceSpill()
    this.#spill.put(old)
    old.fill(0)
    this.#taken = 0
  }
}

/** Where an id is, or would be. */
function slotOf(slots: Uint32Array, high: number, low: number): number {
  const mask = slots.length / WORDS - 1
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WORDS
    if (slots[at + 2] === 0 || (slots[at] === high && slots[at + 1] === low)) return at
  }
}

/** Eight hex digits in lower case, from there on. `parseInt(id.slice(...), 16)` takes five times as long. */
function wordOf(id: string, from: number): number {
  let word = 0
  for (let at = from; at < from + 8; at += 1) {
    const code = id.charCodeAt(at)
    word = (word << 4) | ((code & 15) + 9 * (code >> 6))
  }
  return word >>> 0
}
