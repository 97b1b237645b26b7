import type { ReferenceFault } from './references.ts'

/** Of CEL itself, and so no names of fields after a dot. */
const RESERVED = new Set(['in', 'true', 'false', 'null'])
const OPERATORS: Readonly<Record<string, string>> = { and: '&&', or: '||', is: '==' }
/** What other languages call it. */
const FUNCTIONS: Readonly<Record<string, string>> = {
  len: 'size(x)',
  length: 'size(x)',
  count: 'size(x)',
  str: 'string(x)',
  float: 'double(x)',
  not: '!x',
  startswith: 'x.startsWith(y)',
  starts_with: 'x.startsWith(y)',
  endswith: 'x.endsWith(y)',
  ends_with: 'x.endsWith(y)',
  includes: 'x.contains(y)',
  match: 'x.matches("pattern")',
  test: 'x.matches("pattern")',
  any: 'x.exists(item, condition)',
  some: 'x.exists(item, condition)',
  every: 'x.all(item, condition)',
}

/** A fault that the library reports: its sentence, and where in the expression it stands. */
export interface ReportedFault {
  said: string
  start: number
  end: number
}

/** What somebody meant who writes CEL as another language has it; undefined: no such slip is known. */
export function slipOf(cel: string, { said, start, end }: ReportedFault): ReferenceFault | undefined {
  const fault = (message: string, fix: string): ReferenceFault => ({ message, start, end, fix })
  const before = cel.slice(0, start)
  const [word = ''] = /^\w*/.exec(cel.slice(start)) ?? []
  if (RESERVED.has(word) && /\.\s*$/.test(before)) {
    return fault(`\`${word}\` is a reserved word and cannot be the name of a field`, `write ${bracketed(cel, start)}`)
  }
  const reserved = /^Reserved identifier: (.*)$/.exec(said)?.[1]
  if (reserved !== undefined) return fault(`\`${reserved}\` is a reserved word`, 'a choice is written `condition ? this : that`')
  const unfit = /^found no matching overload for '(?:.*\.)?(\w+)\(/.exec(said)?.[1]
  if (unfit !== undefined) {
    const meant = FUNCTIONS[unfit]
    return meant === undefined ? undefined : fault(`there is no function \`${unfit}\``, `write \`${meant}\``)
  }
  if (/^no such overload: (string \+ (int|double)|(int|double) \+ string)$/.test(said.replaceAll(/dyn<(\w+)>/g, '$1'))) {
    return fault('a text and a number cannot be added', 'make a text of the number: `string(x)`')
  }
  if (said.startsWith('Unterminated string')) return fault('a text has no closing quote', `close it with ${cel.charAt(start)}`)
  if (!/^(Unexpected|Expected)/.test(said)) return undefined
  if (said.endsWith('EOF')) return fault('it ends too early', `something has to follow \`${cel.trim().slice(-20)}\``)
  return operatorSlip(cel, start, word, fault)
}

function operatorSlip(
  cel: string,
  start: number,
  word: string,
  fault: (message: string, fix: string) => ReferenceFault,
): ReferenceFault | undefined {
  const before = cel.slice(0, start)
  const meant = OPERATORS[word.toLowerCase()]
  if (meant !== undefined) return fault(`there is no operator \`${word}\``, `write \`${meant}\``)
  if (/\bnot\s*$/i.test(before)) return fault('there is no operator `not`', 'write `!`')
  const char = cel.charAt(start)
  if (char === '=') {
    const compared = before.at(-2) === '!' ? '!=' : '=='
    return fault(`there is no operator \`${before.endsWith('=') ? `${compared}=` : '='}\``, `write \`${compared}\``)
  }
  if (char === '>' && before.endsWith('<')) return fault('there is no operator `<>`', 'write `!=`')
  if (char === '&' || char === '|') return fault(`there is no operator \`${char}\``, `write \`${char}${char}\``)
  if (char === '$') return fault('`$` begins nothing here', 'write the expression alone, without `${{ }}`, and names without `$`')
  if (/\?\s*$/.test(before) && /^[?.]/.test(char)) {
    return fault(`there is no operator \`?${char}\``, 'ask first whether it is there: `has(x.y) ? x.y : other`')
  }
  return undefined
}

/** The chain of names around the reserved word at `at`, so that it can be read: `ctx["in.rows_v1"]`, `params["in"]`. */
function bracketed(cel: string, at: number): string {
  const [chain = ''] = /[\w.]+$/.exec(cel.slice(0, at)) ?? []
  const [rest = ''] = /^[\w.]+/.exec(cel.slice(at)) ?? []
  const [root = '', ...names] = `${chain}${rest}`.split('.')
  const end = root === 'ctx' ? names.findIndex((name) => /_v[1-9]\d*$/.test(name)) : -1
  if (end >= 0) return `\`ctx["${names.slice(0, end + 1).join('.')}"]${names.slice(end + 1).map(field).join('')}\``
  return `\`${root}${names.map(field).join('')}\``
}

function field(name: string): string {
  return RESERVED.has(name) ? `["${name}"]` : `.${name}`
}

/** How values are called elsewhere. */
export const VALUE_HINTS: Readonly<Record<string, string>> = {
  ...{ True: 'did you mean `true`?', TRUE: 'did you mean `true`?', yes: 'did you mean `true`?' },
  ...{ False: 'did you mean `false`?', FALSE: 'did you mean `false`?', no: 'did you mean `false`?' },
  ...{ None: 'did you mean `null`?', NULL: 'did you mean `null`?', nil: 'did you mean `null`?', undefined: 'did you mean `null`?' },
}
