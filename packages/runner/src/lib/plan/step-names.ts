import type { Graph } from './graph.ts'

interface Block {
  first: number
  count: number
  /** Indices that were given to the step, used now or not. */
  capacity: number
  known: boolean
}

/**
 * Indices of a run's steps: the plan's own, and beyond those the items of its `for_each` steps once they are known.
 * Item i of `name` is the step `name[i]`.
 */
export class StepNames {
  readonly #graph: Graph
  readonly #steps: readonly { name: string }[]
  #blocks: Map<number, Block> | undefined
  /** The step that an item was last looked for of: its other items are likely to come next. */
  #latest = ''
  /** The `for_each` step of each item, by its index beyond the plan's. */
  #parents: number[] = []

  constructor(graph: Graph, steps: readonly { name: string }[]) {
    this.#graph = graph
    this.#steps = steps
  }

  /** Steps so far. */
  get size(): number {
    return this.#graph.size + this.#parents.length
  }

  isItem(step: number): boolean {
    return step >= this.#graph.size
  }

  /** Undefined: there is no such step (yet). */
  find(name: string): number | undefined {
    return this.#graph.index.get(name) ?? this.#findItem(name)
  }

  nameOf(step: number): string {
    if (step < this.#graph.size) return this.#steps[step]!.name
    return itemName(this.#steps[this.parentOf(step)]!.name, this.ordinal(step))
  }

  /** The plan's step that a step is, or is an item of. */
  parentOf(step: number): number {
    return step < this.#graph.size ? step : this.#parents[step - this.#graph.size]!
  }

  /** Which item of its `for_each` step a step is. */
  ordinal(item: number): number {
    return item - this.#blocks!.get(this.parentOf(item))!.first
  }

  /** The items of a step; undefined: they are not known. */
  block(step: number): Readonly<Block> | undefined {
    const block = this.#blocks?.get(step)
    return block?.known ? block : undefined
  }

  /** The step's items are to be decided on again. */
  forget(step: number): void {
    const block = this.#blocks?.get(step)
    if (block) block.known = false
  }

  /**
   * Gives a step its items. Where it had some before, they keep their indices if there is room, and `moved` tells where
   * they were if not.
   */
  expand(step: number, count: number): { first: number; moved: Readonly<Block> | undefined } {
    this.#blocks ??= new Map()
    const known = this.#blocks.get(step)
    if (known && known.capacity >= count) {
      known.count = count
      known.known = true
      return { first: known.first, moved: undefined }
    }
    const first = this.size
    for (let i = 0; i < count; i++) this.#parents.push(step)
    this.#blocks.set(step, { first, count, capacity: count, known: true })
    return { first, moved: known }
  }

  #findItem(name: string): number | undefined {
    const opens = name.indexOf('[')
    const ordinal = ordinalIn(name, opens)
    if (ordinal < 0) return undefined
    if (this.#latest.length !== opens || !name.startsWith(this.#latest)) this.#latest = name.slice(0, opens)
    const parent = this.#graph.index.get(this.#latest)
    const block = parent === undefined ? undefined : this.block(parent)
    return block && ordinal < block.count ? block.first + ordinal : undefined
  }
}

const ZERO = '0'.charCodeAt(0)
const CLOSES = ']'.charCodeAt(0)
/** Digits of a number that is a safe integer whatever they are. */
const MOST_DIGITS = 15

export function itemName(step: string, ordinal: number): string {
  return `${step}[${ordinal}]`
}

/** What an item's name says; undefined: it is not an item's. */
export function parseItemName(name: string): { step: string; ordinal: number } | undefined {
  const opens = name.indexOf('[')
  const ordinal = ordinalIn(name, opens)
  return ordinal < 0 ? undefined : { step: name.slice(0, opens), ordinal }
}

/** The number between the bracket at `opens` and one that ends the name, as `itemName` writes it; -1: there is none. */
function ordinalIn(name: string, opens: number): number {
  const closes = name.length - 1
  const digits = closes - opens - 1
  if (opens < 1 || digits < 1 || digits > MOST_DIGITS || name.charCodeAt(closes) !== CLOSES) return -1
  if (digits > 1 && name.charCodeAt(opens + 1) === ZERO) return -1
  let ordinal = 0
  for (let at = opens + 1; at < closes; at++) {
    const digit = name.charCodeAt(at) - ZERO
    if (digit < 0 || digit > 9) return -1
    ordinal = ordinal * 10 + digit
  }
  return ordinal
}
