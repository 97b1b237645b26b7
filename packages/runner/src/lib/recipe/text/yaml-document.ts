import { Composer, Lexer, Parser, type CST, type Document, type ParsedNode, type YAMLError } from 'yaml'
import type { RecipeLimits } from './limits.ts'
import { OpenBrackets } from './open-brackets.ts'
import { type OddIndent, oddIndent } from './odd-indent.ts'
import type { Finding } from './problem.ts'
import type { RecipeSource } from './source.ts'

/** `root` is null where the text holds no value; what it holds is not to be used if there are findings. */
export interface YamlDocument {
  root: ParsedNode | null
  findings: Finding[]
}

/**
 * Parses one YAML 1.2 document (core schema). Tokens and depth are counted while the text is read, so that a hostile
 * text ends early. Keys are not compared here (that would cost the square of a map's size): see `readValues`.
 */
export function parseYaml(source: RecipeSource, limits: RecipeLimits): YamlDocument {
  const { text } = source
  const findings: Finding[] = []
  const tokens = collectTokens(text, limits, findings)
  if (findings.length > 0) return { root: null, findings }
  const { documents, errors } = compose(tokens, text, limits.problems)
  const all = [...errors, ...documents.flatMap((document) => document.errors)]
  const bare = all.find(({ pos: [at] }) => at > 0 && text.startsWith('${{', at - 1))
  // All others are what becomes of it.
  if (bare) return { root: null, findings: [bareTemplate(bare.pos[0] - 1, text)] }
  const odd = all.length > 0 ? oddIndent(text) : undefined
  const lines = new Set<number>()
  const brackets = new OpenBrackets(tokens)
  for (const error of all) {
    const line = source.lineOf(error.pos[0])
    // The others are what becomes of it.
    if (odd !== undefined && line + 1 >= odd.after) continue
    if (!lines.has(line)) findings.push(...(brackets.finding(error) ?? [syntaxFinding(error, text)]))
    lines.add(line)
  }
  if (odd !== undefined) findings.push(indentFinding(odd))
  const second = documents[1]
  if (second) findings.push(secondDocument(second, text))
  return { root: documents[0]?.contents ?? null, findings }
}

type SyntaxError = Pick<YAMLError, 'code' | 'message' | 'pos'>
type ErrorPlace = number | [number, number, number?] | { offset: number; source?: string }

/**
 * Composes the documents of a text, up to `most` syntax errors. The composer makes an Error with a stack trace for each
 * of them, which takes 40 s and 2 GB for a few megabytes of commas: so its (private) way to report them is replaced.
 */
function compose(
  tokens: readonly CST.Token[],
  text: string,
  most: number,
): { documents: Document.Parsed[]; errors: SyntaxError[] } {
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    resolveKnownTags: false,
  })
  const documents: Document.Parsed[] = []
  const errors: SyntaxError[] = []
  const enough = new Error('enough errors')
  Reflect.set(
    composer,
    'onError',
    (place: ErrorPlace, code: SyntaxError['code'], message: string, isWarning?: boolean) => {
      if (isWarning) return
      if (errors.length >= most) throw enough
      errors.push({ code, message, pos: rangeOf(place) })
    },
  )
  try {
    for (const document of composer.compose(tokens, true, text.length)) documents.push(document)
  } catch (error) {
    if (error !== enough) throw error
  }
  return { documents, errors }
}

function rangeOf(place: ErrorPlace): [number, number] {
  if (typeof place === 'number') return [place, place + 1]
  if (Array.isArray(place)) return [place[0], place[1]]
  return [place.offset, place.offset + (place.source?.length ?? 1)]
}

