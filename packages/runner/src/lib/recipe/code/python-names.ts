/** What a Python module defines at its top level. `complete: false`: reading it does not tell all that it defines. */
export interface PythonNames {
  classes: ReadonlySet<string>
  functions: ReadonlySet<string>
  /** Imported or assigned: may be classes. */
  others: ReadonlySet<string>
  complete: boolean
}

const NAME = '[\\p{ID_Start}_][\\p{ID_Continue}]*'
const CLASS = new RegExp(`^class\\s+(${NAME})`, 'u')
const FUNCTION = new RegExp(`^(?:async\\s+)?def\\s+(${NAME})`, 'u')
const IMPORT = /^(?:from\s+\S+\s+)?import\s+(.+)$/u
const ASSIGNED = new RegExp(`^(${NAME}(?:\\s*=\\s*${NAME})*)\\s*(?::[^=]+)?=(?!=)`, 'u')
/** Statements whose block belongs to the scope around it. */
const TRANSPARENT = /^(?:if|elif|else|try|except|finally|with|for|while|match|case)\b/

/** Reads a Python source as far as names go: strings, comments, brackets and indentation, no expressions. */
export function pythonNames(source: string): PythonNames {
  const classes = new Set<string>()
  const functions = new Set<string>()
  const others = new Set<string>()
  let complete = !/\bglobals\s*\(\s*\)|\bsys\s*\.\s*modules\b/.test(source)
  /** Indentation from which on lines belong to a function's or class's own scope. */
  let hiddenAbove = Number.POSITIVE_INFINITY
  for (const { indent, text } of logicalLines(source)) {
    if (indent > hiddenAbove) continue
    hiddenAbove = Number.POSITIVE_INFINITY
    const [named, made] = [CLASS.exec(text)?.[1], FUNCTION.exec(text)?.[1]]
    if (named ?? made) hiddenAbove = indent
    else if (indent > 0 && TRANSPARENT.test(text)) continue
    if (named) classes.add(named)
    else if (made) functions.add(made)
    else if (!readImport(text, others)) complete = false
    else for (const name of ASSIGNED.exec(text)?.[1]?.split('=') ?? []) others.add(name.trim())
  }
  if (functions.has('__getattr__')) complete = false
  return { classes, functions, others, complete }
}

/** False for `from x import *`. */
function readImport(text: string, names: Set<string>): boolean {
  const list = IMPORT.exec(text)?.[1]?.replaceAll(/[()]/g, '')
  if (list?.trim() === '*') return false
  for (const item of list?.split(',') ?? []) {
    const name = item
      .trim()
      .split(/\s+as\s+/)
      .at(-1)
      ?.split('.')[0]
    if (name) names.add(name)
  }
  return true
}

/** Lines as Python joins them, without comments and the insides of strings. */
function* logicalLines(source: string): Iterable<{ indent: number; text: string }> {
  let text = ''
  let depth = 0
  let at = 0
  const flush = () => {
    const line = { indent: text.length - text.trimStart().length, text: text.trim() }
    text = ''
    return line
  }
  while (at < source.length) {
    const char = source[at] ?? ''
    if (char === '#') {
      const end = source.indexOf('\n', at)
      at = end < 0 ? source.length : end
    } else if (char === '"' || char === "'") {
      const prefix = /[a-z]{1,2}$/i.exec(text)?.[0] ?? ''
      const end = stringEnd(source, at, prefix)
      text += "''"
      at = end < 0 ? unclosedEnd(source, at) : end
    } else if (char === '\\' && /^\\\r?\n/.test(source.slice(at, at + 3))) {
      text += ' '
      at += source[at + 1] === '\r' ? 3 : 2
    } else if (char === '\n' && depth === 0) {
      const line = flush()
      if (line.text !== '') yield line
      at++
    } else {
      if ('([{'.includes(char)) depth++
      if (')]}'.includes(char)) depth = Math.max(0, depth - 1)
      text += char === '\n' || char === '\r' ? ' ' : char
      at++
    }
  }
  const line = flush()
  if (line.text !== '') yield line
}

/** Where reading goes on after a literal that is not closed: a triple quoted one takes the rest, another its line. */
function unclosedEnd(source: string, start: number): number {
  const line = source.startsWith((source[start] ?? '').repeat(3), start) ? -1 : source.indexOf('\n', start)
  return line < 0 ? source.length : line
}

/** The offset after a string literal that begins (after its prefix) at `start`; -1 if it is not closed. */
function stringEnd(source: string, start: number, prefix: string): number {
  const quote = source[start] ?? ''
  const triple = source.startsWith(quote.repeat(3), start)
  const close = triple ? quote.repeat(3) : quote
  const formatted = /[ft]/i.test(prefix)
  for (let at = start + close.length; at < source.length; at++) {
    const char = source[at]
    if (char === '\\') at++
    else if (source.startsWith(close, at)) return at + close.length
    else if (char === '\n' && !triple) return -1
    else if (formatted && char === '{' && source[at + 1] === '{') at++
    else if (formatted && char === '{') {
      const end = fieldEnd(source, at)
      if (end > 0) at = end - 1
    }
  }
  return -1
}

/** The offset after the replacement field of an f-string that begins at `start`; -1 if it is not closed. */
function fieldEnd(source: string, start: number): number {
  let depth = 0
  for (let at = start; at < source.length; at++) {
    const char = source[at] ?? ''
    if (char === '{') depth++
    else if (char === '}' && --depth === 0) return at + 1
    else if (char === '"' || char === "'") {
      const end = stringEnd(source, at, /[a-z]{1,2}$/i.exec(source.slice(Math.max(start, at - 2), at))?.[0] ?? '')
      if (end < 0) return -1
      at = end - 1
    } else if (char === '\n') return -1
  }
  return -1
}
