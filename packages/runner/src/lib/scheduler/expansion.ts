import { BitQueue } from './bit-queue.ts'

/** The items of a `for_each` step that is under way. */
export class Expansion {
  readonly step: number
  /** Index of the first item; the others follow. */
  readonly first: number
  readonly count: number
  /** Items that may be under way at once. */
  readonly most: number
  /** Items that could start, by their place among the items. */
  readonly ready: BitQueue
  /** Items that have a slot. */
  underWay = 0
  /** Items that are not settled. */
  left: number
  /** Items that failed for good since the run, or the last resume of it, began. */
  failed = 0
  cancelled = 0

  constructor(step: number, first: number, count: number, most: number) {
    this.step = step
    this.first = first
    this.count = count
    this.most = most
    this.ready = new BitQueue(count)
    this.left = count
  }

  /** An item may start as far as the others are concerned. */
  get hasNext(): boolean {
    return this.underWay < this.most && !this.ready.isEmpty
  }
}
