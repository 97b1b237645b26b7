import { SqlFault } from './sql-error.ts'

/**
 * `word`: a name or keyword; `quoted`: a name in backquotes. `value` is what it stands for: a text without its quotes,
 * anything else as written.
 */
export interface Token {
  kind: 'word' | 'quoted' | 'text' | 'number' | 'symbol' | 'end'
  value: string
  /** Offset in the query. */
  at: number
}

/** More is not a query of a person or a job. */
const LENGTH_MAX = 100_000

const TOKEN = new RegExp(
  [
    /(?<space>\s+|--[^\n]*|\/\*[^]*?\*\/)/,
    /(?<word>[A-Za-z_]\w*)/,
    /(?<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)/,
    /(?<text>'(?:[^']|'')*')/,
    /`(?<quoted>[A-Za-z_]\w*)`/,
    /(?<symbol><=|>=|<>|!=|\|\||[(),.*+\-/<>=?;])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'y',
)

/** What other dialects have, by what it begins with, and what to write instead. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^"/y, "write texts in single quotes ('it''s'), and names in backquotes."],
  [/^'/y, 'the text has no closing quote; a quote within a text is written twice.'],
  [/^\/\*/y, 'the comment has no end: `*/`.'],
  [/^==/y, 'write `=`.'],
  [/^::/y, 'write CAST(value AS TYPE).'],
  [/^->>?/y, "write JSON_VALUE(payload, '$.field')."],
  [/^[@:$]\w*/y, 'write `?` for each parameter.'],
  [/^%/y, 'write MOD(a, b).'],
  [/^#/y, 'a comment begins with `--`.'],
  [/^`/y, 'a name holds letters, digits and `_`.'],
]

/** Splits a query into tokens, without its comments; the last one is the `end`. Throws SqlFault SQL_SYNTAX. */
export function tokenize(sql: string): Token[] {
  if (sql.length > LENGTH_MAX) throw new SqlFault('SQL_SYNTAX', LENGTH_MAX, `a query has at most ${LENGTH_MAX} characters`)
  const tokens: Token[] = []
  let at = 0
  while (at < sql.length) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(sql)
    const { word, number, text, quoted, symbol } = match?.groups ?? {}
    if (match === null || (symbol !== undefined && ['->', '==', '/*'].includes(sql.slice(at, at + 2)))) throw unexpected(sql, at)
    if (number !== undefined && /^\w/.test(sql.slice(at + number.length))) throw unexpected(sql, at + number.length)
    if (word !== undefined) tokens.push({ kind: 'word', value: word, at })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number, at })
    else if (text !== undefined) tokens.push({ kind: 'text', value: text.slice(1, -1).replaceAll("''", "'"), at })
    else if (quoted !== undefined) tokens.push({ kind: 'quoted', value: quoted, at })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', value: symbol, at })
    at += match[0].length
  }
  return [...tokens, { kind: 'end', value: 'the end', at: sql.length }]
}

function unexpected(sql: string, at: number): SqlFault {
  const rest = sql.slice(at)
  const known = ELSEWHERE.find(([pattern]) => {
    pattern.lastIndex = 0
    return pattern.test(rest)
  })
  const character = String.fromCodePoint(rest.codePointAt(0) ?? 0)
  return new SqlFault('SQL_SYNTAX', at, `\`${character}\` is not expected here`, known?.[1])
}
