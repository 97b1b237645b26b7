/**
 * The latest of what settled below a stage, in O(log stages): a Fenwick tree over prefix maxima. What settles later
 * must have a higher `order`.
 */
export class LatestSettled {
  readonly #orders: Float64Array
  readonly #steps: Int32Array

  constructor(stages: number) {
    this.#orders = new Float64Array(stages + 1).fill(-1)
    this.#steps = new Int32Array(stages + 1).fill(-1)
  }

  add(stage: number, step: number, order: number): void {
    for (let i = stage + 1; i < this.#orders.length; i += i & -i) {
      if (order < this.#orders[i]!) continue
      this.#orders[i] = order
      this.#steps[i] = step
    }
  }

  /** The step that settled last of those of lower stages; -1: none did. */
  below(stage: number): number {
    let order = -1
    let step = -1
    for (let i = Math.min(stage, this.#orders.length - 1); i > 0; i -= i & -i) {
      if (this.#orders[i]! <= order) continue
      order = this.#orders[i]!
      step = this.#steps[i]!
    }
    return step
  }
}
