import { SqlFault } from './sql-error.ts'
import type { Token } from './tokens.ts'

/** Words that are not names unless in backquotes: those of this language, and those that BigQuery or SQLite reserve. */
const RESERVED = new Set(
  `ALL AND ANY ARRAY AS ASC BETWEEN BY CASE CAST CROSS DESC DISTINCT ELSE END EXCEPT EXISTS EXTRACT FALSE FROM FULL GROUP
  HAVING IN INNER INTERSECT INTERVAL INTO IS JOIN LEFT LIKE LIMIT NATURAL NOT NULL NULLS OFFSET ON OR ORDER OUTER OVER
  PARTITION QUALIFY RIGHT SELECT SET THEN TRUE UNION USING WHEN WHERE WINDOW WITH`.split(/\s+/),
)

/** Deeper is not a query of a person or a job. */
const DEPTH_MAX = 50

/** Reads tokens one after the other. What was expected and is not there throws SqlFault SQL_SYNTAX. */
export class Cursor {
  readonly #tokens: readonly Token[]
  #next = 0
  #depth = 0
  /** Question marks taken so far. */
  parameters = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** The token to come, or the one `ahead` of it. */
  peek(ahead = 0): Token {
    const last = this.#tokens.length - 1
    return this.#tokens[Math.min(this.#next + ahead, last)]!
  }

  take(): Token {
    const token = this.peek()
    this.#next += 1
    return token
  }

  /** Whether these words come next. */
  sees(...words: string[]): boolean {
    return words.every((word, ahead) => isWord(this.peek(ahead), word))
  }

  seesSymbol(symbol: string, ahead = 0): boolean {
    const { kind, value } = this.peek(ahead)
    return kind === 'symbol' && value === symbol
  }

  /** Takes these words if they come next. */
  accept(...words: string[]): boolean {
    if (!this.sees(...words)) return false
    this.#next += words.length
    return true
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.seesSymbol(symbol)) return false
    this.#next += 1
    return true
  }

  expect(word: string, fix?: string): Token {
    if (!this.sees(word)) throw this.unexpected(word, fix)
    return this.take()
  }

  expectSymbol(symbol: string): Token {
    if (!this.seesSymbol(symbol)) throw this.unexpected(`\`${symbol}\``)
    return this.take()
  }

  /** A name: a word that is not reserved, or anything in backquotes. */
  seesName(): boolean {
    const { kind, value } = this.peek()
    return kind === 'quoted' || (kind === 'word' && !RESERVED.has(value.toUpperCase()))
  }

  expectName(what: string): Token {
    if (this.seesName()) return this.take()
    const { kind, value } = this.peek()
    throw this.unexpected(what, kind === 'word' ? `\`${value}\` is a word of the language; another name, or backquotes around it.` : undefined)
  }

  unexpected(expected: string, fix?: string): SqlFault {
    const { kind, value, at } = this.peek()
    const met = kind === 'end' ? 'the query ends' : kind === 'text' ? 'there is a text' : `there is \`${value}\``
    return new SqlFault('SQL_SYNTAX', at, `${met} where ${expected} is expected`, fix)
  }

  /** Items between commas, at least one. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.acceptSymbol(',')) items.push(item())
    return items
  }

  /** Keeps nesting within what can be worked on. */
  nested<T>(work: () => T): T {
    this.#depth += 1
    if (this.#depth > DEPTH_MAX) throw new SqlFault('SQL_SYNTAX', this.peek().at, `the query is nested more than ${DEPTH_MAX} deep`)
    const result = work()
    this.#depth -= 1
    return result
  }
}

function isWord({ kind, value }: Token, word: string): boolean {
  return kind === 'word' && value.toUpperCase() === word
}
