import type { JsonObject, JsonValue } from '../../json.ts'
import { FORBIDDEN_KEYS } from './forbidden-keys.ts'

/** What may be no key, and what YAML reads as another one: null. */
export const NOT_PLAIN_KEYS: ReadonlySet<string> = new Set([...FORBIDDEN_KEYS, 'null', 'Null', 'NULL'])

/** Thrown where a text uses more of YAML than is read here, or is wrong. */
export const Unusual = new Error('more than plain YAML')

const DEEPEST = 16

/** Words that stand for a value. */
const NAMED: ReadonlyMap<string, boolean | null> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])

/**
 * The value of a plain scalar of the core schema (YAML 1.2.2, 10.3.2). Numbers that are not written in the everyday way
 * are left to the complete parser.
 */
export function plainScalar(text: string): JsonValue {
  const named = NAMED.get(text)
  if (named !== undefined) return named
  const first = text.charCodeAt(0)
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46
  if (!isNumeric) return text
  if (/^-?(?:0|[1-9][0-9]{0,14})$/.test(text)) return text === '-0' ? leave() : Number(text)
  if (/^-?(?:0|[1-9][0-9]{0,8})\.[0-9]{1,8}$/.test(text)) return Number(text) === 0 ? leave() : Number(text)
  // Anything else that could be a number: exponents, octal, hexadecimal, infinities.
  return /^[-+.]|^[0-9.]+$|^[0-9.]+[eE]|^0[ox]/.test(text) ? leave() : text
}

/** A text without the spaces at its end; YAML keeps whatever else is white. */
function withoutSpaces(text: string): string {
  let end = text.length
  while (text.charCodeAt(end - 1) === 32) end--
  return text.slice(0, end)
}

function leave(): never {
  throw Unusual
}

/** Reads a value in brackets, braces or quotes, or the extent of a plain one, within a line. */
export class PlainFlow {
  readonly #text: string
  readonly #end: number
  #at: number

  constructor(text: string, at: number, end: number) {
    this.#text = text
    this.#at = at
    this.#end = end
  }

  /** Whether the value begins with a bracket, a brace or a quote. */
  get opens(): boolean {
    return '[{"\''.includes(this.#text[this.#at]!)
  }

  /** The value, behind which nothing but a comment may stand. */
  read(): JsonValue {
    const value = this.#value(0)
    const rest = this.#text.slice(this.#at, this.#end)
    if (!/^ *$|^ +#/.test(rest)) throw Unusual
    return value
  }

  /** Where a plain scalar of a block ends: before a comment and the spaces before it. */
  endOfPlain(): number {
    const text = this.#text
    if ('-?:,[]{}#&*!|>\'"%@`'.includes(text[this.#at]!) && !/^-[0-9.]/.test(text.slice(this.#at, this.#at + 2))) throw Unusual
    const line = text.slice(this.#at, this.#end)
    const comment = line.indexOf(' #')
    const plain = withoutSpaces(comment < 0 ? line : line.slice(0, comment))
    if (plain.endsWith(':') || plain.includes(': ')) throw Unusual
    return this.#at + plain.length
  }

  #value(depth: number): JsonValue {
    if (depth > DEEPEST) throw Unusual
    switch (this.#text[this.#at]) {
      case '[':
        return this.#list(depth)
      case '{':
        return this.#map(depth)
      case '"':
      case "'":
        return this.#quoted()
      default:
        return plainScalar(this.#plain())
    }
  }

  #list(depth: number): JsonValue[] {
    const list: JsonValue[] = []
    this.#at++
    this.#spaces()
    while (this.#text[this.#at] !== ']') {
      list.push(this.#value(depth + 1))
      this.#separator(']')
    }
    this.#at++
    return list
  }

  #map(depth: number): JsonObject {
    const map: JsonObject = {}
    this.#at++
    this.#spaces()
    while (this.#text[this.#at] !== '}') {
      const key = this.#key()
      if (NOT_PLAIN_KEYS.has(key) || Object.hasOwn(map, key)) throw Unusual
      map[key] = this.#value(depth + 1)
      this.#separator('}')
    }
    this.#at++
    return map
  }

  #key(): string {
    const found = /[A-Za-z_][A-Za-z0-9_.-]*(?=: )/y
    found.lastIndex = this.#at
    const key = found.exec(this.#text)?.[0]
    if (key === undefined || this.#at + key.length >= this.#end) throw Unusual
    this.#at += key.length + 1
    this.#spaces()
    return key
  }

  /** To the next value, or to the bracket that closes. */
  #separator(close: string): void {
    this.#spaces()
    const char = this.#text[this.#at]
    if (this.#at >= this.#end) throw Unusual
    if (char === close) return
    if (char !== ',') throw Unusual
    this.#at++
    this.#spaces()
    if (this.#text[this.#at] === ',' || this.#at >= this.#end) throw Unusual
  }

  #spaces(): void {
    while (this.#at < this.#end && this.#text.charCodeAt(this.#at) === 32) this.#at++
  }

  #quoted(): string {
    const quote = this.#text[this.#at]!
    const close = this.#text.indexOf(quote, this.#at + 1)
    if (close < 0 || close >= this.#end || this.#text[close + 1] === quote) throw Unusual
    const text = this.#text.slice(this.#at + 1, close)
    if (quote === '"' && text.includes('\\')) throw Unusual
    this.#at = close + 1
    return text
  }

  /** A plain scalar between brackets. */
  #plain(): string {
    const from = this.#at
    if ('-?:,[]{}#&*!|>%@`'.includes(this.#text[from]!) && !/^-[0-9.]/.test(this.#text.slice(from, from + 2))) throw Unusual
    for (; this.#at < this.#end; this.#at++) {
      const char = this.#text[this.#at]!
      if (char === ',' || char === ']' || char === '}') break
      if ('[{:#"\''.includes(char)) throw Unusual
    }
    if (this.#at >= this.#end) throw Unusual
    const text = withoutSpaces(this.#text.slice(from, this.#at))
    if (text === '') throw Unusual
    return text
  }
}
