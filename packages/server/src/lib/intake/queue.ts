/** A line that is long at times: both ends cost the same however long it is. */
export class Queue<T> {
  #items: T[] = []
  #first = 0

  get length(): number {
    return this.#items.length - this.#first
  }

  push(item: T): void {
    this.#items.push(item)
  }

  shift(): T | undefined {
    const item = this.#items[this.#first]
    if (this.length === 0) return undefined
    this.#first++
    if (this.#first > 1024 && this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    return item
  }

  some(matches: (item: T) => boolean): boolean {
    for (let at = this.#first; at < this.#items.length; at++) if (matches(this.#items[at]!)) return true
    return false
  }
}
