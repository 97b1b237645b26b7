/** A line that begins at a column at which nothing is going on. Lines count from 1. */
export interface OddIndent {
  line: number
  /** The line above it that holds something. */
  after: number
  /** Spaces before it. */
  indent: number
  /** Offset of its first character that is none. */
  offset: number
  /** Spaces before what it most likely goes with. */
  like?: number
}

interface Level {
  column: number
  isItem: boolean
}

/**
 * The first line of a text in which YAML finds errors whose indentation is the reason. It looks at lines alone, and gives up
 * (undefined) where it cannot tell: brackets and quotes that span lines, tabs, continued texts.
 */
export function oddIndent(text: string): OddIndent | undefined {
  const levels: Level[] = []
  let above: { line: number; opens: boolean; isPair: boolean } | undefined
  let blockColumn: number | undefined
  let offset = 0
  for (const [index, raw] of text.split('\n').entries()) {
    const [line, start] = [index + 1, offset]
    offset += raw.length + 1
    const content = raw.trim()
    if (content === '' || content.startsWith('#') || content === '---') continue
    const indent = raw.length - raw.trimStart().length
    if (raw.slice(0, indent).includes('\t')) return undefined
    if (blockColumn !== undefined && indent > blockColumn) continue
    blockColumn = undefined
    const isItem = /^-( |$)/.test(content)
    const closed: Level[] = []
    while ((levels.at(-1)?.column ?? -1) > indent) closed.push(levels.pop()!)
    if (above !== undefined && levels.at(-1)?.column !== indent && !(closed.length === 0 && above.opens)) {
      const isOdd = closed.length > 0 || (above.isPair && (isItem || KEY.test(content)))
      if (!isOdd) return undefined
      const near = [...levels, ...closed].filter((level) => level.isItem === isItem).sort((a, b) => Math.abs(a.column - indent) - Math.abs(b.column - indent))[0]
      return { line, after: above.line, indent, offset: start + indent, ...(near && { like: near.column }) }
    }
    const rest = enter(levels, content, indent)
    const said = rest.replace(/\s#.*$/, '').trimEnd()
    if (isUnfinished(said)) return undefined
    if (/(^|[:\s])[|>][-+0-9]*$/.test(said)) blockColumn = levels.at(-1)?.column
    above = { line, opens: said === '' || said.endsWith(':'), isPair: KEY.test(said) }
  }
  return undefined
}

const KEY = /^("[^"]*"|'[^']*'|[^\s#"'[{&*!|>%@`-][^#"'[{]*?):( |$)/

/** Opens the levels that a line begins: its own, and what is behind each `- `. Gives what is left of the line. */
function enter(levels: Level[], content: string, indent: number): string {
  let [column, rest] = [indent, content]
  for (;;) {
    const dash = /^-(\s+|$)/.exec(rest)?.[0]
    const top = levels.at(-1)
    const level = { column, isItem: dash !== undefined }
    if (top === undefined || top.column < column) levels.push(level)
    else if (!top.isItem || dash !== undefined) levels[levels.length - 1] = level
    if (dash === undefined || dash.length === rest.length) return dash === undefined ? rest : ''
    column += dash.length
    rest = rest.slice(dash.length)
  }
}

/** Whether brackets or quotes of a line may go on in the next. */
function isUnfinished(said: string): boolean {
  const bare = said.replaceAll(/"(\\.|[^"\\])*"|'(''|[^'])*'/g, '')
  const count = (signs: RegExp): number => bare.match(signs)?.length ?? 0
  return /(^|[\s[{,:])["']/.test(bare) || count(/[[{]/g) !== count(/[\]}]/g)
}
