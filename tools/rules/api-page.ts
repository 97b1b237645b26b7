import { inOneOrder } from './enum-order.ts'

/** A declaration of a doc model (`*.api.json`), as API Extractor writes it. */
export interface Declaration {
  kind: string
  name?: string
  docComment?: string
  excerptTokens?: readonly { text: string }[]
  members?: readonly Declaration[]
}

/** What one path of a package's `exports` leads to: `@lorc/runner/recipe` and its exported declarations. */
export interface EntryPoint {
  specifier: string
  declarations: readonly Declaration[]
}

/** A signature that is longer, e.g. a schema's inferred type, tells a reader nothing. */
const LONGEST_SIGNATURE = 40

const VALUES: ReadonlySet<string> = new Set(['Class', 'Function', 'Variable', 'Enum', 'Namespace'])

/** A package's API in Markdown: of each entry first what can be called or used, then the types, by name. */
export const apiPage = (name: string, entries: readonly EntryPoint[]): string => {
  const lines = [`# The API of ${name}`, '', 'Made from the docstrings of what the package exports; `pnpm api` writes it.']
  const told = new Map<string, string>()
  for (const { specifier, declarations } of entries) {
    lines.push('', `## ${specifier}`)
    const isTold = (one: Declaration): boolean => told.get(one.name!) === signature(one).join()
    const again = declarations.filter((one) => one.name !== undefined && isTold(one)).map((one) => `\`${one.name}\``)
    if (again.length > 0) lines.push('', `As above: ${again.toSorted().join(', ')}.`)
    const named = declarations.filter((one) => one.name !== undefined && !isTold(one))
    for (const one of named) told.set(one.name!, signature(one).join())
    const values = named.filter(({ kind }) => VALUES.has(kind))
    for (const group of [values, named.filter((one) => !values.includes(one))]) lines.push(...group.toSorted(byName).flatMap(section))
  }
  return `${lines.join('\n')}\n`
}

const byName = (a: Declaration, b: Declaration): number => (a.name ?? '').localeCompare(b.name ?? '', 'en')

const section = (declaration: Declaration, index: number, all: readonly Declaration[]): string[] => {
  const heading = all[index - 1]?.name === declaration.name ? [] : ['', `### ${declaration.name}`]
  const text = textOf(declaration)
  return [...heading, ...(text === '' ? [] : ['', text]), '', '```ts', ...signature(declaration), '```']
}

/** The docstring without its stars, where somebody wrote one. */
const textOf = ({ kind, docComment = '' }: Declaration): string =>
  (kind === 'Constructor' && docComment.includes('Constructs a new instance of') ? '' : docComment)
    .replace(/^\/\*\*|\*\/\s*$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()

const signature = (declaration: Declaration): string[] => {
  const head = (declaration.kind === 'Variable' ? 'const ' : '') + excerptOf(declaration).replace(/^export (declare )?/, '').replace(/^declare /, '')
  const members = declaration.members ?? []
  if (members.length === 0) return shortened(head.split('\n'))
  return [`${head.replace(/\s*\{?\s*\}?$/, '')} {`, ...members.flatMap((member) => memberLines(member).map((line) => `  ${line}`)), '}']
}

const memberLines = (member: Declaration): string[] => {
  const text = textOf(member).split('\n')
  const comment = text.length === 1 ? (text[0] === '' ? [] : [`/** ${text[0]} */`]) : ['/**', ...text.map((line) => ` * ${line}`.trimEnd()), ' */']
  return [...comment, ...shortened(excerptOf(member).split('\n'))]
}

const excerptOf = ({ excerptTokens = [] }: Declaration): string => inOneOrder(excerptTokens.map(({ text }) => text).join('')).trim()

const shortened = (lines: readonly string[]): string[] =>
  lines.length <= LONGEST_SIGNATURE ? [...lines] : [...lines.slice(0, 3), `  // and ${lines.length - 4} lines more`, lines.at(-1)!]
