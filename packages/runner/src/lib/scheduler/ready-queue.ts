import { BitQueue } from './bit-queue.ts'

/** Steps in the order in which they are to start: `order` lists all steps, first first; without it, as they are listed. */
export class ReadyQueue {
  readonly #members: BitQueue
  readonly #order: Int32Array | undefined
  readonly #place: Int32Array | undefined

  constructor(size: number, order?: Int32Array) {
    this.#members = new BitQueue(size)
    this.#order = order
    if (!order) return
    this.#place = new Int32Array(size)
    for (let i = 0; i < size; i++) this.#place[order[i]!] = i
  }

  add(step: number): void {
    this.#members.add(this.#place ? this.#place[step]! : step)
  }

  delete(step: number): void {
    this.#members.delete(this.#place ? this.#place[step]! : step)
  }

  /** -1: there is none. */
  first(): number {
    const first = this.#members.first()
    return this.#order && first >= 0 ? this.#order[first]! : first
  }

  clear(): void {
    this.#members.clear()
  }
}
