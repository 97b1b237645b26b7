const SMALLEST = 64 * 1024
/** Bytes of UTF-8 for a UTF-16 unit, at most. */
const WIDEST = 3

/**
 * Texts one after the other, as UTF-8, outside of the garbage collector's heap: there, large texts, and thousands of small
 * ones that live for a moment, would make it several times as large as they are. What it has grown to is used again.
 */
export class TextBuffer {
  #bytes = Buffer.alloc(0)
  #length = 0

  /** In bytes. */
  get length(): number {
    return this.#length
  }

  /** What is in it, until it is cleared. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  add(text: string): void {
    const needed = this.#length + text.length * WIDEST
    if (needed > this.#bytes.length) this.#grow(needed)
    this.#length += this.#bytes.write(text, this.#length)
  }

  text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end)
  }

  clear(): void {
    this.#length = 0
  }

  #grow(needed: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2, SMALLEST))
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#bytes = bytes
  }
}