function collectTokens(text: string, limits: RecipeLimits, findings: Finding[]): CST.Token[] {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let count = 0
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) {
      tokens.push(token)
      if (token.type === 'directive' && !/^%YAML\s+1\.2\s*$/.test(token.source)) findings.push(directive(token))
    }
    // The stack holds the document, each open list or map, and at most a scalar in the last of them.
    if (parser.stack.length > limits.depth + 2) {
      const range = [parser.offset - 1, parser.offset] as const
      findings.push({
        code: 'RECIPE_TOO_DEEP',
        message: `more than ${limits.depth} lists and maps are nested here`,
        range,
      })
      return tokens
    }
    if (++count > limits.tokens) {
      const range = [parser.offset - 1, parser.offset] as const
      const message = `the recipe has more than ${limits.tokens} YAML tokens`
      findings.push({ code: 'RECIPE_TOO_LARGE', message, range, fix: 'split it into several recipes' })
      return tokens
    }
  }
  tokens.push(...parser.end())
  return tokens
}

function directive(token: CST.Directive): Finding {
  return {
    code: 'RECIPE_YAML',
    message: 'a recipe has no YAML directives; it is YAML 1.2',
    range: [token.offset, token.offset + token.source.length],
    fix: 'remove the line',
  }
}

function secondDocument(document: Document.Parsed, text: string): Finding {
  const marker = text.lastIndexOf('\n---', document.range[0])
  const start = marker >= 0 ? marker + 1 : document.range[0]
  return {
    code: 'RECIPE_MULTIPLE_DOCUMENTS',
    message: 'a second YAML document begins here; a recipe is one document',
    range: [start, start + 3],
    fix: 'put each recipe into a file of its own',
  }
}

/** In a list or a map in brackets, `{` begins a map wherever it stands outside of quotes. */
function bareTemplate(at: number, text: string): Finding {
  const end = text.indexOf('}}', at)
  return {
    code: 'RECIPE_YAML',
    message: 'within `{ }` and `[ ]`, a text with `${{ }}` needs quotes',
    range: [at, end < 0 ? at + 3 : end + 2],
    fix: "put the whole text in quotes: `'${{ ... }}'`",
  }
}

function indentFinding({ indent, offset, like }: OddIndent): Finding {
  return {
    code: 'RECIPE_YAML',
    message: `indented by ${indent} ${indent === 1 ? 'space' : 'spaces'}, this line goes with nothing above it`,
    range: [offset, offset + 1],
    ...(like !== undefined && { fix: `indent it by ${like}` }),
  }
}

/** What the parser's codes mean to somebody who writes a recipe. */
function syntaxFinding(error: SyntaxError, text: string): Finding {
  const [start, end] = error.pos
  const finding = (message: string, fix?: string): Finding => ({
    code: error.code === 'TAB_AS_INDENT' ? 'RECIPE_TAB' : 'RECIPE_YAML',
    message,
    range: [start, end],
    ...(fix === undefined ? {} : { fix }),
  })
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return finding('a tab indents this line; YAML indents with spaces only', 'replace the tab with spaces')
    case 'BLOCK_AS_IMPLICIT_KEY':
      return finding('a value on the same line as its key holds `: `', 'put the value in quotes')
    case 'MULTILINE_IMPLICIT_KEY': {
      const key = /^[\w.-]+:(?=[\w"'[{])/.exec(text.slice(start, start + 200))?.[0]
      if (key !== undefined) return finding(`\`${key}\` has no space behind it, which a key needs`, `write \`${key} \``)
      return finding('a key begins here that does not end on this line', 'is a `:` missing after it?')
    }
    case 'BAD_SCALAR_START':
      return finding(`a value cannot begin with \`${text[start] ?? ''}\``, 'put the value in quotes')
    case 'BAD_DQ_ESCAPE':
      return finding(
        `\`${text.slice(start, end)}\` is not an escape sequence`,
        'write `\\\\` for a backslash, or use single quotes',
      )
    case 'RESOURCE_EXHAUSTION':
      return { ...finding('lists and maps are nested too deep'), code: 'RECIPE_TOO_DEEP' }
    case 'MISSING_CHAR':
      if (error.message.startsWith('Implicit map keys'))
        return finding('this line has a key without a value', 'is a `:` (with a space after it) missing?')
      return finding(sentence(error.message))
    default:
      return finding(sentence(error.message))
  }
}

function sentence(message: string): string {
  const short = message.length > 160 ? `${message.slice(0, 157)}...` : message
  return short.charAt(0).toLowerCase() + short.slice(1)
}
