import { TextBuffer } from './text-buffer.ts'

const NONE = -1

/** Texts, or none, by their place, as bytes: see TextBuffer. A text that is the one before once more takes no room. */
export class TextColumn {
  readonly #texts = new TextBuffer()
  /** Where each text of its own ends. */
  readonly #ends: number[] = []
  /** Which of them a place has. */
  readonly #places: number[] = []
  #count = 0
  #length = 0
  #last: string | null = null
  #read = NONE
  #readText = ''

  /** In bytes. */
  get bytes(): number {
    return this.#texts.length
  }

  push(text: string | null): void {
    if (text !== null && text !== this.#last) {
      this.#texts.add(text)
      this.#ends[this.#count] = this.#texts.length
      this.#count += 1
      this.#last = text
    }
    this.#places[this.#length] = text === null ? NONE : this.#count - 1
    this.#length += 1
  }

  at(index: number): string | null {
    const place = this.#places[index]!
    if (place === NONE) return null
    if (place !== this.#read) {
      this.#readText = this.#texts.text(place === 0 ? 0 : this.#ends[place - 1]!, this.#ends[place]!)
      this.#read = place
    }
    return this.#readText
  }

  clear(): void {
    this.#texts.clear()
    this.#count = this.#length = 0
    this.#last = null
    this.#read = NONE
  }
}
