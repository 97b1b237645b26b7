/** Steps of work that one evaluation may take: some tenths of a second. */
const BUDGET = 5_000_000

/** The longest text and list that an operator or a function may make on the way. */
const LONGEST_TEXT = 16_000_000
const LONGEST_LIST = 1_000_000

/** How far an operator looks into a value: not at all, at its length, at its members, at all that is in it. */
export type Look = 'none' | 'shallow' | 'members' | 'deep'

/** Thrown when an evaluation costs too much. */
export class TooExpensive extends Error {}

/**
 * Counts the work of one evaluation. What an operator looks at costs by its size, so that neither nested
 * comprehensions nor doubling texts nor comparisons of large values go beyond the budget.
 */
export class Meter {
  #left = 0
  #stopped: TooExpensive | undefined

  /** Set once the budget is spent: CEL's `||` and `&&` may swallow an error, and this one must not be. */
  get stopped(): TooExpensive | undefined {
    return this.#stopped
  }

  reset(): void {
    this.#left = BUDGET
    this.#stopped = undefined
  }

  spend(cost: number): void {
    this.#left -= cost
    if (this.#left < 0) this.#stop(`it takes more than ${BUDGET} steps of work`)
  }

  /** Charges for a value that an operator or a function is about to look at. */
  charge(value: unknown, look: Look): void {
    if (typeof value === 'string') this.spend(value.length >> 4)
    else if (look === 'deep' || (look === 'members' && Array.isArray(value) && typeof value[0] === 'object'))
      this.spend(nodes(value, this.#left))
    else if (Array.isArray(value)) this.spend(look === 'members' ? value.length : value.length >> 2)
  }

  /** Stops where something too large was made. */
  bound(value: unknown): void {
    if (typeof value === 'string' && value.length > LONGEST_TEXT)
      this.#stop(`it makes a text of more than ${LONGEST_TEXT} characters`)
    if (Array.isArray(value) && value.length > LONGEST_LIST)
      this.#stop(`it makes a list of more than ${LONGEST_LIST} items`)
  }

  #stop(reason: string): never {
    this.#stopped ??= new TooExpensive(reason)
    throw this.#stopped
  }
}

/** Values within a value, counted up to `most`. */
function nodes(value: unknown, most: number): number {
  let count = 0
  const open: unknown[] = [value]
  while (open.length > 0 && count <= most) {
    const next = open.pop()
    count += typeof next === 'string' ? 1 + (next.length >> 4) : 1
    if (typeof next !== 'object' || next === null) continue
    for (const member of Object.values(next)) open.push(member)
  }
  return count
}
