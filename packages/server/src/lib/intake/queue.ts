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

  /** Takes out the first that matches, wherever it stands. */
  remove(matches: (item: T) => boolean): T | undefined {
    const at = this.#items.findIndex((item, index) => index >= this.#first && matches(item))
    return at < 0 ? undefined : this.#items.splice(at, 1)[0]
  }
}
