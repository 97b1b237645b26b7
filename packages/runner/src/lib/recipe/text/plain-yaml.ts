import type { JsonObject, JsonValue } from '../../json.ts'
import { NOT_PLAIN_KEYS, PlainFlow, plainScalar, Unusual } from './plain-flow.ts'

/** Deeper than any recipe, and far from the stack's end. */
const DEEPEST = 32

/**
 * The value of a text in the plain part of YAML 1.2 that recipes are written in: maps and lists in blocks, flow
 * collections and texts within a line, comments. `undefined`: the text uses more of YAML, or is wrong; a complete parser
 * tells which. For a text that it takes it gives exactly what that one gives, some thirty times as fast.
 */
export function parsePlainYaml(text: string): JsonValue | undefined {
  // Tabs, other line ends, and characters that YAML treats apart.
  if (/(?!\n)\p{Cc}|\p{Cs}|[\u{a0}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}]|[\u{10000}-\u{10ffff}]/u.test(text)) return undefined
  try {
    return new PlainYaml(text).read()
  } catch (error) {
    if (error === Unusual) return undefined
    throw error
  }
}

/** A plain key with its colon, behind which there is a space or nothing. */
const KEY = /[A-Za-z_][\w.-]{0,199}:(?=[ \n]|$)/y

/** What most values are: a word, with nothing behind it in its line. */
const WORD = /[A-Za-z_][\w./-]*(?=\n|$)/y

/** Reads lines. What it does not expect is `Unusual`. */
class PlainYaml {
  readonly #text: string
  /** The line at hand: where it begins, where its content does, and its end. */
  #start = 0
  #content = 0
  #end = -1
  #done = false

  constructor(text: string) {
    this.#text = text
  }

  read(): JsonValue {
    this.#next()
    if (this.#done || this.#indent !== 0) throw Unusual
    const value = this.#block(0, 0)
    if (!this.#done) throw Unusual
    return value
  }

  get #indent(): number {
    return this.#content - this.#start
  }

  /** Goes to the next line that has content. */
  #next(): void {
    const text = this.#text
    for (;;) {
      this.#start = this.#end + 1
      if (this.#start >= text.length) {
        this.#done = true
        this.#content = this.#start - 1
        return
      }
      const end = text.indexOf('\n', this.#start)
      this.#end = end < 0 ? text.length : end
      let at = this.#start
      while (at < this.#end && text.charCodeAt(at) === 32) at++
      this.#content = at
      if (at === this.#end || text.charCodeAt(at) === 35) continue
      if (at === this.#start && /^(?:---|\.\.\.|%)/.test(text.slice(at, at + 3))) throw Unusual
      return
    }
  }

  /** The map or list whose first line is at hand, indented by `indent`. */
  #block(indent: number, depth: number): JsonValue {
    if (depth > DEEPEST) throw Unusual
    return this.#isItem() ? this.#list(indent, depth) : this.#map(indent, depth)
  }

  #isItem(): boolean {
    if (this.#text.charCodeAt(this.#content) !== 45) return false
    return this.#content + 1 === this.#end || this.#text.charCodeAt(this.#content + 1) === 32
  }

  #list(indent: number, depth: number): JsonValue[] {
    const list: JsonValue[] = []
    while (!this.#done && this.#indent === indent && this.#isItem()) {
      let at = this.#content + 1
      while (at < this.#end && this.#text.charCodeAt(at) === 32) at++
      if (at === this.#end || this.#text.charCodeAt(at) === 35) throw Unusual
      if (this.#isKeyAt(at)) {
        // The first field of a map stands behind the dash: its indentation is where it begins.
        this.#content = at
        if (depth >= DEEPEST) throw Unusual
        list.push(this.#map(this.#indent, depth + 1))
      } else {
        list.push(this.#inline(at, indent))
      }
    }
    if (!this.#done && this.#indent > indent) throw Unusual
    return list
  }

  #map(indent: number, depth: number): JsonObject {
    const map: JsonObject = {}
    while (!this.#done && this.#indent === indent && !this.#isItem()) {
      const colon = this.#keyEnd(this.#content)
      if (colon < 0) throw Unusual
      const key = this.#text.slice(this.#content, colon)
      if (NOT_PLAIN_KEYS.has(key) || Object.hasOwn(map, key)) throw Unusual
      let at = colon + 1
      while (at < this.#end && this.#text.charCodeAt(at) === 32) at++
      const isOpen = at === this.#end || (this.#text.charCodeAt(at) === 35 && at > colon + 1)
      map[key] = isOpen ? this.#below(indent, depth) : this.#inline(at, indent)
    }
    if (!this.#done && this.#indent > indent) throw Unusual
    return map
  }

  /** The value of a key that has nothing behind it: a block below it, or null. */
  #below(indent: number, depth: number): JsonValue {
    this.#next()
    if (this.#done) return null
    if (this.#indent > indent) return this.#block(this.#indent, depth + 1)
    return this.#indent === indent && this.#isItem() ? this.#list(indent, depth + 1) : null
  }

  #isKeyAt(at: number): boolean {
    return this.#keyEnd(at) >= 0
  }

  /** Where the colon of a key stands that begins at an offset; -1: there is no plain key. */
  #keyEnd(from: number): number {
    KEY.lastIndex = from
    return KEY.test(this.#text) ? KEY.lastIndex - 1 : -1
  }

  /** A value within the line at hand; then goes to the next line, which must not continue it. */
  #inline(at: number, indent: number): JsonValue {
    WORD.lastIndex = at
    const value = WORD.test(this.#text) ? plainScalar(this.#text.slice(at, this.#end)) : this.#flow(at)
    this.#next()
    if (!this.#done && this.#indent > indent) throw Unusual
    return value
  }

  #flow(at: number): JsonValue {
    const flow = new PlainFlow(this.#text, at, this.#end)
    return flow.opens ? flow.read() : plainScalar(this.#text.slice(at, flow.endOfPlain()))
  }
}
